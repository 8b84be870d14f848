"""Trial labels: the trial number that the source gives to every sample and event, or none."""

from __future__ import annotations

from typing import Final

import numpy as np

from ssc_to_nwb.quantities import numbered

NO_TRIAL: Final = int(np.iinfo(np.int64).min)
"""The label of a sample or event whose label in the source is NaN. No number of a source can be equal to it."""


def labels_for_file(labels: np.ndarray) -> np.ndarray:
    """Trial labels (N,) as the file holds them: int32 where all are in its range, else float64, NaN for no label."""
    narrow = np.iinfo(np.int32)
    if not labels.size or (labels.min() >= narrow.min and labels.max() <= narrow.max):
        return labels.astype(np.int32)
    return np.where(labels == NO_TRIAL, np.nan, labels.astype(np.float64))


def distinct_labels_text(labels: np.ndarray) -> str:
    """The first ten of the different labels, in ascending order, as `[NaN, 0, 9999]`."""
    return f"[{', '.join('NaN' if label == NO_TRIAL else str(label) for label in np.unique(labels)[:10].tolist())}]"


def describe_trials(trials: np.ndarray) -> str:
    """`trial 12`, `trials 12 to 14` or `trials 3, 7`, at most eight; empty where no number is known."""
    numbers = np.unique(trials[trials != NO_TRIAL]).tolist()
    if not numbers:
        return ""
    if len(numbers) > 1 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"trials {numbers[0]} to {numbers[-1]}"
    return numbered("trial", numbers[:8]) + (" and others" if len(numbers) > 8 else "")
