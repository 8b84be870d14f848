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
    """Rows and columns from MATLAB's linear indices.

    Parameters
    ----------
    linear_indices : ndarray, (N,)
        Column-major, counted from 1.
    rows : int
        Number of rows of the image.

    Returns
    -------
    tuple of two ndarray of int64, (N,)
        Row and column of each, counted from 0.
    """
    zero_based = np.asarray(linear_indices, dtype=np.int64) - MATLAB_FIRST_INDEX
    return zero_based % rows, zero_based // rows


def linear_indices(row: np.ndarray, column: np.ndarray, *, rows: int) -> np.ndarray:
    """MATLAB's linear indices from rows and columns; the inverse of `rows_and_columns`.

    Parameters
    ----------
    row, column : ndarray, (N,)
        Counted from 0.
    rows : int
        Number of rows of the image.

    Returns
    -------
    ndarray of int64, (N,)
        Column-major, counted from 1.
    """
    return np.asarray(column, dtype=np.int64) * rows + np.asarray(row, dtype=np.int64) + MATLAB_FIRST_INDEX


def outline_zero_based(corners_xy: np.ndarray, *, first_index: float) -> np.ndarray:
    """An outline in pixels counted from 0.

    corners_xy: (2, C), MATLAB's: row 0 x, row 1 y; first_index: what the first pixel is called there. Returns (C, 2), x
    (column) and y (row).
    """
    return np.asarray(corners_xy, dtype=np.float64).T - first_index


def to_nwb_axes(frames: np.ndarray) -> np.ndarray:
    """Frames with the axes of a TwoPhotonSeries.

    frames: (time, row, column). Returns a view, (time, column, row).
    """
    return frames.swapaxes(-1, -2)
