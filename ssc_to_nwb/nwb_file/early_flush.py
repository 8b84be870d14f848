"""Has the system bring a growing file to disk while more of it is made.

Left alone, the system keeps gigabytes in memory, and all of them wait for the flush at the end, with the processors
idle: compressing and writing to disk would take place one after the other instead of at once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

# Flushed at a time: enough for a disk's full speed.
STEP_BYTES = 16 * 2**20


class EarlyFlush:
    """Calls `flush`, one call at a time, in a thread of its own whenever enough has been written since the last."""

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
