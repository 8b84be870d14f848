"""Traces are cut out frame by frame, and nothing is taken from across a gap."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssc_to_nwb.analysis.event_triggered import frame_interval_s, trigger

TIME_S = np.concatenate([np.arange(5) * 0.5, 10 + np.arange(4) * 0.5])
"""Two stretches of frames, 0.5 s apart, with a gap between them."""
VALUES = np.stack([np.arange(9.0), 100 + np.arange(9.0)], axis=1)


def _cut(*event_s: float) -> np.ndarray:
    found = trigger(time_s=TIME_S, values=VALUES, event_s=np.array(event_s), before_s=1.0, after_s=1.0)
    assert found.offset_s.tolist() == [-1.0, -0.5, 0.0, 0.5, 1.0]
    return found.values


def test_offset_0_is_the_first_frame_at_or_after_the_event() -> None:
    assert _cut(1.0)[0, :, 0].tolist() == [0, 1, 2, 3, 4]
    assert _cut(0.6)[0, :, 1].tolist() == [100, 101, 102, 103, 104]


def test_frames_on_the_other_side_of_a_gap_are_not_taken() -> None:
    np.testing.assert_array_equal(_cut(2.0)[0, :, 0], [2, 3, 4, np.nan, np.nan])
    np.testing.assert_array_equal(_cut(10.0)[0, :, 0], [np.nan, np.nan, 5, 6, 7])


def test_an_event_without_a_frame_near_it_has_no_values() -> None:
    assert np.isnan(_cut(5.0)).all()
    assert np.isnan(_cut(12.0)).all()


def test_no_event_and_no_frame() -> None:
    nothing = np.zeros(0)
    assert trigger(time_s=TIME_S, values=VALUES, event_s=nothing, before_s=1, after_s=1).values.shape == (0, 5, 2)
    empty = trigger(time_s=nothing, values=np.zeros((0, 2)), event_s=np.array([1.0]), before_s=1, after_s=1)
    assert empty.values.shape == (1, 3, 2)
    assert np.isnan(empty.values).all()


def test_mean_and_standard_error_leave_missing_values_out() -> None:
    found = trigger(time_s=TIME_S, values=VALUES, event_s=np.array([1.0, 2.0, 10.0]), before_s=1.0, after_s=1.0)
    assert found.mean()[:, 0].tolist() == [1.0, 2.0, (2 + 4 + 5) / 3, 4.5, 5.5]
    expected = np.std([2, 4, 5], ddof=1) / np.sqrt(3)
    assert found.standard_error()[2, 0] == pytest.approx(expected)


def test_windowed_mean_wants_enough_frames() -> None:
    found = trigger(time_s=TIME_S, values=VALUES, event_s=np.array([1.0, 10.0]), before_s=1.0, after_s=1.0)
    np.testing.assert_array_equal(found.windowed_mean(-1.0, 0.0, least_frames=2)[:, 0], [0.5, np.nan])
    np.testing.assert_array_equal(found.windowed_mean(0.0, 1.0)[:, 0], [2.5, 5.5])


@given(st.floats(min_value=0.01, max_value=2.0), st.integers(min_value=0, max_value=6), st.integers(0, 6))
def test_the_grid_holds_every_whole_frame_interval(interval: float, before: int, after: int) -> None:
    time_s = np.arange(20) * interval
    found = trigger(
        time_s=time_s,
        values=np.zeros((20, 1)),
        event_s=time_s[8:9],
        before_s=before * interval,
        after_s=after * interval,
    )
    assert found.offset_s.size == before + after + 1
    assert np.isfinite(found.values).all()


def test_pauses_do_not_move_the_frame_interval() -> None:
    assert frame_interval_s(TIME_S) == 0.5
