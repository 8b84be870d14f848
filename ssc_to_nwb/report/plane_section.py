"""Master images of every plane, the ROIs' outlines on them coloured by activity."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape

from ssc_to_nwb import naming
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.reading.imaged_plane import ImagedPlane
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.report.activity import Activity, plane_activity
from ssc_to_nwb.report.blocks import Gallery, Heading, Picture, Section, Text

_HEADING = Heading(anchor="planes", short="Planes", title="Imaging planes and ROIs")
# What is shown of the range of grey values: the brightest few pixels would darken all the rest.
_PERCENTILES = (1.0, 99.7)
_GAMMA = 0.7
_JPEG_QUALITY = 85
# matplotlib's plasma without its darkest part, which would be lost on the image; from few to many events.
_SCALE = ("#8f0da4", "#b6308b", "#d5546e", "#eb7655", "#f99a3e", "#fdc328", "#f0f921")
_NO_TRACE = "#9fb4c7"


@dataclass(frozen=True, slots=True, kw_only=True)
class _ColourScale:
    """Colours for activity from 0 to `top`."""

    top: float

    def colour(self, value: float) -> str:
        """`#b6308b` for a value; the colour of no trace for NaN."""
        if not np.isfinite(value):
            return _NO_TRACE
        share = min(max(value / self.top, 0.0), 1.0) if self.top > 0 else 0.0
        return _SCALE[round(share * (len(_SCALE) - 1))]


def plane_section(session: NwbSession) -> Section:
    """One card per plane, with the image of each channel."""
    if not session.planes:
        return _HEADING.lacking("imaging planes")
    activities = {plane.name: plane_activity(plane) for plane in session.planes}
    every = np.concatenate([activity.values for activity in activities.values()])
    scale = _ColourScale(top=float(np.nanpercentile(every, 99)) if np.isfinite(every).any() else 0.0)
    cards = (_card(plane, activity=activities[plane.name], scale=scale) for plane in session.planes)
    pictures = tuple(card for card in cards if card is not None)
    known = next((activity for activity in activities.values() if activity.values.size), None)
    coloured = f"coloured by activity: {known.quantity}, on one scale for the session" if known else "not coloured"
    coloured += "" if known else ", as the file holds neither dF/F nor calcium events"
    rois = sum(len(plane.rois) for plane in session.planes)
    text = (
        f"{plural(len(session.planes), 'plane')} with {plural(rois, 'ROI')}. Outlines are {coloured}. "
        "Point at an outline for the ROI's number. "
        f"Grey values run from the {_PERCENTILES[0]:g}st to the {_PERCENTILES[1]:g}th percentile of each image, with "
        f"gamma {_GAMMA:g}."
    )
    if not pictures:
        return _HEADING.section(Text(text="This file holds no master images."))
    legend = _legend(scale, unit=known.unit) if known else Markup("")
    return _HEADING.section(Text(text=text), Gallery(pictures=pictures, legend=legend))


def _card(plane: ImagedPlane, *, activity: Activity, scale: _ColourScale) -> Picture | None:
    """The master images of a plane side by side, the outlines on the first; None where there is no image."""
    channels = [channel for channel in naming.CHANNELS if naming.image("master", channel) in plane.image_names]
    if not channels:
        return None
    count = plane.roi_numbers.size
    images = []
    for channel in channels:
        first = channel == channels[0]
        alt = f"Master image of plane {plane.name}, {channel} channel"
        alt += f", with the outlines of {count} ROIs" if first else ""
        shown = activity if first else None
        images.append(
            _plane_svg(plane, plane.image(naming.image("master", channel)), activity=shown, scale=scale, alt=alt)
        )
    return Picture(
        svg=Markup('<div class="pair">{}</div>').format(Markup("").join(images)),
        alt=f"Master images of plane {plane.name}",
        caption=f"{plane.name}: {' and '.join(channels)} channel, {count} ROIs",
        wide=False,
    )


def _plane_svg(
    plane: ImagedPlane, image: np.ndarray, *, activity: Activity | None, scale: _ColourScale, alt: str
) -> Markup:
    """image: (rows, columns). A pixel's centre has whole-number coordinates, so that the image begins at -0.5."""
    rows, columns = image.shape[:2]
    opening = (
        f'<svg class="plane" viewBox="-0.5 -0.5 {columns} {rows}" xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-label="{escape(alt)}"><image x="-0.5" y="-0.5" width="{columns}" height="{rows}" '
        f'preserveAspectRatio="none" href="{image_address(image)}"/>'
    )
    parts = [opening]
    if activity is not None:
        parts += _outlines(plane, activity=activity, scale=scale)
    parts.append(_scale_bar(plane, rows=rows, columns=columns))
    parts.append("</svg>")
    return Markup("".join(parts))


def _outlines(plane: ImagedPlane, *, activity: Activity, scale: _ColourScale) -> list[str]:
    found = dict(zip(activity.roi_numbers.tolist(), activity.values.tolist(), strict=True))
    parts = []
    for number, corners in zip(plane.rois.ids.tolist(), plane.rois.lists("outline"), strict=True):
        if not corners.size:
            continue
        value = found.get(number, float("nan"))
        label = f"ROI {number}: {value:.2g} {activity.unit}" if np.isfinite(value) else f"ROI {number}: no trace"
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners.tolist())
        dashes = "" if np.isfinite(value) else ' stroke-dasharray="3 2"'
        parts.append(
            f'<polygon points="{points}" fill="transparent" stroke="{scale.colour(value)}"{dashes} '
            f'stroke-width="1.5" vector-effect="non-scaling-stroke"><title>{escape(label)}</title></polygon>'
        )
    return parts


def _scale_bar(plane: ImagedPlane, *, rows: int, columns: int) -> str:
    """A bar of 100 um in the lower right corner (in a small field, 50 or 20), where the file gives the pixels' size."""
    spacing = plane.imaging_plane.grid_spacing
    if spacing is None or plane.imaging_plane.grid_spacing_unit != "meters":
        return ""
    pixel_um = float(spacing[0]) * 1e6
    length_um = next((length for length in (100, 50, 20, 10) if length / pixel_um < columns / 3), 10)
    right, bottom, size = columns * 0.96, rows * 0.95, max(rows, columns) / 24
    left = right - length_um / pixel_um
    place = f'x1="{left:.1f}" x2="{right:.1f}" y1="{bottom:.1f}" y2="{bottom:.1f}" vector-effect="non-scaling-stroke"'
    # White on black: a cell below the bar may be white itself.
    return (
        f'<line {place} stroke="#000" stroke-width="5"/><line {place} stroke="#fff" stroke-width="3"/>'
        f'<text x="{(left + right) / 2:.1f}" '
        f'y="{bottom - size * 0.4:.1f}" font-size="{size:.1f}" fill="#fff" text-anchor="middle" '
        f'style="font-family:system-ui,sans-serif;paint-order:stroke;stroke:#000;stroke-width:{size / 8:.2f}px">'
        f"{length_um} µm</text>"
    )


def image_address(image: np.ndarray) -> str:
    """A grey image (rows, columns) as a data address: JPEG, from the 1st to the 99.7th percentile; NaN is black."""
    from PIL import Image

    values = image.astype(np.float64)
    known = values[np.isfinite(values)]
    low, high = np.percentile(known, _PERCENTILES) if known.size else (0.0, 1.0)
    grey = np.clip((values - low) / (high - low if high > low else 1.0), 0, 1) ** _GAMMA * 255
    out = io.BytesIO()
    Image.fromarray(np.nan_to_num(grey).round().astype(np.uint8)).save(out, format="JPEG", quality=_JPEG_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode("ascii")


def _legend(scale: _ColourScale, *, unit: str) -> Markup:
    swatches = "".join(f'<span style="background:{colour}"></span>' for colour in _SCALE)
    return Markup(
        '<p class="scale" aria-label="Colour scale of activity">0 <span class="swatches" aria-hidden="true">{}</span> '
        '{} {} or more, <span class="dashed" style="border-color:{}"></span> no trace</p>'
    ).format(Markup(swatches), f"{scale.top:.3g}", unit, _NO_TRACE)
