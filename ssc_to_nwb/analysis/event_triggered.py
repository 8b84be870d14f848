"""Traces cut out around events, on one grid of frames."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggeredTraces:
    """Traces around events: offset_s float64 (K,), values float64 (E, K, R); NaN where there is no frame."""

    offset_s: np.ndarray
    values: np.ndarray

    @property
    def event_count(self) -> int:
        """Events, among them such as have no frame around them."""
        return int(self.values.shape[0])

    def mean(self) -> np.ndarray:
        """Mean over events, (K, R), NaN where no event has a frame."""
        return _mean(self.values)

    def standard_error(self) -> np.ndarray:
        """Standard error of the mean over events, (K, R), NaN with fewer than two events."""
        counts = np.isfinite(self.values).sum(axis=0)
        squares = _mean((self.values - _mean(self.values)) ** 2) * counts
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(counts > 1, np.sqrt(squares / (counts - 1) / counts), np.nan)

    def windowed_mean(self, start_s: float, stop_s: float, *, least_frames: int = 1) -> np.ndarray:
        """Mean over the frames with start <= offset < stop, (E, R); NaN with fewer than `least_frames` of them."""
        # A frame's offset is a multiple of the frame interval; the tolerance keeps rounding from moving an edge.
        tolerance = 0.01 * frame_interval_s(self.offset_s)
        inside = (self.offset_s >= start_s - tolerance) & (self.offset_s < stop_s - tolerance)
        part = self.values[:, inside]
        enough = np.isfinite(part).sum(axis=1) >= max(1, least_frames)
        return np.where(enough, _mean(part, axis=1), np.nan)


def trigger(
    *, time_s: np.ndarray, values: np.ndarray, event_s: np.ndarray, before_s: float, after_s: float
) -> TriggeredTraces:
    """Cut traces out around events, without interpolation.

    time_s: (F,), increasing, with gaps between trials; values: (F, R); event_s: (E,). Offset 0 is the first frame at
    or after the event; a frame counts only where it is no further than half a frame interval from where the grid has
    it, so that nothing is taken from across a gap. An event that is not within a frame interval of its frame is left
    without values.
    """
    interval = frame_interval_s(time_s)
    steps = np.arange(-_whole_steps(before_s, interval), _whole_steps(after_s, interval) + 1)
    shape = (event_s.size, steps.size, values.shape[1])
    if not time_s.size or not event_s.size:
        return TriggeredTraces(offset_s=steps * interval, values=np.full(shape, np.nan))
    first = np.searchsorted(time_s, event_s, side="left")
    anchor = time_s[np.minimum(first, time_s.size - 1)]
    usable = (first < time_s.size) & (anchor - event_s <= interval)
    frames = first[:, None] + steps
    inside = (frames >= 0) & (frames < time_s.size) & usable[:, None]
    frames = np.clip(frames, 0, time_s.size - 1)
    inside &= np.abs(time_s[frames] - anchor[:, None] - steps * interval) <= interval / 2
    cut = values[frames].astype(np.float64)
    cut[~inside] = np.nan
    return TriggeredTraces(offset_s=steps * interval, values=cut)


def frame_interval_s(time_s: np.ndarray) -> float:
    """Time between frames in s: the median step, which the pauses between trials don't move; 1 with fewer than two."""
    return float(np.median(np.diff(time_s))) if time_s.size > 1 else 1.0


def _whole_steps(span_s: float, interval_s: float) -> int:
    """Frame intervals that fit a span; one that is a hair too long for it, by rounding, still fits."""
    return int(np.floor(span_s / interval_s + 0.01))


def _mean(values: np.ndarray, axis: int = 0) -> np.ndarray:
    """nanmean that says NaN for nothing, without a warning."""
    counts = np.isfinite(values).sum(axis=axis)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(counts > 0, np.nansum(values, axis=axis) / counts, np.nan)
