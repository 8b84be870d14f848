"""Mean traces over trials of a kind, and the order of ROIs by the time of their peak.

Sorting by the peak makes a sequence of anything, noise as well. So the order is taken from every second trial, and the
means to be shown from the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialMeans:
    """Means over trials by frame within the trial; NaN where no trial has a frame.

    labels: N kinds of trials; trial_counts: trials shown, by kind; interval_s: time from frame to frame; sorting: (K,
    R), mean over every second trial of all kinds; shown: (K, R), one per kind, over the other trials.
    """

    labels: tuple[str, ...]
    trial_counts: tuple[int, ...]
    interval_s: float
    sorting: np.ndarray
    shown: tuple[np.ndarray, ...]


def trial_means(
    *,
    time_s: np.ndarray,
    values: np.ndarray,
    interval_s: float,
    trial_start_s: np.ndarray,
    trial_label: np.ndarray,
    labels: tuple[str, ...],
) -> TrialMeans:
    """Average traces over trials. A frame belongs to the last trial that has begun.

    time_s: (F,), increasing; values: (F, R); interval_s: from frame to frame; trial_start_s: (T,), increasing, NaN for
    a trial that is left out; trial_label: (T,), kind of each trial; labels: the kinds to be shown.
    """
    known = np.flatnonzero(np.isfinite(trial_start_s))
    place = np.searchsorted(trial_start_s[known], time_s, side="right") - 1
    inside = place >= 0
    trial = known[np.maximum(place, 0)] if known.size else np.zeros(time_s.size, dtype=np.int64)
    frame = np.floor((time_s - (trial_start_s[trial] if known.size else 0.0)) / interval_s + 0.01)
    length = _common_length(trial[inside], frame[inside])
    inside &= (frame >= 0) & (frame < length)
    # A frame without a place in a trial is of no group.
    frame = np.where(inside, frame, -1).astype(np.int64)
    label = np.where(inside, trial_label[trial] if known.size else "", "")
    odd = np.zeros(trial_label.size, dtype=bool)
    for name in labels:
        odd[np.unique(trial[label == name])[::2]] = True
    of_odd = odd[trial] if known.size else np.zeros(time_s.size, dtype=bool)
    groups = [np.where((label == name) & ~of_odd, frame, -1) for name in labels]
    return TrialMeans(
        labels=labels,
        trial_counts=tuple(int(np.unique(trial[group >= 0]).size) for group in groups),
        interval_s=interval_s,
        sorting=mean_by_group(values, np.where(np.isin(label, labels) & of_odd, frame, -1), count=length),
        shown=tuple(mean_by_group(values, group, count=length) for group in groups),
    )


def peak_order(means: np.ndarray) -> np.ndarray:
    """Sort ROIs by the frame at which their mean is highest.

    means: (K, R). Returns positions of the ROIs, (R,), those without values last.
    """
    if not means.size:
        return np.arange(means.shape[1])
    known = np.isfinite(means).any(axis=0)
    peak = np.where(known, np.argmax(np.nan_to_num(means, nan=-np.inf), axis=0), means.shape[0])
    return np.argsort(peak, kind="stable")


def _common_length(trial: np.ndarray, frame: np.ndarray) -> int:
    """Frames that at least half of the trials have."""
    if not trial.size:
        return 0
    last = np.full(int(trial.max()) + 1, -1.0)
    np.maximum.at(last, trial, frame)
    return int(np.median(last[last >= 0])) + 1


def mean_by_group(values: np.ndarray, group: np.ndarray, *, count: int) -> np.ndarray:
    """Means of the rows of an array by their group.

    values: (F, R), NaN for a missing value; group: (F,), group of each row, from 0 on; rows of a negative group are
    left out; count: number of groups. Returns (count, R), NaN where a group has no value.
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
