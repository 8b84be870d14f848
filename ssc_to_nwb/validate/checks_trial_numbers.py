"""Checks of the trial numbers that every time stamp of a clock has."""

from __future__ import annotations

import numpy as np
from pynwb.base import TimeSeries

from ssc_to_nwb import naming
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.validate.arrays import blocks, shape_of
from ssc_to_nwb.validate.project_check import examples, project_check


@project_check(kinds.TRIAL_NUMBERS_BROKEN, neurodata_type=TimeSeries)
def check_trial_numbers_of_samples(time_series: TimeSeries) -> str | None:
    """The trial numbers of a clock are whole or NaN, one per time stamp."""
    if not naming.TRIAL_NUMBER_SERIES.fullmatch(time_series.name) or time_series.timestamps is None:
        return None
    shape, stamps = shape_of(time_series.data), shape_of(time_series.timestamps)
    if shape != stamps:
        return f"Data of the size {shape} for time stamps of the size {stamps}."
    found = np.concatenate([np.zeros(0), *(_not_whole(labels) for _, labels in blocks(time_series.data))])
    return f"{found.size} of {shape[0]} are not whole: {examples(found.tolist())}." if found.size else None


def _not_whole(labels: np.ndarray) -> np.ndarray:
    """Those of the labels (n,) that are infinite or a fraction."""
    broken: np.ndarray = labels[np.isinf(labels) | (~np.isnan(labels) & (labels != np.rint(labels)))]
    return broken
