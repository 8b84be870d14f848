"""Master images of every plane, the ROIs' outlines on them coloured by activity, and the numbers of every trace."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from markupsafe import Markup

from ssc_to_nwb import naming
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.reading.imaged_plane import ImagedPlane, RoiTraces, traces_ahead
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.report.blocks import Gallery, Heading, Picture, Section
from ssc_to_nwb.report.figure import GAMMA, PERCENTILES
from ssc_to_nwb.report.plane_picture import NO_TRACE, SCALE, ColourScale, plane_svg, small_svg

_HEADING = Heading(anchor="planes", short="Planes", title="Imaging planes and ROIs")
# More numbers than these cannot be read beside each other on a picture of half a page.
_MOST_SMALL_NUMBERS = 60
# As in the label of an outline, of which there are thousands.
_SHORT_UNITS = {"events/min": "/min"}


def plane_section(session: NwbSession, *, activities: Mapping[str, PlaneActivity]) -> Section:
    """One card per plane, with the image of each channel."""
    if not session.planes:
        return _HEADING.lacking("imaging planes")
    every = np.concatenate([activity.values for activity in activities.values()])
    scale = ColourScale(top=float(np.nanpercentile(every, 99)) if np.isfinite(every).any() else 0.0)
    cards = (_card(plane, activity=activities[plane.name], scale=scale) for plane in session.planes)
    pictures = tuple(card for card in cards if card is not None)
    if not pictures:
        return _HEADING.section("This file holds no master images.")
    known = next((activity for activity in activities.values() if activity.values.size), None)
    legend = _legend(scale, unit=known.unit) if known else Markup("")
    text = _text(session, known=known)
    return _HEADING.section(text, Gallery(pictures=pictures, legend=legend))


def thumbnail(session: NwbSession) -> Markup:
    """A small picture of the first plane that has an image, without outlines; empty where there is none."""
    for plane in session.planes:
        if plane.image_names:
            return small_svg(plane.image(plane.image_names[0]), alt=f"Master image of plane {plane.name}")
    return Markup("")


def _text(session: NwbSession, *, known: PlaneActivity | None) -> str:
    coloured = f"coloured by activity: {known.quantity}, on one scale for the session" if known else "not coloured"
    coloured += "" if known else ", as the file holds neither dF/F nor calcium events"
    rois = sum(plane.roi_numbers.size for plane in session.planes)
    return (
        f"{plural(len(session.planes), 'plane')} with {plural(rois, 'ROI')}. Outlines are {coloured}. "
        "Point at an outline or touch it for the ROI's number, or switch on all numbers below a picture. "
        f"Grey values run from the {PERCENTILES[0]:g}st to the {PERCENTILES[1]:g}th percentile of each image, with "
        f"gamma {GAMMA:g}."
    )


def _card(plane: ImagedPlane, *, activity: PlaneActivity, scale: ColourScale) -> Picture | None:
    """The plane's picture with its switches and numbers; None where there is no image."""
    channels = [channel for channel in naming.CHANNELS if naming.image("master", channel) in plane.image_names]
    if not channels:
        return None
    count = plane.roi_numbers.size
    images = [plane.image(naming.image("master", channel)) for channel in channels]
    alt = f"Master image of plane {plane.name}, {' or '.join(channels)} channel, with the outlines of {count} ROIs"
    values = dict(zip(activity.roi_numbers.tolist(), activity.values.tolist(), strict=True))
    svg = plane_svg(
        plane, images, values=values, unit=_SHORT_UNITS.get(activity.unit, f" {activity.unit}"), scale=scale, alt=alt
    )
    switches = {"large": "larger", "numbers": "ROI numbers", "bare": "no outlines"}
    if len(channels) > 1:
        switches["second"] = f"{channels[1]} channel"
    return Picture(
        svg=svg,
        alt=alt,
        caption=f"{plane.name}{_in_words(plane)}: {channels[0]} channel, n = {plural(count, 'ROI')}",
        wide=False,
        controls=_switches(plane.name, switches, many=count > _MOST_SMALL_NUMBERS),
        below=_numbers(activity),
    )


def _in_words(plane: ImagedPlane) -> str:
    """`, subvolume 1, plane 2`, where the name says so."""
    match = re.fullmatch(r"fov_(\d+)(\d{3})", plane.name)
    return "" if match is None else f", subvolume {int(match[1])}, plane {int(match[2])}"


def _switches(plane_name: str, switches: dict[str, str], *, many: bool) -> Markup:
    """Check boxes, all before the first label: the style sheet reaches from a box to what follows it."""
    boxes = Markup("").join(
        Markup('<input type="checkbox" class="{}" id="{}-{}">').format(name, plane_name, name) for name in switches
    )
    labels = Markup("").join(
        Markup('<label for="{}-{}">{}</label>').format(plane_name, name, text) for name, text in switches.items()
    )
    return boxes + Markup('<p class="switches{}">{}</p>').format(" many-rois" if many else "", labels)


def _numbers(activity: PlaneActivity) -> Markup:
    """A folded table with a row per trace. Closing tags are left out: there may be thousands of rows."""
    if not activity.columns:
        return Markup("")
    head = Markup("").join(Markup("<th>{}").format(name) for name in ("ROI", *activity.columns))
    columns = [activity.roi_numbers.tolist(), *(values.tolist() for values in activity.columns.values())]
    rows = "".join(
        f"<tr><td>{number}" + "".join(f"<td>{value:.3g}" if np.isfinite(value) else "<td>-" for value in values)
        for number, *values in zip(*columns, strict=True)
    )
    return Markup(
        '<details class="numbers-of"><summary>Numbers of {}</summary><div class="rows"><table><thead><tr>{}</thead>'
        "<tbody>{}</table></div></details>"
    ).format(plural(activity.roi_numbers.size, "trace"), head, Markup(rows))


def _legend(scale: ColourScale, *, unit: str) -> Markup:
    swatches = "".join(f'<span style="background:{colour}"></span>' for colour in SCALE)
    return Markup(
        '<p class="scale" aria-label="Colour scale of activity">0 <span class="swatches" aria-hidden="true">{}</span> '
        '{} {} or more, <span class="dashed" style="border-color:{}"></span> no trace</p>'
    ).format(Markup(swatches), f"{scale.top:.3g}", unit, NO_TRACE)


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
