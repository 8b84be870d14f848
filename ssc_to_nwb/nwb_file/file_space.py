"""How an HDF5 file lays out its space, so that a reader over a network opens it with few requests.

In a large file the headers of thousands of objects lie between the data, a few kilobytes at a time. HDF5 can reserve
room for them in blocks, so that a client that fetches blocks gets many headers at once. The format stays the one that
HDF5 1.8 reads. Pages (`fs_strategy="page"`) need about as many requests, but HDF5 1.8 does not read them, and the ends
of the pages stay empty: `docs/explanation/file_space.md` has the figures.
"""

from __future__ import annotations

import math
from typing import Any

from ssc_to_nwb.nwb_file.reserve import Reserved

METADATA_BLOCK_BYTES = 2**20
# A smaller file is fetched in few requests anyway.
LARGE_BYTES = 64 * 2**20


def file_space(reserved: Reserved) -> dict[str, Any]:
    """Arguments of `h5py.File` for a new file with these large data."""
    if data_bytes(reserved) < LARGE_BYTES:
        return {}
    return {"meta_block_size": METADATA_BLOCK_BYTES}


def data_bytes(reserved: Reserved) -> int:
    """Bytes of all large data before compression."""
    arrays = sum(math.prod(array.values.shape) * array.values.dtype.itemsize for array in reserved.arrays)
    frames = [one for stack in reserved.stacks for one in stack.frames]
    total_bytes: int = arrays + sum(math.prod(one.maxshape) * one.dtype.itemsize for one in frames)
    return total_bytes
