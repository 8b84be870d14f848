"""How active the ROIs of each plane are: the numbers that colour their outlines, and those of the table below them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ssc_to_nwb.reading.imaged_plane import ImagedPlane, RoiTraces, traces_ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneActivity:
    """Numbers of the ROIs that have a trace.

    columns: float64 (R,) by their heading, NaN where the trace has no value; the first is what colours the outlines,
    in `unit`, and `quantity` says what it is. dff_roi_numbers: of the ROIs that have dF/F, None where there is none;
    dff_lost_share: of its values, how many are NaN.
    """

    roi_numbers: np.ndarray
    columns: Mapping[str, np.ndarray]
    quantity: str
    unit: str
    dff_roi_numbers: np.ndarray | None
    dff_lost_share: float

    @property
    def values(self) -> np.ndarray:
        """What colours the outlines, float64 (R,); none without traces."""
        return next(iter(self.columns.values()), np.zeros(0))


def plane_activities(planes: Sequence[ImagedPlane]) -> dict[str, PlaneActivity]:
    """By the planes' names: calcium events per minute, or the 95th percentile of dF/F without events or a rate."""
    return {
        plane.name: _activity(events, dff, interval_s=plane.frame_interval_s)
        for plane, (events, dff) in traces_ahead(planes, "event", "dff")
    }


def _activity(events: RoiTraces | None, dff: RoiTraces | None, *, interval_s: float | None) -> PlaneActivity:
    numbers, columns = np.zeros(0, dtype=np.int64), {}
    quantity, unit = "not known, no traces", ""
    if dff is not None and dff.values.size:
        numbers, columns = dff.roi_numbers, _high(dff.values)
        quantity, unit = "95th percentile of dF/F", "dF/F (95 %)"
    if events is not None and interval_s is not None:
        same = np.array_equal(numbers, events.roi_numbers)
        numbers, columns = (
            events.roi_numbers,
            {"events/min": 60 * events.event_rates_hz(interval_s), **(columns if same else {})},
        )
        quantity, unit = "calcium events per minute of imaging", "events/min"
    return PlaneActivity(
        roi_numbers=numbers,
        columns=columns,
        quantity=quantity,
        unit=unit,
        dff_roi_numbers=None if dff is None else dff.roi_numbers,
        dff_lost_share=float(np.isnan(dff.values).mean()) if dff is not None and dff.values.size else 0.0,
    )


def _high(values: np.ndarray) -> dict[str, np.ndarray]:
    """What is high in each trace of dF/F (F, R)."""
    seen = np.isfinite(values).any(axis=0)
    high, most = (np.full(seen.size, np.nan) for _ in range(2))
    # Where every frame has a value, the percentile that minds NaN takes many times as long.
    values = values[:, seen]
    # Trace by trace in memory, which is what sorting goes through.
    values = np.ascontiguousarray(values[np.isfinite(values).any(axis=1)].T)
    percentile = np.percentile if np.isfinite(values).all() else np.nanpercentile
    if seen.any():
        high[seen], most[seen] = percentile(values, 95, axis=1), np.nanmax(values, axis=1)
    return {"dF/F, 95th percentile": high, "dF/F, maximum": most}
