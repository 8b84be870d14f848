"""Times of the source that are all whole come back exactly; others within the rounding of the stored seconds."""

from __future__ import annotations

from dataclasses import MISSING, fields
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssc_to_nwb.clock import Clock
from ssc_to_nwb.proof.comparison import Comparison
from ssc_to_nwb.restoring.clocks import SourceUnit

OFFSETS_S = st.floats(min_value=-1e5, max_value=1e5, allow_nan=False)
# How much later the file has the end of a touch.
SAMPLES_MS = st.sampled_from([0.0, 2.0, 1.9])


def found_by(seconds: np.ndarray, expected: list[float], *, offset_s: float = 0.0) -> list[Any]:
    """The problems that a comparison of times finds."""
    # Of a file and its source nothing is asked for where the values are given.
    needed = (one.name for one in fields(Comparison) if MISSING is one.default is one.default_factory)
    proof = Comparison(**dict.fromkeys(needed))  # type: ignore[arg-type]
    assumptions = SimpleNamespace(clock_zero_offset_s=offset_s)
    context = SimpleNamespace(metadata=SimpleNamespace(assumptions=assumptions))
    proof.sources = SimpleNamespace(context=context)  # type: ignore[assignment]
    proof.times("/x", expected_ms=np.array(expected), seconds=seconds)
    return proof.problems


@given(
    times_ms=st.lists(st.integers(min_value=0, max_value=10_000_000), min_size=1, max_size=20),
    offset_s=OFFSETS_S,
    later=SAMPLES_MS,
)
def test_whole_times_come_back_exactly(times_ms: list[int], offset_s: float, later: float):
    expected = [float(time) for time in times_ms]
    clock = Clock(zero_offset_s=offset_s)
    assert not found_by(clock.seconds(np.array(expected)), expected, offset_s=offset_s)
    unit = SourceUnit(per_second=1000.0, zero_offset_s=offset_s)
    restored, rounding = unit.restored(clock.seconds(np.array(expected) + later), whole=True, later=later)
    assert (restored.tolist(), rounding) == (expected, 0.0)


@pytest.mark.parametrize("near", [1e-6, -1e-6, 1e-9])
def test_what_is_only_near_a_whole_time_is_found(near: float):
    seconds = np.array([0.048, 0.050])
    assert not found_by(seconds, [48.0, 50.0])
    [problem] = found_by(seconds + np.array([0.0, near]), [48.0, 50.0])
    assert problem.expected == "50.0 at [1]"


def test_another_whole_time_is_found():
    assert found_by(np.array([0.048, 0.051]), [48.0, 50.0])


def test_times_that_are_not_all_whole_may_differ_by_four_units_in_the_last_place_of_the_seconds():
    seconds = np.array([0.0485, 1000.05])
    places = np.spacing(seconds)
    for units, differs in ((3, False), (6, True)):
        assert bool(found_by(seconds + np.array([0.0, units * places[1]]), [48.5, 1000050.0])) == differs
        assert bool(found_by(seconds + np.array([units * places[0], 0.0]), [48.5, 1000050.0])) == differs


def test_nan_is_no_time_that_is_not_whole():
    assert not found_by(np.array([np.nan, 0.029]), [np.nan, 29.0])
    assert found_by(np.array([np.nan, 0.029 + 1e-10]), [np.nan, 29.0])
