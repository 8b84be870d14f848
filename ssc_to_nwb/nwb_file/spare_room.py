"""Stops the writing of an HDF5 file before the disk is full, and keeps room to close it.

HDF5 must write its last pieces even to close a file that failed. Where the disk has no room for them it breaks: it
keeps the file open and, in the end, brings the whole process down (HDF5 1.14, H5Fclose after ENOSPC). So the disk is
never let run full under it, and a few MB are held that are given back before it closes.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ssc_to_nwb import naming

_MB = 2**20
# Held, and given back at the end: more than HDF5 may have left to write when it closes a file.
_SPARE_BYTES = 4 * _MB
# Must be free to begin: the objects of a file without its large arrays take about 1 MB.
_TO_BEGIN_BYTES = 16 * _MB
# Must be free at any time: others write to the disk as well.
_MARGIN_BYTES = 8 * _MB


@dataclass(frozen=True, slots=True)
class DiskRoom:
    """The room of the disk that a file is written to."""

    folder: Path

    def check(self, ahead_bytes: int) -> None:
        """Raises OSError (ENOSPC) unless so many bytes may be written and some more are free."""
        free = shutil.disk_usage(self.folder).free
        if free < ahead_bytes + _MARGIN_BYTES:
            raise OSError(errno.ENOSPC, f"{os.strerror(errno.ENOSPC)}: {free} bytes are left", str(self.folder))


@contextmanager
def spare_room(path: Path) -> Iterator[DiskRoom]:
    """Hold room beside `path` until the block ends or an exception leaves it.

    Raises OSError where there is too little.
    """
    room = DiskRoom(path.parent)
    room.check(_TO_BEGIN_BYTES)
    spare = naming.spare_path(path)
    try:
        _allocate(spare)
        yield room
    finally:
        spare.unlink(missing_ok=True)


def _allocate(path: Path) -> None:
    with path.open("wb") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, _SPARE_BYTES)
        else:
            # Bytes that no file system can make less of.
            file.write(os.urandom(_SPARE_BYTES))
