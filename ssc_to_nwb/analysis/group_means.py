"""Means of rows that belong together, NaN left out: the step that binning and averaging over trials share."""

from __future__ import annotations

import numpy as np


def mean_by_group(values: np.ndarray, group: np.ndarray, *, count: int) -> np.ndarray:
    """Means of the rows of an array by their group.

    Parameters
    ----------
    values : ndarray of float64, (F, R)
        NaN for a missing value.
    group : ndarray of int64, (F,)
        Group of each row, from 0 on; rows of a negative group are left out.
    count : int
        Number of groups.

    Returns
    -------
    ndarray of float64, (count, R)
        NaN where a group has no value.
    """
    # A product with a sparse matrix: sorting and summing the rows themselves copies them several times.
    from scipy.sparse import csr_array

    rows = np.flatnonzero(group >= 0)
    adding = csr_array((np.ones(rows.size), (group[rows], rows)), shape=(count, values.shape[0]))
    known = np.isfinite(values)
    if known.all():
        sums, counts = adding @ values, np.bincount(group[rows], minlength=count)[:, None]
    else:
        sums, counts = adding @ np.where(known, values, 0.0), adding @ known.astype(np.float64)
    sums, counts = np.broadcast_arrays(sums, counts)
    means: np.ndarray = np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)
    return means
