"""Pictures in the page: figures as inline SVG in the colours of the style sheet, images as `data:` addresses."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup, escape

from ssc_to_nwb.report import palette
from ssc_to_nwb.report.blocks import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure
    from PIL.Image import Image

_STYLE: dict[Any, Any] = palette.STYLE | {
    "font.family": ["sans-serif"],
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "axes.edgecolor": palette.MUTED,
    "xtick.color": palette.MUTED,
    "ytick.color": palette.MUTED,
    "text.color": palette.INK,
    "axes.labelcolor": palette.INK,
    "axes.titlecolor": palette.INK,
    "xtick.labelcolor": palette.INK,
    "ytick.labelcolor": palette.INK,
    "axes.linewidth": 0.8,
    "grid.color": palette.GRID,
    "path.simplify": True,
    "figure.constrained_layout.use": True,
}
_HEAT_STEPS = 20
_FONTS = "font: {size} system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"


@contextmanager
def page_figure(*, height: float) -> Iterator[Figure]:
    """A figure in the style of the page, height in inches; draw into it inside the `with`."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        yield Figure(figsize=(9.0, height))


def picture(figure: Figure, *, name: str, alt: str, caption: str = "") -> Picture:
    """The figure as inline SVG. `name` is unique in the page: all ids begin with it. Call it inside `page_figure`."""
    import matplotlib as mpl

    out = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": name}):
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return Picture(svg=_inline(out.getvalue(), name=name, alt=alt), alt=alt, caption=caption)


def add_legend(axes: Axes, *, ncols: int = 6) -> None:
    """A legend above the axes, in one row."""
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2, ncols=ncols, handlelength=1.2, columnspacing=1.4
    )


def heat_colors() -> Colormap:
    """Viridis in steps, so that an image takes a fifth of the room; grey where there is no value."""
    import matplotlib as mpl

    return mpl.colormaps["viridis"].resampled(_HEAT_STEPS).with_extremes(bad=palette.NO_VALUE)


def count_in_whole_numbers(axis: Any) -> None:
    """Ticks of an axis that counts."""
    axis.get_major_locator().set_params(integer=True, min_n_ticks=1)


def strokes(axes: Axes, places: np.ndarray, low: Any, high: Any, **style: Any) -> None:
    """Vertical lines at places (N,), all in one path: thousands of separate lines would make the page heavy."""
    gap = np.full(places.size, np.nan)
    down = np.stack([np.broadcast_to(low, gap.shape), np.broadcast_to(high, gap.shape), gap], axis=1)
    axes.plot(np.stack([places, places, gap], axis=1).ravel(), down.ravel(), **style)


def boxes(
    axes: Axes,
    start: np.ndarray,
    stop: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    *,
    color: str,
    **options: Any,
) -> None:
    """A filled box per interval, start to stop (N,) by low to high (N,), all in one path."""
    if not start.size:
        return
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    corners = np.stack([[start, low], [stop, low], [stop, high], [start, high]]).transpose(2, 0, 1)
    whole = Path.make_compound_path(*(Path(box, closed=False) for box in corners))
    axes.add_patch(PathPatch(whole, facecolor=color, linewidth=0, **options))


def _inline(svg: str, *, name: str, alt: str) -> Markup:
    """Only the svg element, scaled by its viewBox, its ids made unique, its colours made variables."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r"font: ([\d.]+px) [^;\"]+", lambda match: _FONTS.format(size=match[1]), svg)
    svg = re.sub(r'"data:image/png;base64,([^"]+)"', _with_palette, svg)
    for variable, (light, _) in palette.THEME.items():
        svg = svg.replace(light, f"var(--{variable})")
    head, _, content = svg.partition(">")
    [box] = re.findall(r'viewBox="[^"]+"', head)
    opening = f'<svg {box} xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return Markup(f'{opening} role="img" aria-label="{escape(alt)}">{content}')


def _with_palette(found: re.Match[str]) -> str:
    """An image that matplotlib wrote as PNG, with a palette where its colours are few enough to lose nothing."""
    from PIL import Image as Images

    image = Images.open(io.BytesIO(base64.b64decode(found[1]))).convert("RGBA")
    few = image.convert("RGB").quantize(dither=Images.Dither.NONE)
    if few.convert("RGBA").tobytes() != image.tobytes():
        return found[0]
    return f'"{_address(few, "png", compress_level=7)}"'


# What is shown of the range of grey values: the brightest few pixels would darken all the rest.
PERCENTILES = (1.0, 99.7)
GAMMA = 0.7
# An image of so few pixels is enlarged, so that what compression changes would show.
_SMALL_PIXELS = 40_000


def grey_address(image: np.ndarray, *, most: int | None = None) -> str:
    """A grey image (rows, columns), from the 1st to the 99.7th percentile of its values; NaN is black.

    most: of pixels either way; a larger one is made smaller.
    """
    from PIL import Image as Images
    from PIL import features

    values = image.astype(np.float64)
    known = values[np.isfinite(values)]
    low, high = np.percentile(known, PERCENTILES) if known.size else (0.0, 1.0)
    grey = np.clip((values - low) / (high - low if high > low else 1.0), 0, 1) ** GAMMA * 255
    shown = Images.fromarray(np.nan_to_num(grey).round().astype(np.uint8))
    if most is not None:
        shown.thumbnail((most, most))
    if features.check("webp"):
        return _address(shown, "webp", lossless=shown.width * shown.height < _SMALL_PIXELS, quality=50, method=4)
    return _address(shown, "jpeg", quality=80)


def _address(image: Image, kind: str, **options: Any) -> str:
    out = io.BytesIO()
    image.save(out, format=kind.upper(), **options)
    return f"data:image/{kind};base64,{base64.b64encode(out.getvalue()).decode('ascii')}"
