"""How long a sample of a clock lasts, from the time stamps of the source, run by run of one trial."""

from __future__ import annotations

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.trial_labels.source import NO_TRIAL
from ssc_to_nwb.proof.comparison import SOURCE
from ssc_to_nwb.session.context import SessionContext

_PROVENANCE = f"{SOURCE}/{naming.PROVENANCE}"


def usual_interval_ms(times: np.ndarray, labels: np.ndarray) -> float | None:
    """The middle one of the intervals inside runs of one label, whole where the clock is; None without a positive one.

    times: float64 (N,), in ms; labels: int64 (N,).
    """
    ends = np.flatnonzero(labels[1:] != labels[:-1]) + 1
    runs = zip(np.split(times, ends), np.split(labels, ends), strict=True)
    steps = np.sort(np.concatenate([np.zeros(0), *(np.diff(run) for run, label in runs if (label != NO_TRIAL).all())]))
    if not steps.size:
        return None
    middle = (steps[(steps.size - 1) // 2] + steps[steps.size // 2]) / 2
    decimals = 0 if np.array_equal(times, np.floor(times)) else 3
    return float(np.round(middle, decimals)) or None


def expected_touch_sample_ms(context: SessionContext) -> float:
    """By how many ms the file must have touches stop later than the source."""
    whisker = context.session.whisker
    told = None if whisker is None else usual_interval_ms(whisker.time_ms, whisker.trial)
    return context.metadata.assumptions.touch_sample_ms if told is None else told
