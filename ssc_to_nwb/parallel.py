"""What work in threads and in processes has in common, whatever it is."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
# A session makes hundreds of thousands of objects that stay until its end: to search them for cycles again and again
# takes a tenth of the whole time.
OBJECTS_BETWEEN_SEARCHES = 50_000
# Numbers of glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
# Room for the chunks on their way; the peak of what is held at once does not grow by it.
_KEPT_BYTES = 64 * 2**20
_LARGEST_CHUNK_BYTES = 16 * 2**20


def map_in_order(
    function: Callable[[Item], Result], items: Iterable[Item], *, pool: Executor, ahead: int
) -> Iterator[Result]:
    """The results of `function`, in the order of the items, and never more on their way than there is room.

    items: drawn by the calling thread alone, one at a time, so that a generator may read from a file of its own; ahead:
    how many of them may be drawn whose result was not taken, at least 1. When the caller stops taking results, what was
    not begun is cancelled.
    """
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


def keep_freed_memory() -> bool:
    """Ask the C library to keep the memory that chunks are made in; a second call changes nothing. True for glibc.

    Chunks of a few MB come and go hundreds of times a second. glibc by default hands memory of that size back to the
    system when it is freed, and the system clears it page by page when it is wanted again: a third of the time it takes
    to read a compressed data set. Other C libraries have no such switch; there nothing happens.
    """
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    mallopt.argtypes, mallopt.restype = (ctypes.c_int, ctypes.c_int), ctypes.c_int
    settings = ((_M_TRIM_THRESHOLD, _KEPT_BYTES), (_M_MMAP_THRESHOLD, _LARGEST_CHUNK_BYTES))
    return all(mallopt(option, value) == 1 for option, value in settings)
