"""Whisking: its amplitude from the angle, and the times at which bouts begin."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.nwb_table import numbers_of

# Mice whisk at 5 to 20 Hz; the band in which the lab's papers take amplitude.
_BAND_HZ = (6.0, 30.0)
_FILTER_ORDER = 4
# A stretch shorter than this has no room for the filter.
_LEAST_STRETCH_S = 0.25
_TOUCH_FREE_BEFORE_S, _TOUCH_FREE_AFTER_S = 0.3, 1.0


def whisking_amplitude(*, time_s: np.ndarray, angle_deg: np.ndarray) -> np.ndarray:
    """Amplitude of whisking: the envelope of the angle between 6 and 30 Hz, stretch by stretch.

    Lost samples (NaN) within a stretch are bridged by straight lines for the filter, and are NaN in the result; so are
    stretches under 0.25 s.

    Parameters
    ----------
    time_s : ndarray of float64, (N,)
        Increasing, with gaps between trials.
    angle_deg : ndarray of float64, (N,)
        In degrees.

    Returns
    -------
    ndarray of float64, (N,)
        In degrees.
    """
    from scipy.signal import butter, hilbert, sosfiltfilt

    amplitude = np.full(angle_deg.shape, np.nan)
    for part in stretches(time_s):
        angle = angle_deg[part]
        known = np.isfinite(angle)
        step = float(np.median(np.diff(time_s[part]))) if angle.size > 1 else np.inf
        if known.sum() < 2 or angle.size * step < _LEAST_STRETCH_S or 1 / step <= 2 * _BAND_HZ[1]:
            continue
        places = np.arange(angle.size)
        bridged = np.interp(places, places[known], angle[known])
        band = butter(_FILTER_ORDER, _BAND_HZ, btype="bandpass", fs=1 / step, output="sos")
        filtered = sosfiltfilt(band, bridged - bridged.mean())
        amplitude[part] = np.where(known, np.abs(hilbert(filtered)), np.nan)
    return amplitude


def bout_onsets(
    *,
    time_s: np.ndarray,
    amplitude_deg: np.ndarray,
    threshold_deg: float = 7.0,
    least_s: float = 0.1,
    quiet_s: float = 0.4,
) -> np.ndarray:
    """Times at which the amplitude rises above a threshold for `least_s` after `quiet_s` below it, in s, (B,).

    time_s: (N,), increasing, with gaps between trials; amplitude_deg: (N,), from `whisking_amplitude`. Where it is not
    known, no bout begins.
    """
    onsets: list[float] = []
    for part in stretches(time_s):
        strong = np.nan_to_num(amplitude_deg[part]) > threshold_deg
        times = time_s[part]
        edges = np.flatnonzero(np.diff(strong.astype(np.int8), prepend=0, append=0))
        ended = -np.inf
        for first, last in edges.reshape(-1, 2):
            begin, end = times[first], times[last - 1]
            # From the start of a stretch on, how long it has been quiet is not known.
            quiet_since = max(ended, times[0])
            if end - begin >= least_s and begin - quiet_since >= quiet_s:
                onsets.append(float(begin))
            ended = end
    return np.array(onsets)


def stretches(time_s: np.ndarray) -> Iterator[slice]:
    """Runs of samples without a gap of more than 1.5 sample intervals."""
    if not time_s.size:
        return
    steps = np.diff(time_s)
    breaks = np.flatnonzero(steps > 1.5 * np.median(steps)) + 1 if steps.size else np.zeros(0, dtype=np.int64)
    edges = np.concatenate([[0], breaks, [time_s.size]])
    for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        yield slice(first, last)


def away_from(event_s: np.ndarray, others_s: np.ndarray, *, before_s: float, after_s: float) -> np.ndarray:
    """The events that have no other event near them.

    event_s: (E,); others_s: (O,), in any order; before_s, after_s: how long before and after an event none of the
    others may be.
    """
    others = np.sort(others_s)
    first = np.searchsorted(others, event_s - before_s, side="left")
    last = np.searchsorted(others, event_s + after_s, side="right")
    alone: np.ndarray = event_s[first == last]
    return alone


def free_whisking_onsets_s(session: NwbSession) -> np.ndarray:
    """Onsets of whisking bouts away from any touch. All that is tracked moves as one: the mean amplitude counts.

    (E,), in s after the session's start; empty without angles.
    """
    angles = session.angles
    if not angles:
        return np.zeros(0)
    time_s = angles[0].time_s
    amplitude = np.mean([whisking_amplitude(time_s=time_s, angle_deg=trace.values) for trace in angles], axis=0)
    onsets = bout_onsets(time_s=time_s, amplitude_deg=amplitude)
    touches_s = numbers_of(session.touches, "start_time")
    return away_from(onsets, touches_s, before_s=_TOUCH_FREE_BEFORE_S, after_s=_TOUCH_FREE_AFTER_S)
