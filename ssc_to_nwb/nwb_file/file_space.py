"""How an HDF5 file lays out its space, so that a reader over a network opens it with few requests.

In a large file the headers of thousands of objects lie between the data, some kilobytes at a time. Paged aggregation
gathers them in a few pages, which HDF5's page buffer, or any client that fetches blocks, then gets as a whole
(`scripts/bench_remote.py` gives the figures). No chunk crosses the edge of a page, so that a page's end may stay empty:
a few percent of a large file, and too much of a small one, which is fetched in few requests anyway.
"""

from __future__ import annotations

import math
from typing import Any

from ssc_to_nwb.nwb_file.reserve import Reserved

PAGE_BYTES = 4 * 2**20
PAGED_FROM_BYTES = 64 * 2**20


def file_space(reserved: Reserved) -> dict[str, Any]:
    """Arguments of `h5py.File` for a new file with these large data."""
    if data_bytes(reserved) < PAGED_FROM_BYTES:
        return {}
    return {"fs_strategy": "page", "fs_page_size": PAGE_BYTES}


def data_bytes(reserved: Reserved) -> int:
    """Bytes of all large data before compression."""
    arrays = sum(math.prod(array.values.shape) * array.values.dtype.itemsize for array in reserved.arrays)
    frames = [one for stack in reserved.stacks for one in stack.frames]
    return arrays + sum(math.prod(one.maxshape) * one.dtype.itemsize for one in frames)
