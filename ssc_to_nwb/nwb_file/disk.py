"""Brings a growing HDF5 file to disk while more of it is made, and stops before the disk is full."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ssc_to_nwb import naming

# Flushed at a time: enough for a disk's full speed.
STEP_BYTES = 16 * 2**20
_MB = 2**20
# Held, and given back at the end: more than HDF5 may have left to write when it closes a file.
_SPARE_BYTES = 4 * _MB
# Must be free to begin: the objects of a file without its large arrays take about 1 MB.
_TO_BEGIN_BYTES = 16 * _MB
# Must be free at any time: others write to the disk as well.
_MARGIN_BYTES = 8 * _MB


class EarlyFlush:
    """Calls `flush`, one call at a time, in a thread of its own whenever enough has been written since the last.

    Left alone, the system keeps gigabytes in memory, and all of them wait for the flush at the end, with the processors
    idle.
    """

    def __init__(self, flush: Callable[[], None]) -> None:
        self._flush = flush
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="flush")
        self._running: Future[None] | None = None
        self._asked_bytes = 0

    def wrote(self, written_bytes: int) -> None:
        """Note how many bytes have been written in all; never waits. Raises OSError where the last flush failed."""
        if written_bytes - self._asked_bytes < STEP_BYTES:
            return
        if self._running is not None:
            if not self._running.done():
                return
            self._running.result()
        self._asked_bytes = written_bytes
        self._running = self._thread.submit(self._flush)

    def wait(self) -> None:
        """Wait until the flush that is under way has ended, and begin no other."""
        self._thread.shutdown(wait=True)

    def failure(self) -> BaseException | None:
        """What the last flush failed with."""
        return None if self._running is None else self._running.exception()


@contextmanager
def early_flush(path: Path) -> Iterator[EarlyFlush]:
    """Flush the file at `path`, which others write to, until the block ends. Raises OSError where a flush failed.

    What is not flushed at the end is left to the caller. Where the system has no `fdatasync`, nothing is flushed early.
    """
    with ExitStack() as stack:
        if hasattr(os, "fdatasync"):
            descriptor = os.open(path, os.O_RDWR)
            stack.callback(os.close, descriptor)
            flush = EarlyFlush(lambda: os.fdatasync(descriptor))
        else:
            flush = EarlyFlush(lambda: None)
        stack.callback(flush.wait)
        yield flush
    failure = flush.failure()
    if failure is not None:
        raise failure


def check_room(folder: Path, ahead_bytes: int) -> None:
    """Raises OSError (ENOSPC) unless so many bytes may be written to the disk of a folder and some more are free."""
    free = shutil.disk_usage(folder).free
    if free < ahead_bytes + _MARGIN_BYTES:
        raise OSError(errno.ENOSPC, f"{os.strerror(errno.ENOSPC)}: {free} bytes are left", str(folder))


@contextmanager
def spare_room(path: Path) -> Iterator[None]:
    """Hold room beside `path` until the block ends or an exception leaves it. Raises OSError where there is too little.

    HDF5 must write its last pieces even to close a file that failed. Where the disk has no room for them it breaks: it
    keeps the file open and, in the end, brings the whole process down (HDF5 1.14, H5Fclose after ENOSPC). So the disk
    is never let run full under it, and a few MB are held that are given back before it closes.
    """
    check_room(path.parent, _TO_BEGIN_BYTES)
    spare = naming.spare_path(path)
    try:
        _allocate(spare)
        yield
    finally:
        spare.unlink(missing_ok=True)


def _allocate(path: Path) -> None:
    with path.open("wb") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, _SPARE_BYTES)
        else:
            # Bytes that no file system can make less of.
            file.write(os.urandom(_SPARE_BYTES))
