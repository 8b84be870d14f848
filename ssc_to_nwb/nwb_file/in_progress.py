"""Never half a file: output is written under another name beside its place, and renamed when it is whole."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ssc_to_nwb import naming
from ssc_to_nwb.problems import output_kinds as kinds
from ssc_to_nwb.problems.model import SscError, error

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT) if hasattr(errno, "EDQUOT") else (errno.ENOSPC,)
# No entry (ENOENT) is what a system without room for folders, such as /proc, says to one that is to be made there.
_REFUSED = (
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EEXIST, errno.EISDIR,
    errno.ENAMETOOLONG,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class InProgress:
    """Where a file and its folder of videos are built, and where they will stand when they are whole.

    token: this attempt's own, so that two attempts never touch each other's unfinished files.
    """

    final: Path
    token: str

    @property
    def building(self) -> Path:
        """The NWB file (or Zarr folder) until it is whole."""
        return naming.in_progress_path(self.final, self.token)

    def byte_size(self) -> int:
        """Bytes of what has been built of the NWB file or Zarr folder."""
        files = self.building.rglob("*") if self.building.is_dir() else (self.building,)
        return sum(file.stat().st_size for file in files if file.is_file())

    @property
    def final_videos(self) -> Path:
        """The folder of videos beside the finished file."""
        return naming.video_folder(self.final)

    @property
    def building_videos(self) -> Path:
        """The folder of videos until the file is whole."""
        return naming.in_progress_path(self.final_videos, self.token)


@contextmanager
def output_in_progress(final: Path, *, overwrite: bool) -> Iterator[InProgress]:
    """A place to build `final`; at the end of the block it is moved there, on any exception it is removed.

    Raises output-exists, output-not-writable, disk-full.
    """
    if final.exists() and not overwrite:
        raise error(kinds.OUTPUT_EXISTS, file=final)
    place = InProgress(final=final, token=_new_token())
    with system_errors_named(final):
        final.parent.mkdir(parents=True, exist_ok=True)
        remove_unfinished(final)
        try:
            yield place
            _move_into_place(place)
        except BaseException:
            remove(place.building, place.building_videos)
            raise


def remove_unfinished(final: Path) -> None:
    """Remove what attempts that were killed have left of an output. Raises OSError."""
    for path in (final, naming.video_folder(final)):
        remove(*final.parent.glob(naming.in_progress_pattern(path)))


def _move_into_place(place: InProgress) -> None:
    """Videos first: a finished file must not name videos that are missing; nor may videos of an older one stay."""
    replaced = []
    # Without videos of its own, a file leaves alone those that its session's file of the other backend names.
    if place.building_videos.exists():
        replaced.append(_replace(place.building_videos, place.final_videos))
    elif not naming.other_backend(place.final).exists():
        replaced.append(place.final_videos)
    replaced.append(_replace(place.building, place.final))
    flush_folder(place.final.parent)
    remove(*replaced)


def _replace(building: Path, final: Path) -> Path:
    """Rename `building` to `final`; a folder in its way is put aside in one step. Returns the path for that."""
    aside = naming.in_progress_path(final, f"{_new_token()}.old")
    if final.is_dir():
        final.replace(aside)
    building.replace(final)
    return aside


def _new_token() -> str:
    return uuid.uuid4().hex[: naming.TOKEN_CHARACTERS]


def remove(*paths: Path) -> None:
    """Remove files, links and whole folders, those that are there. Raises OSError."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def flush_folder(folder: Path) -> None:
    """Make a rename inside a folder last through a crash, on systems that let a folder be opened."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def system_errors_named(path: Path) -> Iterator[None]:
    """Turn the system's errors about the output into problems of the catalogue."""
    try:
        yield
    except SscError:
        raise
    except OSError as failure:
        raise name_system_error(failure, path) from failure


def name_system_error(failure: OSError, path: Path) -> SscError:
    """disk-full, output-not-writable, or system-refused, with the file the system named."""
    # h5py reports the system's error only in its text.
    text = str(failure)
    number = failure.errno or next((int(n) for n in _errno_in(text)), None)
    kind = kinds.SYSTEM_REFUSED
    if number in _NO_SPACE:
        kind = kinds.DISK_FULL
    elif number in _REFUSED:
        kind = kinds.OUTPUT_NOT_WRITABLE
    return error(kind, file=failure.filename or path, found=text)


def _errno_in(text: str) -> list[str]:
    return re.findall(r"errno = (\d+)", text)
