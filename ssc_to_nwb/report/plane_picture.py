"""The picture of one plane: its master images, the outlines of its ROIs with their numbers, a scale bar.

Everything that can be switched (channel, outlines, numbers, size) is in one SVG and switched by the style sheet, so
that the page needs no scripts. A session may have thousands of ROIs: an outline takes some 120 characters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape

from ssc_to_nwb.reading.imaged_plane import ImagedPlane
from ssc_to_nwb.report.figure import grey_address

# matplotlib's plasma without its darkest part, which would be lost on the image; from few to many events.
SCALE = ("#8f0da4", "#b6308b", "#d5546e", "#eb7655", "#f99a3e", "#fdc328", "#f0f921")
NO_TRACE = "#9fb4c7"
# Corners are whole numbers of this part of a pixel.
_PARTS = 2
_UNTRACED = "x"
# Most pixels either way of a small picture, and of the channel that is not shown at first.
_SMALL, _SECOND = 300, 320


@dataclass(frozen=True, slots=True, kw_only=True)
class ColourScale:
    """Colours for activity from 0 to `top`."""

    top: float

    def place(self, value: float) -> str:
        """`3`, the place in the scale, which is the outline's class in the style sheet; `x` for NaN."""
        if not np.isfinite(value):
            return _UNTRACED
        share = min(max(value / self.top, 0.0), 1.0) if self.top > 0 else 0.0
        return str(round(share * (len(SCALE) - 1)))


def scale_rules() -> str:
    """Rules of the style sheet that colour the outlines."""
    rules = [f".r{place}{{stroke:{colour}}}" for place, colour in enumerate(SCALE)]
    return "".join([*rules, f".r{_UNTRACED}{{stroke:{NO_TRACE};stroke-dasharray:3 2}}"])


def plane_svg(
    plane: ImagedPlane,
    images: Sequence[np.ndarray],
    *,
    values: Mapping[int, float],
    unit: str,
    scale: ColourScale,
    alt: str,
) -> Markup:
    """The plane's images (rows, columns), one per channel and of one size, with the outlines coloured by `values`.

    A pixel's centre has whole-number coordinates, so that an image begins at -0.5.
    """
    rows, columns = images[0].shape[:2]
    opening = (
        f'<svg class="plane" viewBox="-0.5 -0.5 {columns} {rows}" xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-label="{escape(alt)}">'
    )
    parts = [opening]
    parts += [
        f'<image class="c{channel}" x="-0.5" y="-0.5" width="{columns}" height="{rows}" preserveAspectRatio="none" '
        f'href="{grey_address(image, most=_SECOND if channel else None)}"/>'
        for channel, image in enumerate(images)
    ]
    parts += _outlines(plane, values=values, unit=unit, scale=scale, size=_number_size(plane, rows, columns))
    parts += [_scale_bar(plane, rows=rows, columns=columns), "</svg>"]
    return Markup("".join(parts))


def small_svg(image: np.ndarray, *, alt: str) -> Markup:
    """An image (rows, columns) alone, of at most some 300 pixels either way."""
    rows, columns = image.shape[:2]
    return Markup(
        f'<svg class="plane" viewBox="0 0 {columns} {rows}" xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-label="{escape(alt)}"><image width="{columns}" height="{rows}" preserveAspectRatio="none" '
        f'href="{grey_address(image, most=_SMALL)}"/></svg>'
    )


def _number_size(plane: ImagedPlane, rows: int, columns: int) -> float:
    """Height of the ROI numbers in pixels: a share of the distance between neighbours."""
    spacing = float(np.sqrt(rows * columns / max(1, plane.roi_numbers.size)))
    return min(0.26 * spacing, 0.045 * max(rows, columns))


def _outlines(
    plane: ImagedPlane, *, values: Mapping[int, float], unit: str, scale: ColourScale, size: float
) -> list[str]:
    shapes, labels = [], []
    for number, corners in zip(plane.rois.ids.tolist(), plane.rois.lists("outline"), strict=True):
        known = corners[np.isfinite(corners).all(axis=1)] if corners.size else corners
        if not known.size:
            continue
        value = values.get(number, float("nan"))
        said = f"{value:.2g}{unit}" if np.isfinite(value) else "no trace"
        shapes.append(
            f'<path class="r{scale.place(value)}" d="{_path(known)}"><title>ROI {number}: {escape(said)}</title></path>'
        )
        x, y = known.mean(axis=0).tolist()
        labels.append(f'<text x="{x:.0f}" y="{y:.0f}">{number}</text>')
    return [
        f'<g class="rois" transform="scale({1 / _PARTS})">',
        *shapes,
        f'</g><g class="numbers" font-size="{size:.1f}" stroke-width="{size / 6:.2f}">',
        *labels,
        "</g>",
    ]


def _path(corners: np.ndarray) -> str:
    """Corners (C, 2) x, y as steps from one to the next; rounded before the steps are taken, so that none adds up."""
    whole = np.round(corners * _PARTS).astype(np.int64)
    steps = np.diff(whole, axis=0)
    steps = steps[steps.any(axis=1)]
    # A minus parts two numbers as well as a blank does.
    lines = " ".join(f"{x} {y}" for x, y in steps.tolist()).replace(" -", "-")
    return f"M{whole[0, 0]} {whole[0, 1]}l{lines}z"


def _scale_bar(plane: ImagedPlane, *, rows: int, columns: int) -> str:
    """A bar of 100 um in the lower right corner (in a small field, 50 or 20), where the file gives the pixels' size."""
    if plane.pixel_um is None:
        return ""
    pixel_um, _ = plane.pixel_um
    length_um = next((length for length in (100, 50, 20, 10) if length / pixel_um < columns / 3), 10)
    length, size = length_um / pixel_um, max(rows, columns) / 27
    width, height = max(length, 3.2 * size) + 0.8 * size, 2.1 * size
    left, top = columns - 0.5 - width - 0.4 * size, rows - 0.5 - height - 0.4 * size
    middle, bar = left + width / 2, top + height - 0.5 * size
    # On a dark ground of its own: a cell below the bar may be white itself.
    return (
        f'<g class="scalebar"><rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'rx="{size / 4:.1f}"/><path d="M{middle - length / 2:.2f} {bar:.1f}h{length:.2f}"/>'
        f'<text x="{middle:.1f}" y="{bar - size * 0.4:.1f}" font-size="{size:.1f}">{length_um} µm</text></g>'
    )
