"""How active each ROI is, from what the file holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ssc_to_nwb.reading.imaged_plane import ImagedPlane


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """A number per ROI that has a trace: values float64 (R,), NaN where the trace has no value."""

    roi_numbers: np.ndarray
    values: np.ndarray
    quantity: str
    unit: str


def plane_activity(plane: ImagedPlane) -> Activity:
    """Calcium events per minute of imaging, or the 95th percentile of dF/F without events or a frame rate."""
    events = plane.traces("event")
    if events is not None and plane.frame_interval_s is not None:
        known = np.isfinite(events.values)
        minutes = known.sum(axis=0) * plane.frame_interval_s / 60
        counts = (known & (events.values > 0)).sum(axis=0)
        values = np.divide(counts, minutes, out=np.full(minutes.size, np.nan), where=minutes > 0)
        return Activity(
            roi_numbers=events.roi_numbers,
            values=values,
            quantity="calcium events per minute of imaging",
            unit="events/min",
        )
    dff = plane.traces("dff")
    if dff is None or not dff.values.size:
        return Activity(
            roi_numbers=np.zeros(0, dtype=np.int64), values=np.zeros(0), quantity="not known, no traces", unit=""
        )
    seen = np.isfinite(dff.values).any(axis=0)
    values = np.full(seen.size, np.nan)
    values[seen] = np.nanpercentile(dff.values[:, seen], 95, axis=0)
    return Activity(
        roi_numbers=dff.roi_numbers, values=values, quantity="95th percentile of dF/F", unit=f"{dff.unit} (95 %)"
    )
