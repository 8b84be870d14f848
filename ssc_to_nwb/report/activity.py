"""How active each ROI is, from what the file holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ssc_to_nwb.reading.imaged_plane import ImagedPlane, RoiTraces
from ssc_to_nwb.reading.traces_ahead import traces_ahead

_HIGH, _MAXIMUM = "dF/F, 95th percentile", "dF/F, maximum"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneActivity:
    """A number per ROI that has a trace: values float64 (R,), NaN where the trace has no value.

    columns: further numbers (R,) by their heading, for a table; dff_roi_numbers: of the ROIs that have dF/F, None
    where there is none; dff_lost_share: of its values, how many are NaN.
    """

    roi_numbers: np.ndarray
    values: np.ndarray
    quantity: str
    unit: str
    columns: Mapping[str, np.ndarray] = field(default_factory=dict)
    dff_roi_numbers: np.ndarray | None = None
    dff_lost_share: float = 0.0


def plane_activities(planes: Sequence[ImagedPlane]) -> dict[str, PlaneActivity]:
    """By the planes' names: calcium events per minute, or the 95th percentile of dF/F without events or a rate."""
    return {
        plane.name: _activity(plane, events=events, dff=dff)
        for plane, (events, dff) in traces_ahead(planes, "event", "dff")
    }


def _activity(plane: ImagedPlane, *, events: RoiTraces | None, dff: RoiTraces | None) -> PlaneActivity:
    rates = _events_per_minute(events, interval_s=plane.frame_interval_s)
    numbers, of_dff = _dff_numbers(dff)
    cover: dict[str, Any] = {}
    if dff is not None:
        lost = np.isnan(dff.values)
        cover = {"dff_roi_numbers": dff.roi_numbers, "dff_lost_share": float(lost.mean()) if lost.size else 0.0}
    if rates is not None:
        same = np.array_equal(numbers, rates[0])
        return PlaneActivity(
            roi_numbers=rates[0],
            values=rates[1],
            quantity="calcium events per minute of imaging",
            unit="events/min",
            columns={"events/min": rates[1], **(of_dff if same else {})},
            **cover,
        )
    if not of_dff:
        return PlaneActivity(roi_numbers=numbers, values=np.zeros(0), quantity="not known, no traces", unit="", **cover)
    return PlaneActivity(
        roi_numbers=numbers,
        values=of_dff[_HIGH],
        quantity="95th percentile of dF/F",
        unit="dF/F (95 %)",
        columns=of_dff,
        **cover,
    )


def _events_per_minute(events: RoiTraces | None, *, interval_s: float | None) -> tuple[np.ndarray, np.ndarray] | None:
    """ROI numbers and rates (R,); None without events or a frame rate."""
    if events is None or interval_s is None:
        return None
    known = np.isfinite(events.values)
    minutes = known.sum(axis=0) * interval_s / 60
    counts = (known & (events.values > 0)).sum(axis=0)
    rates = np.divide(counts, minutes, out=np.full(minutes.size, np.nan), where=minutes > 0)
    return events.roi_numbers, rates


def _dff_numbers(dff: RoiTraces | None) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """ROI numbers, and what is high in each trace of dF/F, (R,); nothing where there is no dF/F."""
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
