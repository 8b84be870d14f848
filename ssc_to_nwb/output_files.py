"""Output is whole under its name or not there: it is written under another name beside its place, and then renamed."""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ssc_to_nwb import naming
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.problems.system_errors import system_errors_named


@contextmanager
def whole_file(final: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """A path beside `final` to write to; at the end of the block it gets that name, on any exception it is removed.

    Raises output-exists, output-not-writable, disk-full.
    """
    check_output_is_free(final, overwrite=overwrite)
    if final.exists() and not final.is_file():
        found = "a folder" if final.is_dir() else "a device or a pipe"
        raise error(kinds.OUTPUT_NOT_WRITABLE, file=final, expected="a file", found=found)
    with built_beside(final) as building:
        yield building
        flush_file(building)
        building.replace(final)
        flush_folder(final.parent)


@contextmanager
def built_beside(final: Path, *further: Path, token: str | None = None) -> Iterator[Path]:
    """A path beside `final` for the block to write to and to rename; removed on any exception in the block.

    What attempts that were killed have left there is removed first. further: outputs that are built with it, in the
    same way; token: of this attempt, a new one where None. Raises output-not-writable, disk-full.
    """
    token = token or new_token()
    with system_errors_named(final):
        final.parent.mkdir(parents=True, exist_ok=True)
        for path in (final, *further):
            remove(*path.parent.glob(naming.in_progress_pattern(path)))
        try:
            yield naming.in_progress_path(final, token)
        except BaseException:
            remove(*(naming.in_progress_path(path, token) for path in (final, *further)))
            raise


def check_output_is_free(final: Path, *, overwrite: bool) -> None:
    """Raise output-exists where a file is there that must not be replaced."""
    if final.exists() and not overwrite:
        raise error(kinds.OUTPUT_EXISTS, file=final)


def flush_file(path: Path) -> None:
    """Have the system write a file's bytes to the disk. Raises OSError."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def write_whole(path: Path, text: str) -> None:
    """Write a small file, or replace it, in one step. Raises output-not-writable, disk-full, system-refused."""
    building = naming.in_progress_path(path, new_token())
    with system_errors_named(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            building.write_text(text, encoding="utf-8", errors="surrogateescape")
            building.replace(path)
        except BaseException:
            remove(building)
            raise


def new_token() -> str:
    """A name for one attempt at an output, for `naming.in_progress_path`."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class InProgress:
    """Where a file and its folder of videos are built, and where they will be when they are whole.

    token: this attempt's own, so that two attempts never touch each other's unfinished files.
    """

    final: Path
    token: str

    @property
    def building(self) -> Path:
        """The NWB file until it is whole."""
        return naming.in_progress_path(self.final, self.token)

    def byte_size(self) -> int:
        """Bytes of what has been built of the NWB file."""
        return self.building.stat().st_size

    @property
    def final_videos(self) -> Path:
        """The folder of videos beside the finished file."""
        return naming.video_folder(self.final)

    @property
    def building_videos(self) -> Path:
        """The folder of videos until the file is whole."""
        return naming.in_progress_path(self.final_videos, self.token)

    @property
    def final_ledger(self) -> Path:
        """The ledger of the finished file."""
        return naming.sidecar(self.final, "ledger")

    @property
    def building_ledger(self) -> Path:
        """The ledger until the file is whole."""
        return naming.in_progress_path(self.final_ledger, self.token)


@contextmanager
def output_in_progress(final: Path, *, overwrite: bool) -> Iterator[InProgress]:
    """A place to build `final`, to be put in place when it is whole; on any exception in the block it is removed.

    Raises output-exists, output-not-writable, disk-full.
    """
    check_output_is_free(final, overwrite=overwrite)
    place = InProgress(final=final, token=new_token())
    with built_beside(final, place.final_videos, place.final_ledger, token=place.token):
        yield place


def put_in_place(place: InProgress, *, with_videos: bool | None = None) -> None:
    """Give a whole file its name. What an earlier call that was killed has done is not done again.

    Videos first: a finished file must not name videos that are missing; nor may videos of an older one stay.
    with_videos: whether the file has any; None: if there are any. Raises OSError.
    """
    replaced = []
    if place.building_videos.exists():
        replaced.append(replace_whole(place.building_videos, place.final_videos))
    elif not with_videos and place.final_videos.exists():
        replaced.append(_put_aside(place.final_videos))
    if place.building_ledger.exists():
        replace_whole(place.building_ledger, place.final_ledger)
    replaced.append(replace_whole(place.building, place.final))
    flush_folder(place.final.parent)
    remove(*replaced)


def replace_whole(building: Path, final: Path) -> Path:
    """Rename `building` to `final`; a folder in its way is put aside in one step. Returns the path for that."""
    aside = _put_aside(final) if final.is_dir() else building
    building.replace(final)
    return aside


def _put_aside(final: Path) -> Path:
    """Rename a folder, so that it counts as unfinished and is removed even where this process is killed."""
    aside = naming.in_progress_path(final, f"{new_token()}.old")
    final.replace(aside)
    return aside
