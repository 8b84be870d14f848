"""From seconds back to the source's unit: rounding is forgiven, a microsecond is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssc_to_nwb.clock import Clock
from ssc_to_nwb.restoring.clocks import UNITS_PER_SECOND, SourceUnit

# Below the smallest normal number there are no digits left to compare.
TIMES_MS = st.just(0.0) | st.floats(min_value=1e-9, max_value=4e7, allow_nan=False)
OFFSETS_S = st.floats(min_value=-1e5, max_value=1e5, allow_nan=False)


@given(time_ms=TIMES_MS, offset_s=OFFSETS_S)
def test_times_come_back_within_the_rounding(time_ms: float, offset_s: float):
    unit = SourceUnit(per_second=1000.0, zero_offset_s=offset_s)
    times = np.array([time_ms])
    seconds = Clock(zero_offset_s=offset_s).seconds(times)
    assert np.abs(unit.from_seconds(seconds) - times) <= unit.rounding(seconds)


@given(time_ms=TIMES_MS, offset_s=OFFSETS_S)
def test_a_microsecond_is_more_than_rounding(time_ms: float, offset_s: float):
    unit = SourceUnit(per_second=1000.0, zero_offset_s=offset_s)
    assert unit.rounding(Clock(zero_offset_s=offset_s).seconds(np.array([time_ms]))) < 0.001


@pytest.mark.parametrize(("name", "seconds"), [("second", 1), ("minute", 60), ("hour", 3600), ("day", 86400)])
def test_units_are_those_of_the_source(name: str, seconds: int):
    unit = SourceUnit(per_second=UNITS_PER_SECOND[name], zero_offset_s=0.0)
    assert unit.from_seconds(np.array([2.0 * seconds])) == pytest.approx([2.0])


def test_nan_stays_nan_and_has_no_infinite_rounding():
    unit = SourceUnit(per_second=1000.0, zero_offset_s=1.0)
    assert np.isnan(unit.from_seconds(np.array([np.nan]))).all()
    assert np.isfinite(unit.rounding(np.array([np.nan]))).all()
