"""Amplitude of whisking, and the times at which bouts begin."""

from __future__ import annotations

import numpy as np
import pytest

from ssc_to_nwb.analysis.whisking import away_from, bout_onsets, stretches, whisking_amplitude

RATE_HZ = 500.0


def _time(seconds: float, *, start: float = 0.0) -> np.ndarray:
    return start + np.arange(round(seconds * RATE_HZ)) / RATE_HZ


@pytest.mark.parametrize("whisk_hz", [8.0, 14.0, 22.0])
def test_the_amplitude_of_a_sine_is_found_whatever_its_set_point(whisk_hz: float) -> None:
    time_s = _time(3.0)
    amplitude = whisking_amplitude(time_s=time_s, angle_deg=-20 + 12 * np.sin(2 * np.pi * whisk_hz * time_s))
    inside = amplitude[500:-500]
    assert inside.mean() == pytest.approx(12, rel=0.05)
    assert np.ptp(inside) < 1.5


def test_slow_movement_is_not_whisking() -> None:
    time_s = _time(4.0)
    amplitude = whisking_amplitude(time_s=time_s, angle_deg=15 * np.sin(2 * np.pi * 1.0 * time_s))
    assert np.max(amplitude[500:-500]) < 1.0


def test_lost_samples_are_bridged_and_stay_unknown() -> None:
    time_s = _time(3.0)
    angle = 10 * np.sin(2 * np.pi * 14 * time_s)
    angle[700:710] = np.nan
    amplitude = whisking_amplitude(time_s=time_s, angle_deg=angle)
    assert np.isnan(amplitude[700:710]).all()
    assert np.isfinite(np.delete(amplitude, np.s_[700:710])).all()


def test_stretches_are_filtered_apart_and_short_ones_not_at_all() -> None:
    time_s = np.concatenate([_time(1.0), _time(0.1, start=10.0)])
    amplitude = whisking_amplitude(time_s=time_s, angle_deg=np.sin(2 * np.pi * 14 * time_s))
    assert np.isfinite(amplitude[:500]).all()
    assert np.isnan(amplitude[500:]).all()


def test_stretches_end_at_gaps() -> None:
    time_s = np.array([0.0, 0.1, 0.2, 1.0, 1.1])
    assert list(stretches(time_s)) == [slice(0, 3), slice(3, 5)]
    assert list(stretches(np.zeros(0))) == []
    assert list(stretches(np.array([3.0]))) == [slice(0, 1)]


RULE = {"threshold_deg": 5.0, "least_s": 0.1, "quiet_s": 0.4}


def _bouts(*spans: tuple[float, float]) -> np.ndarray:
    time_s = _time(4.0)
    amplitude = np.ones(time_s.size)
    for begin, end in spans:
        amplitude[(time_s >= begin) & (time_s < end)] = 10.0
    return bout_onsets(time_s=time_s, amplitude_deg=amplitude, **RULE)


def test_a_bout_begins_where_the_amplitude_rises() -> None:
    np.testing.assert_allclose(_bouts((1.0, 2.0), (3.0, 3.5)), [1.0, 3.0])


def test_a_short_rise_is_no_bout() -> None:
    assert _bouts((1.0, 1.05)).size == 0


def test_a_bout_wants_quiet_before_it() -> None:
    np.testing.assert_allclose(_bouts((1.0, 1.5), (1.7, 2.5)), [1.0])
    assert _bouts((0.2, 1.0)).size == 0  # how long it was quiet before the stretch is not known


def test_where_the_amplitude_is_not_known_no_bout_begins() -> None:
    time_s = _time(2.0)
    assert bout_onsets(time_s=time_s, amplitude_deg=np.full(time_s.size, np.nan), **RULE).size == 0


def test_events_near_others_are_left_out() -> None:
    kept = away_from(np.array([1.0, 5.0, 9.0]), np.array([9.5, 0.8]), before_s=0.3, after_s=1.0)
    assert kept.tolist() == [5.0]
