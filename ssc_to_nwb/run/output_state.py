"""The state of a finished output: size, number and time of its files, and whether it can be opened at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ssc_to_nwb import naming
from ssc_to_nwb.system_files import is_system_path


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputState:
    """An NWB file: bytes, number of files, when it was changed; and its videos, whose times do not count."""

    size: int
    files: int
    mtime_ns: int
    video_files: int
    video_size: int

    def same_file(self, other: OutputState) -> bool:
        """Whether the NWB file is as it was, by size and time."""
        return (self.size, self.files, self.mtime_ns) == (other.size, other.files, other.mtime_ns)

    def same_videos(self, done: OutputState) -> bool:
        """Whether there are as many videos of as many bytes as when the file was done; any where it has none."""
        return done.video_files == 0 or (self.video_files, self.video_size) == (done.video_files, done.video_size)

    def same_as(self, done: OutputState) -> bool:
        """Whether file and videos are as when they were done, by size and time."""
        return self.same_file(done) and self.same_videos(done)

    def as_dict(self) -> dict[str, int]:
        """JSON-ready form."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> OutputState:
        """What `as_dict` gave. Raises TypeError where a part is missing or unknown."""
        return cls(**values)


def state_of_output(nwb: Path) -> OutputState | None:
    """The state of an NWB file in place and its folder of videos; None where there is no such file."""
    return state_of(nwb, videos=naming.video_folder(nwb)) if nwb.exists() else None


def state_of(nwb: Path, *, videos: Path) -> OutputState:
    """The state of an NWB file, wherever it is, and of the folder of its videos, if that is there. Raises OSError."""
    own = [file.stat() for file in _files(nwb)]
    videos_there = [file.stat() for file in _files(videos)]
    return OutputState(
        size=sum(status.st_size for status in own),
        files=len(own),
        mtime_ns=max((status.st_mtime_ns for status in own), default=0),
        video_files=len(videos_there),
        video_size=sum(status.st_size for status in videos_there),
    )


def opens(nwb: Path) -> bool:
    """Whether the file is whole enough to be opened: HDF5 knows its own length."""
    import h5py

    try:
        with h5py.File(nwb, "r"):
            return True
    except OSError:
        return False


def _files(path: Path) -> Iterable[Path]:
    """The file, or the files below a folder but for those of the system: a look into a folder makes them come."""
    if path.is_dir():
        below = (file for file in path.rglob("*") if file.is_file())
        return (file for file in below if not is_system_path(file.relative_to(path).parts))
    return (path,) if path.exists() else ()
