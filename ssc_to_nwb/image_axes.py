"""Image axes: the one place that turns MATLAB's pixel positions into rows and columns, and images into NWB's axes.

MATLAB counts pixels from 1, down the columns; everything after this module counts rows and columns from 0. NWB
stores a series of frames as (time, width, height), that is (time, column, row), and pixel masks as x = column,
y = row.
"""

from __future__ import annotations

import numpy as np

# MATLAB's first pixel has the number 1 in linear indices and, as far as is known, in outlines.
MATLAB_FIRST_INDEX = 1


def rows_and_columns(linear_indices: np.ndarray, *, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """0-based rows and columns, int64 (N,), of 1-based column-major linear indices in an image of `rows` rows."""
    zero_based = np.asarray(linear_indices, dtype=np.int64) - MATLAB_FIRST_INDEX
    return zero_based % rows, zero_based // rows


def linear_indices(row: np.ndarray, column: np.ndarray, *, rows: int) -> np.ndarray:
    """The inverse of `rows_and_columns`: 1-based column-major linear indices, int64 (N,)."""
    return np.asarray(column, dtype=np.int64) * rows + np.asarray(row, dtype=np.int64) + MATLAB_FIRST_INDEX


def outline_zero_based(corners_xy: np.ndarray, *, first_index: float) -> np.ndarray:
    """An outline as (C, 2): x (column) and y (row) counted from 0, from MATLAB's (2, C) counted from `first_index`."""
    return np.asarray(corners_xy, dtype=np.float64).T - first_index


def to_nwb_axes(frames: np.ndarray) -> np.ndarray:
    """A view (time, column, row) of frames (time, row, column), as TwoPhotonSeries has them."""
    return frames.swapaxes(-1, -2)
