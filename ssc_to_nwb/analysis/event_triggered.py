"""Traces cut out around events: every frame at its own lag, the time from the event to the frame's time stamp.

A time stamp is taken for the beginning of its frame, so that a frame holds what happens until the next. The frame that
an event falls into belongs neither to what was before it nor to what came after.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

# What the rounding of floating-point numbers may add to a lag; clocks are much coarser.
_ROUNDING_S = 1e-6
# In frame intervals: a longer step is a gap.
_GAP = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggeredTraces:
    """Traces around events: frames of events (E,), in their order before and after the event (K,), of ROIs (R,).

    roi_numbers: (R,); interval_s: time from frame to frame within a trial; lag_s: (E, K), of each frame, within one
    interval for each of the K places; values: (E, K, R); both NaN where there is no frame.
    """

    roi_numbers: np.ndarray
    interval_s: float
    lag_s: np.ndarray
    values: np.ndarray

    @property
    def mean_lag_s(self) -> np.ndarray:
        """Mean lag of the frames of each place, (K,), increasing; NaN where no event has one."""
        return _mean(self.lag_s)

    def mean(self) -> np.ndarray:
        """Mean over events, (K, R), NaN where no event has a frame."""
        return _mean(self.values)

    def standard_error(self) -> np.ndarray:
        """Standard error of the mean over events, (K, R), NaN with fewer than two events."""
        counts = np.isfinite(self.values).sum(axis=0)
        squares = _mean((self.values - self.mean()) ** 2) * counts
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(counts > 1, np.sqrt(squares / (counts - 1) / counts), np.nan)

    def response(self, roi: int) -> np.ndarray:
        """Mean lag, mean and standard error over events of a ROI, (3, K)."""
        one = replace(self, values=self.values[:, :, self.roi_numbers == roi])
        return np.stack([one.mean_lag_s, one.mean()[:, 0], one.standard_error()[:, 0]])

    def mean_before(self, start_s: float, stop_s: float, *, least_frames: int = 1) -> np.ndarray:
        """Mean over the frames that lie in start <= lag <= stop from beginning to end.

        A frame ends where the next begins.

        The window is in s from the event. Returns (E, R), NaN with fewer than `least_frames`.
        """
        following_s = np.append(self.lag_s[:, 1:], np.full((len(self.lag_s), 1), np.nan), axis=1)
        end_s = np.where(np.isfinite(following_s), following_s, self.lag_s + self.interval_s)
        inside = (self.lag_s >= start_s - _ROUNDING_S) & (end_s <= stop_s + _ROUNDING_S)
        return self._mean_of(inside, least_frames=least_frames)

    def mean_after(self, start_s: float, stop_s: float, *, least_frames: int = 1) -> np.ndarray:
        """Mean over the frames that begin in start <= lag < stop.

        The window is in s from the event. Returns (E, R), NaN with fewer than `least_frames`.
        """
        inside = (self.lag_s >= start_s - _ROUNDING_S) & (self.lag_s < stop_s - _ROUNDING_S)
        return self._mean_of(inside, least_frames=least_frames)

    def _mean_of(self, inside: np.ndarray, *, least_frames: int) -> np.ndarray:
        part = np.where(inside[:, :, None], self.values, np.nan)
        enough = np.isfinite(part).sum(axis=1) >= max(1, least_frames)
        return np.where(enough, _mean(part, axis=1), np.nan)


def trigger(
    traces: pd.DataFrame, event_s: np.ndarray, *, interval_s: float, before_s: float, after_s: float
) -> TriggeredTraces:
    """Cut traces out around events, without interpolation.

    The frames of an event are counted from the first that begins at or after it. Where a gap lies between the two, the
    event is left without values. Of the other frames only those count that no gap separates from that first one.

    Parameters
    ----------
    traces : DataFrame, (F, R)
        A column per ROI number, by time in s, which increases, with gaps between trials.
    event_s : ndarray, (E,)
        The events.
    interval_s : float
        Time from frame to frame within a trial.
    before_s, after_s : float
        How far to cut out, rounded down to whole intervals.

    Returns
    -------
    TriggeredTraces
        E events, K frames around each.
    """
    time_s, values = traces.index.to_numpy(), traces.to_numpy()
    steps = np.arange(-_whole_steps(before_s, interval_s), _whole_steps(after_s, interval_s))
    shape = (event_s.size, steps.size)
    known: dict[str, Any] = {"roi_numbers": traces.columns.to_numpy(), "interval_s": interval_s}
    if not time_s.size:
        nothing = np.full((*shape, values.shape[1]), np.nan)
        return TriggeredTraces(lag_s=np.full(shape, np.nan), values=nothing, **known)
    first = np.searchsorted(time_s, event_s - _ROUNDING_S, side="left")
    anchor = np.minimum(first, time_s.size - 1)
    usable = (first < time_s.size) & (time_s[anchor] - event_s <= _GAP * interval_s)
    frames = first[:, None] + steps
    inside = (frames >= 0) & (frames < time_s.size) & usable[:, None]
    frames = np.clip(frames, 0, time_s.size - 1)
    stretch = np.cumsum(np.diff(time_s, prepend=time_s[0]) > _GAP * interval_s)
    inside &= stretch[frames] == stretch[anchor][:, None]
    cut = values[frames].astype(np.float64)
    cut[~inside] = np.nan
    lag_s = np.where(inside, time_s[frames] - event_s[:, None], np.nan)
    return TriggeredTraces(lag_s=lag_s, values=cut, **known)


def _whole_steps(span_s: float, interval_s: float) -> int:
    """Frame intervals that fit a span; one that is a hair too long for it, by rounding, still fits."""
    return int(np.floor(span_s / interval_s + 0.01))


def _mean(values: np.ndarray, axis: int = 0) -> np.ndarray:
    """nanmean that says NaN for nothing, without a warning."""
    counts = np.isfinite(values).sum(axis=axis)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(counts > 0, np.nansum(values, axis=axis) / counts, np.nan)
