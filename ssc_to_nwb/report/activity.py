"""How active each ROI is, from what the file holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ssc_to_nwb.reading.imaged_plane import ImagedPlane

_HIGH, _MAXIMUM = "dF/F, 95th percentile", "dF/F, maximum"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneActivity:
    """A number per ROI that has a trace: values float64 (R,), NaN where the trace has no value.

    columns: further numbers (R,) by their heading, for a table.
    """

    roi_numbers: np.ndarray
    values: np.ndarray
    quantity: str
    unit: str
    columns: Mapping[str, np.ndarray] = field(default_factory=dict)


def plane_activity(plane: ImagedPlane) -> PlaneActivity:
    """Calcium events per minute of imaging, or the 95th percentile of dF/F without events or a frame rate."""
    rates = _events_per_minute(plane)
    numbers, of_dff = _dff_numbers(plane)
    if rates is not None:
        same = np.array_equal(numbers, rates[0])
        return PlaneActivity(
            roi_numbers=rates[0],
            values=rates[1],
            quantity="calcium events per minute of imaging",
            unit="events/min",
            columns={"events/min": rates[1], **(of_dff if same else {})},
        )
    if not of_dff:
        return PlaneActivity(roi_numbers=numbers, values=np.zeros(0), quantity="not known, no traces", unit="")
    return PlaneActivity(
        roi_numbers=numbers,
        values=of_dff[_HIGH],
        quantity="95th percentile of dF/F",
        unit="dF/F (95 %)",
        columns=of_dff,
    )


def _events_per_minute(plane: ImagedPlane) -> tuple[np.ndarray, np.ndarray] | None:
    """ROI numbers and rates (R,); None without events or a frame rate."""
    events = plane.traces("event")
    if events is None or plane.frame_interval_s is None:
        return None
    known = np.isfinite(events.values)
    minutes = known.sum(axis=0) * plane.frame_interval_s / 60
    counts = (known & (events.values > 0)).sum(axis=0)
    rates = np.divide(counts, minutes, out=np.full(minutes.size, np.nan), where=minutes > 0)
    return events.roi_numbers, rates


def _dff_numbers(plane: ImagedPlane) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """ROI numbers, and what is high in each trace of dF/F, (R,); nothing where there is no dF/F."""
    dff = plane.traces("dff")
    if dff is None or not dff.values.size:
        return np.zeros(0, dtype=np.int64), {}
    seen = np.isfinite(dff.values).any(axis=0)
    high, most = (np.full(seen.size, np.nan) for _ in range(2))
    # Where every frame has a value, the percentile that minds NaN takes many times as long.
    values = dff.values[:, seen]
    # Trace by trace in memory, which is what sorting goes through.
    values = np.ascontiguousarray(values[np.isfinite(values).any(axis=1)].T)
    percentile = np.percentile if np.isfinite(values).all() else np.nanpercentile
    if seen.any():
        high[seen], most[seen] = percentile(values, 95, axis=1), np.nanmax(values, axis=1)
    return dff.roi_numbers, {_HIGH: high, _MAXIMUM: most}
