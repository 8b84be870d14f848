"""Traces are cut out frame by frame at their own lags, and nothing is taken from across a gap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssc_to_nwb.analysis.event_triggered import TriggeredTraces, trigger

TIME_S = np.concatenate([np.arange(5) * 0.5, 10 + np.arange(4) * 0.5])
"""Two stretches of frames, 0.5 s apart, with a gap between them."""
VALUES = np.stack([np.arange(9.0), 100 + np.arange(9.0)], axis=1)


def _triggered(*event_s: float) -> TriggeredTraces:
    traces = pd.DataFrame(VALUES, index=TIME_S, columns=[1001, 1002])
    return trigger(traces, np.array(event_s), interval_s=0.5, before_s=1.0, after_s=1.5)


def _cut(*event_s: float) -> np.ndarray:
    return _triggered(*event_s).values


def test_frames_are_counted_from_the_first_that_begins_at_or_after_the_event() -> None:
    assert _cut(1.0)[0, :, 0].tolist() == [0, 1, 2, 3, 4]
    assert _cut(0.6)[0, :, 1].tolist() == [100, 101, 102, 103, 104]


def test_each_frame_has_its_own_lag() -> None:
    found = _triggered(1.0, 0.6, 0.9)
    np.testing.assert_allclose(found.lag_s[0], [-1.0, -0.5, 0.0, 0.5, 1.0])
    np.testing.assert_allclose(found.lag_s[1], [-0.6, -0.1, 0.4, 0.9, 1.4])
    np.testing.assert_allclose(found.mean_lag_s, np.array([-2.5, -1, 0.5, 2, 3.5]) / 3)


def test_frames_on_the_other_side_of_a_gap_are_not_taken() -> None:
    np.testing.assert_array_equal(_cut(2.0)[0, :, 0], [2, 3, 4, np.nan, np.nan])
    np.testing.assert_array_equal(_cut(10.0)[0, :, 0], [np.nan, np.nan, 5, 6, 7])
    np.testing.assert_array_equal(_triggered(10.0).lag_s[0], [np.nan, np.nan, 0, 0.5, 1.0])


def test_an_event_without_a_frame_near_it_has_no_values() -> None:
    assert np.isnan(_cut(5.0)).all()
    assert np.isnan(_cut(12.0)).all()


def test_no_event_and_no_frame() -> None:
    assert _triggered().values.shape == (0, 5, 2)
    empty = trigger(pd.DataFrame(np.zeros((0, 2))), np.array([1.0]), interval_s=1.0, before_s=1, after_s=1)
    assert empty.values.shape == (1, 2, 2)
    assert np.isnan(empty.values).all()


def test_mean_and_standard_error_leave_missing_values_out() -> None:
    found = _triggered(1.0, 2.0, 10.0)
    assert found.mean()[:, 0].tolist() == [1.0, 2.0, (2 + 4 + 5) / 3, 4.5, 5.5]
    expected = np.std([2, 4, 5], ddof=1) / np.sqrt(3)
    assert found.standard_error()[2, 0] == pytest.approx(expected)
    np.testing.assert_array_equal(
        found.response(1002), [found.mean_lag_s, found.mean()[:, 1], found.standard_error()[:, 1]]
    )


def test_windowed_means_want_enough_frames() -> None:
    found = _triggered(1.0, 10.0)
    np.testing.assert_array_equal(found.mean_before(-1.0, 0.0, least_frames=2)[:, 0], [0.5, np.nan])
    np.testing.assert_array_equal(found.mean_after(0.0, 1.0)[:, 0], [2.5, 5.5])


def test_the_frame_that_the_event_falls_into_is_neither_before_nor_after_it() -> None:
    found = _triggered(1.2)
    assert found.mean_before(-2.0, 0.0)[0, 0] == 1.0
    assert found.mean_before(-2.0, 0.0, least_frames=2)[0, 0] != found.mean_before(-2.0, 0.0)[0, 0]
    assert found.mean_after(0.0, 2.0)[0, 0] == 3.5


@given(st.floats(min_value=0.01, max_value=2.0), st.integers(min_value=0, max_value=6), st.integers(0, 6))
def test_every_whole_frame_interval_is_cut_out(interval: float, before: int, after: int) -> None:
    time_s = np.arange(20) * interval
    found = trigger(
        pd.DataFrame(np.zeros((20, 1)), index=time_s),
        time_s[8:9],
        interval_s=interval,
        before_s=before * interval,
        after_s=after * interval,
    )
    assert found.lag_s.shape == (1, before + after)
    assert np.isfinite(found.values).all()


def test_a_clock_of_whole_ms_does_not_lose_frames() -> None:
    time_s = np.rint(np.arange(200) * 1000 / 28) / 1000
    traces = pd.DataFrame(np.zeros((200, 1)), index=time_s)
    found = trigger(traces, np.array([2.0, 2.01]), interval_s=1 / 27.4, before_s=1, after_s=2)
    assert np.isfinite(found.values).all()


@pytest.mark.parametrize("rate_hz", [7.0, 28.0])
class TestPlantedResponse:
    """dF/F that rises at a known time after each event is found to rise then, and not before."""

    def _mean(self, rate_hz: float, latency_s: float, *, exposed: bool = False) -> TriggeredTraces:
        """Trials of 5 s, an event in each at any phase of the frame clock.

        exposed: a frame holds the mean of its whole interval, else its value at the time stamp.
        """
        rng = np.random.default_rng(0)
        starts = np.arange(300) * 8.0
        event_s = starts + rng.uniform(1.5, 2.5, starts.size)
        inner = np.arange(0, 5, 1 / rate_hz)
        time_s = (starts[:, None] + inner).ravel()
        since_s = (starts[:, None] + inner - event_s[:, None] - latency_s).ravel()
        response = np.clip(since_s * rate_hz + 1, 0, 1) if exposed else (since_s >= 0).astype(float)
        traces = pd.DataFrame(response, index=time_s)
        return trigger(traces, event_s, interval_s=1 / rate_hz, before_s=1.0, after_s=2.0)

    @pytest.mark.parametrize("latency_s", [0.0, 0.1, 0.25, 0.6])
    def test_its_latency_is_found(self, rate_hz: float, latency_s: float) -> None:
        found = self._mean(rate_hz, latency_s)
        # Between the last frames without the response and the first with it, in the mean over all phases.
        last, first = np.flatnonzero(found.mean()[:, 0] == 0)[-1], np.flatnonzero(found.mean()[:, 0] == 1)[0]
        middle_s = found.mean_lag_s[[last, first]].mean()
        assert middle_s == pytest.approx(latency_s, abs=0.5 / rate_hz)
        assert np.all(found.mean()[found.mean_lag_s < latency_s - 1 / rate_hz] == 0)
        assert np.all(found.mean()[found.mean_lag_s > latency_s + 1 / rate_hz] == 1)

    def test_nothing_rises_before_the_event(self, rate_hz: float) -> None:
        found = self._mean(rate_hz, 0.0)
        assert np.all(found.mean()[found.mean_lag_s < 0] == 0)
        assert np.all(found.mean()[found.mean_lag_s > 0] == 1)

    def test_the_baseline_holds_nothing_of_the_response(self, rate_hz: float) -> None:
        """Not even where the frame that the event falls into has begun before it."""
        found = self._mean(rate_hz, 0.0, exposed=True)
        np.testing.assert_allclose(found.mean_before(-0.6, 0.0), 0, atol=1e-4)
        np.testing.assert_allclose(found.mean_after(0.0, 1.0), 1, atol=1e-4)
