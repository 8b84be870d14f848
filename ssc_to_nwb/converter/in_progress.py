"""Never half a file: output is written under another name beside its place, and renamed when it is whole."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ssc_to_nwb import naming
from ssc_to_nwb.problems import output_kinds as kinds
from ssc_to_nwb.problems.model import SscError, error

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT) if hasattr(errno, "EDQUOT") else (errno.ENOSPC,)
_REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.ENAMETOOLONG)


@dataclass(frozen=True, slots=True, kw_only=True)
class InProgress:
    """Where a file and its folder of videos are built, and where they will stand when they are whole."""

    final: Path
    building: Path

    @property
    def final_videos(self) -> Path:
        """The folder of videos beside the finished file."""
        return naming.video_folder(self.final)

    @property
    def building_videos(self) -> Path:
        """The folder of videos until the file is whole."""
        return naming.in_progress_path(self.final_videos)


@contextmanager
def output_in_progress(final: Path, *, overwrite: bool) -> Iterator[InProgress]:
    """A place to build `final`; at the end of the block it is moved there, on any exception it is removed.

    Raises output-exists, output-not-writable, disk-full.
    """
    if final.exists() and not overwrite:
        raise error(kinds.OUTPUT_EXISTS, file=final)
    place = InProgress(final=final, building=naming.in_progress_path(final))
    with system_errors_named(final):
        final.parent.mkdir(parents=True, exist_ok=True)
        _remove(place)
        try:
            yield place
            _move_into_place(place)
        except BaseException:
            _remove(place)
            raise


def _move_into_place(place: InProgress) -> None:
    """Videos first: a finished file must not name films that are not there yet."""
    if place.building_videos.exists():
        if place.final_videos.exists():
            shutil.rmtree(place.final_videos)
        place.building_videos.replace(place.final_videos)
    if place.final.is_dir():
        shutil.rmtree(place.final)
    place.building.replace(place.final)
    flush_folder(place.final.parent)


def _remove(place: InProgress) -> None:
    """Remove what is there of unfinished output, this run's or one that was killed."""
    for path in (place.building, place.building_videos):
        if path.is_dir():
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
    import re

    return re.findall(r"errno = (\d+)", text)
