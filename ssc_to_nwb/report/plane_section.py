"""Master images of every plane, the ROIs' outlines on them coloured by activity, and the numbers of every trace."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ssc_to_nwb import naming
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.reading.imaged_plane import ImagedPlane, event_rates_hz, traces_ahead
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.nwb_table import arrays_of
from ssc_to_nwb.report.blocks import Block, Planes
from ssc_to_nwb.report.figure import GAMMA, PERCENTILES, grey_address

# matplotlib's plasma without its darkest part, which would be lost on the image; from few to many events.
SCALE = ("#8f0da4", "#b6308b", "#d5546e", "#eb7655", "#f99a3e", "#fdc328", "#f0f921")
NO_TRACE = "#9fb4c7"
_UNTRACED = "x"
# More numbers than these cannot be read beside each other on a picture of half a page.
_MOST_SMALL_NUMBERS = 60
# As in the label of an outline, of which there are thousands.
_SHORT_UNITS = {"events/min": "/min"}
# Corners are whole numbers of this part of a pixel: an outline takes some 120 characters.
_PARTS = 2
# Most pixels either way of a small picture, and of the channel that is not shown at first.
_SMALL, _SECOND = 300, 320


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneActivity:
    """Numbers of the ROIs that have a trace.

    columns: a row per ROI, by its number, NaN where the trace has no value; the first column is what colours the
    outlines, in `unit`, and `quantity` says what it is. dff_roi_numbers: of the ROIs that have dF/F, None where there
    is none; dff_lost_share: of its values, how many are NaN.
    """

    columns: pd.DataFrame
    quantity: str
    unit: str
    dff_roi_numbers: np.ndarray | None
    dff_lost_share: float

    @property
    def values(self) -> pd.Series:
        """What colours the outlines, by ROI number; none without traces."""
        return self.columns.iloc[:, 0] if self.columns.size else pd.Series(dtype=np.float64)


def plane_activities(planes: Sequence[ImagedPlane]) -> dict[str, PlaneActivity]:
    """By the planes' names: calcium events per minute, or the 95th percentile of dF/F without events or a rate."""
    return {
        plane.name: _activity(events, dff, interval_s=plane.frame_interval_s)
        for plane, (events, dff) in traces_ahead(planes, "event", "dff")
    }


def _activity(events: pd.DataFrame | None, dff: pd.DataFrame | None, *, interval_s: float | None) -> PlaneActivity:
    columns, quantity, unit = pd.DataFrame(), "not known, no traces", ""
    if dff is not None and dff.size:
        columns = pd.DataFrame(_high(dff.to_numpy()), index=dff.columns)
        quantity, unit = "95th percentile of dF/F", "dF/F (95 %)"
    if events is not None and interval_s is not None:
        rates = pd.DataFrame({"events/min": 60 * event_rates_hz(events, interval_s=interval_s)})
        columns = rates.join(columns) if rates.index.equals(columns.index) else rates
        quantity, unit = "calcium events per minute of imaging", "events/min"
    return PlaneActivity(
        columns=columns,
        quantity=quantity,
        unit=unit,
        dff_roi_numbers=None if dff is None else dff.columns.to_numpy(),
        dff_lost_share=float(np.isnan(dff.to_numpy()).mean()) if dff is not None and dff.size else 0.0,
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


def scale_rules() -> str:
    """Rules of the style sheet that colour the outlines."""
    rules = [f".r{place}{{stroke:{colour}}}" for place, colour in enumerate(SCALE)]
    return "".join([*rules, f".r{_UNTRACED}{{stroke:{NO_TRACE};stroke-dasharray:3 2}}"])


def plane_section(session: NwbSession, *, activities: Mapping[str, PlaneActivity]) -> Iterator[Block]:
    """One card per plane, with the image of each channel."""
    if not session.planes:
        yield "This file holds no imaging planes."
        return
    every = np.concatenate([activity.values for activity in activities.values()])
    top = float(np.nanpercentile(every, 99)) if np.isfinite(every).any() else 0.0
    cards = [_card(plane, activity=activities[plane.name], top=top) for plane in session.planes if _channels(plane)]
    if not cards:
        yield "This file holds no master images."
        return
    known = next((activity for activity in activities.values() if activity.values.size), None)
    coloured = "not coloured, as the file holds neither dF/F nor calcium events"
    if known is not None:
        coloured = f"coloured by activity: {known.quantity}, on one scale for the session"
    yield (
        f"{plural(len(session.planes), 'plane')} with {plural(session.roi_count, 'ROI')}. Outlines are {coloured}. "
        "Point at an outline or touch it for the ROI's number, or switch on all numbers below a picture. "
        f"Grey values run from the {PERCENTILES[0]:g}st to the {PERCENTILES[1]:g}th percentile of each image, with "
        f"gamma {GAMMA:g}."
    )
    yield Planes(cards=tuple(cards), scale=f"{top:.3g} {known.unit}" if known else "")


def thumbnail(session: NwbSession) -> Mapping[str, Any] | None:
    """A small picture of the first plane that has an image, without outlines."""
    plane = next((plane for plane in session.planes if plane.image_names), None)
    if plane is None:
        return None
    image = plane.image(plane.image_names[0])
    rows, columns = image.shape[:2]
    return {"rows": rows, "columns": columns, "alt": _alt(plane), "address": grey_address(image, most=_SMALL)}


def _alt(plane: ImagedPlane) -> str:
    return f"Master image of plane {plane.name}"


def _channels(plane: ImagedPlane) -> list[naming.Channel]:
    """The channels that have a master image."""
    return [channel for channel in naming.CHANNELS if naming.image("master", channel) in plane.image_names]


def _card(plane: ImagedPlane, *, activity: PlaneActivity, top: float) -> dict[str, Any]:
    """The plane's pictures with switches and numbers, for the template."""
    channels, count = _channels(plane), plane.roi_numbers.size
    images = [plane.image(naming.image("master", channel)) for channel in channels]
    rows, columns = images[0].shape[:2]
    switches = {"large": "larger", "numbers": "ROI numbers", "bare": "no outlines"}
    if len(channels) > 1:
        switches["second"] = f"{channels[1]} channel"
    name = re.fullmatch(r"fov_(\d+)(\d{3})", plane.name)
    in_words = f", subvolume {int(name[1])}, plane {int(name[2])}" if name else ""
    return {
        "name": plane.name,
        "alt": f"{_alt(plane)}, {' or '.join(channels)} channel, with the outlines of {count} ROIs",
        "caption": f"{plane.name}{in_words}: {channels[0]} channel, n = {plural(count, 'ROI')}",
        "rows": rows,
        "columns": columns,
        "images": [grey_address(image, most=_SECOND if place else None) for place, image in enumerate(images)],
        "outlines": list(_outlines(plane, activity, top=top)),
        "path_scale": 1 / _PARTS,
        # A share of the distance between neighbours.
        "number_size": min(0.26 * float(np.sqrt(rows * columns / max(1, count))), 0.045 * max(rows, columns)),
        "bar": _scale_bar(plane, rows=rows, columns=columns),
        "switches": switches,
        "many": count > _MOST_SMALL_NUMBERS,
        "numbers": activity.columns,
    }


def _outlines(
    plane: ImagedPlane, activity: PlaneActivity, *, top: float
) -> Iterator[tuple[int, str, str, str, tuple[float, float]]]:
    """Number, value, place in the colour scale, path, and centre of every ROI with a known corner."""
    values = activity.values.to_dict()
    unit = _SHORT_UNITS.get(activity.unit, f" {activity.unit}")
    for number, corners in zip(plane.rois.index.tolist(), arrays_of(plane.rois, "outline"), strict=True):
        known = corners[np.isfinite(corners).all(axis=1)] if corners.size else corners
        if not known.size:
            continue
        value, said, place = values.get(number, float("nan")), "no trace", _UNTRACED
        if np.isfinite(value):
            share = min(max(value / top, 0.0), 1.0) if top > 0 else 0.0
            said, place = f"{value:.2g}{unit}", str(round(share * (len(SCALE) - 1)))
        x, y = known.mean(axis=0).tolist()
        yield number, said, place, _path(known), (x, y)


def _path(corners: np.ndarray) -> str:
    """Corners (C, 2) x, y as steps from one to the next; rounded before the steps are taken, so that none adds up."""
    whole = np.round(corners * _PARTS).astype(np.int64)
    steps = np.diff(whole, axis=0)
    steps = steps[steps.any(axis=1)]
    # A minus parts two numbers as well as a blank does.
    lines = " ".join(f"{x} {y}" for x, y in steps.tolist()).replace(" -", "-")
    return f"M{whole[0, 0]} {whole[0, 1]}l{lines}z"


def _scale_bar(plane: ImagedPlane, *, rows: int, columns: int) -> dict[str, Any] | None:
    """A bar of 100 um in the lower right corner (in a small field, 50 or 20), where the file gives the pixels' size."""
    if plane.pixel_um is None:
        return None
    pixel_um, _ = plane.pixel_um
    length_um = next((length for length in (100, 50, 20, 10) if length / pixel_um < columns / 3), 10)
    length, size = length_um / pixel_um, max(rows, columns) / 27
    width, height = max(length, 3.2 * size) + 0.8 * size, 2.1 * size
    left, top = columns - 0.5 - width - 0.4 * size, rows - 0.5 - height - 0.4 * size
    bar = {"left": left, "top": top, "width": width, "height": height, "length": length, "size": size}
    return {**bar, "text": f"{length_um} µm"}
