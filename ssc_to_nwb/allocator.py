"""Asks the C library to keep the memory that chunks are made in, instead of giving it back after each of them.

Chunks of a few MB come and go hundreds of times a second. glibc by default hands memory of that size back to the system
when it is freed, and the system clears it page by page when it is wanted again: a third of the time it takes to read a
compressed data set. Other C libraries have no such switch; there nothing happens.
"""

from __future__ import annotations

import ctypes
import sys

# Numbers of glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
# Room for the chunks on their way; the peak of what is held at once does not grow by it.
_KEPT_BYTES = 64 * 2**20
_LARGEST_CHUNK_BYTES = 16 * 2**20


def keep_freed_memory() -> bool:
    """Switch it on for this process; a second call changes nothing. True where the C library takes part (glibc)."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    mallopt.argtypes, mallopt.restype = (ctypes.c_int, ctypes.c_int), ctypes.c_int
    settings = ((_M_TRIM_THRESHOLD, _KEPT_BYTES), (_M_MMAP_THRESHOLD, _LARGEST_CHUNK_BYTES))
    return all(mallopt(option, value) == 1 for option, value in settings)
