"""Mean traces over trials of a kind and over bins, and orders of ROIs: by the time of their peak, and by likeness.

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

    time_s: (F,), increasing; values: (F, R); interval_s: from frame to frame; trial_start_s: (T,), NaN for a trial that
    is left out; trial_label: (T,), kind of each trial, of one at least; labels: the kinds to be shown.
    """
    start_s = np.where(np.isfinite(trial_start_s), trial_start_s, np.inf)
    in_order = np.argsort(start_s, kind="stable")
    start_s, trial_label = start_s[in_order], trial_label[in_order]
    trial = np.searchsorted(start_s, time_s, side="right") - 1
    inside = trial >= 0
    trial = np.maximum(trial, 0)
    frame = np.floor((time_s - start_s[trial]) / interval_s + 0.01)
    length = _common_length(trial[inside], frame[inside])
    inside &= (frame >= 0) & (frame < length)
    # A frame without a place in a trial is of no group.
    frame = np.where(inside, frame, -1).astype(np.int64)
    label = np.where(inside, trial_label[trial], "")
    odd = np.zeros(trial_label.size, dtype=bool)
    for name in labels:
        odd[np.unique(trial[label == name])[::2]] = True
    groups = [np.where((label == name) & ~odd[trial], frame, -1) for name in labels]
    return TrialMeans(
        labels=labels,
        trial_counts=tuple(int(np.unique(trial[group >= 0]).size) for group in groups),
        interval_s=interval_s,
        sorting=mean_by_group(values, np.where(np.isin(label, labels) & odd[trial], frame, -1), count=length),
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


def binned_mean(values: np.ndarray, *, columns: int) -> np.ndarray:
    """(columns, R): means over equal runs of the F rows of values (F, R), NaN left out; F >= columns >= 1."""
    edges = np.linspace(0, values.shape[0], columns + 1).astype(np.int64)
    return mean_by_group(values, np.repeat(np.arange(columns), np.diff(edges)), count=columns)


def similar_together(traces: np.ndarray) -> np.ndarray:
    """An order of R traces (C, R) in which similar ones are neighbours, int64 (R,).

    By the angle of each z-scored trace in the plane of the first two principal components, beginning at the widest gap
    between the angles.
    """
    roi_count = traces.shape[1]
    if roi_count < 3 or traces.shape[0] < 3:
        return np.arange(roi_count)
    centred = np.nan_to_num(traces - mean_by_group(traces, np.zeros(traces.shape[0], dtype=np.int64), count=1))
    spread = centred.std(axis=0)
    scored = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0)
    _, components = np.linalg.eigh(scored @ scored.T)
    first, second = scored.T @ components[:, -1], scored.T @ components[:, -2]
    angle = np.arctan2(second, first)
    order = np.argsort(angle, kind="stable")
    gaps = np.diff(angle[order], append=angle[order[0]] + 2 * np.pi)
    return np.roll(order, -(int(np.argmax(gaps)) + 1))
