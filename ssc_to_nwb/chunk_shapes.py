"""How large the chunks of a data set are: whole along every axis but the first, so that each is one run of time."""

from __future__ import annotations

import math

import numpy as np

# Frames: a chunk is what a remote reader fetches for one frame, so it stays small; four frames of 512 x 512 16-bit
# pixels, about 1 MB compressed. Larger ones compress no better and are not written faster.
FRAMES_CHUNK_MB = 2.0
# Traces and other arrays.
ARRAY_CHUNK_MB = 1.0
_MB = 2**20


def chunk_shape(shape: tuple[int, ...], dtype: np.dtype, *, chunk_mb: float) -> tuple[int, ...]:
    """Chunk shape of an array: as many whole rows of the first axis as fit `chunk_mb` (2^20 bytes), at least one."""
    row_bytes = max(1, math.prod(shape[1:]) * np.dtype(dtype).itemsize)
    rows = max(1, int(chunk_mb * _MB) // row_bytes)
    return (max(1, min(rows, shape[0])), *(max(1, length) for length in shape[1:]))
