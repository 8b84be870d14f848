"""Pictures in the page: figures as inline SVG in the colours of the style sheet, images as data addresses."""

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

_STYLE: dict[Any, Any] = {
    "font.family": ["sans-serif"],
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "text.color": palette.INK,
    "axes.labelcolor": palette.INK,
    "axes.edgecolor": palette.MUTED,
    "axes.titlecolor": palette.INK,
    "xtick.color": palette.MUTED,
    "ytick.color": palette.MUTED,
    "xtick.labelcolor": palette.INK,
    "ytick.labelcolor": palette.INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "legend.frameon": False,
    "grid.color": palette.GRID,
    "svg.fonttype": "none",
    "path.simplify": True,
    "figure.constrained_layout.use": True,
}
_HEAT_STEPS = 20
_SMALL_IMAGE_BYTES = 4000
_FONTS = "font: {size} system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"


@contextmanager
def page_figure(*, width: float = 9.0, height: float) -> Iterator[Figure]:
    """A figure in the style of the page, sizes in inches; draw into it inside the `with`."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        yield Figure(figsize=(width, height))


def picture(figure: Figure, *, name: str, alt: str, caption: str = "") -> Picture:
    """The figure as inline SVG. `name` is unique in the page: all ids begin with it. Call it inside `page_figure`."""
    import matplotlib as mpl

    out = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": name}):
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return Picture(svg=_inline(out.getvalue(), name=name, alt=alt), alt=alt, caption=caption)


def add_legend(axes: Axes, *, outside: bool = True, **options: object) -> None:
    """A legend above the axes, in one row."""
    place = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0.2} if outside else {"loc": "best"}
    axes.legend(**{**place, "ncols": 6, "handlelength": 1.2, "columnspacing": 1.4, **options})


def heat_colors() -> Colormap:
    """Viridis in steps, so that an image takes a fifth of the room; grey where there is no value."""
    import matplotlib as mpl

    return mpl.colormaps["viridis"].resampled(_HEAT_STEPS).with_extremes(bad=palette.NO_VALUE)


def vertical_lines(axes: Axes, places: np.ndarray, low: float, high: float, *, alpha: float) -> None:
    """White lines at places (N,), all in one path: thousands of separate lines would make the page heavy."""
    gap = np.full(places.size, np.nan)
    across = np.stack([places, places, gap], axis=1).ravel()
    down = np.stack([np.full(places.size, low), np.full(places.size, high), gap], axis=1).ravel()
    axes.plot(across, down, color="white", linewidth=0.5, alpha=alpha)


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
    svg = re.sub(r'"data:image/png;base64,([^"]+)"', _smaller, svg)
    for light, variable, _ in palette.THEME:
        svg = svg.replace(light, f"var(--{variable})")
    head = re.match(r"<svg[^>]*>", svg)
    if head is None:
        raise ValueError("matplotlib wrote no svg element")
    box = re.search(r'viewBox="([^"]+)"', head[0])
    size = "" if box is None else f'viewBox="{box[1]}"'
    label = escape(alt)
    opening = f'<svg {size} xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return Markup(f'{opening} role="img" aria-label="{label}">{svg[head.end() :]}')


def _smaller(found: re.Match[str]) -> str:
    """An image that matplotlib wrote as PNG, with a palette; small ones stay as they are."""
    data = base64.b64decode(found[1])
    if len(data) < _SMALL_IMAGE_BYTES:
        return found[0]
    from PIL import Image

    return f'"{png_address(Image.open(io.BytesIO(data)))}"'


# What is shown of the range of grey values: the brightest few pixels would darken all the rest.
PERCENTILES = (1.0, 99.7)
GAMMA = 0.7
# An image of so few pixels is enlarged, so that what compression changes would show.
_SMALL_PIXELS = 40_000
_MOST_COLOURS, _OPAQUE = 256, 255
_WEBP_QUALITY, _JPEG_QUALITY = 50, 80


def grey_address(image: np.ndarray, *, most: int | None = None) -> str:
    """A grey image (rows, columns), from the 1st to the 99.7th percentile of its values; NaN is black.

    most: of pixels either way; a larger one is made smaller.
    """
    from PIL import Image

    values = image.astype(np.float64)
    known = values[np.isfinite(values)]
    low, high = np.percentile(known, PERCENTILES) if known.size else (0.0, 1.0)
    grey = np.clip((values - low) / (high - low if high > low else 1.0), 0, 1) ** GAMMA * 255
    picture = Image.fromarray(np.nan_to_num(grey).round().astype(np.uint8))
    if most is not None:
        picture.thumbnail((most, most))
    return image_address(picture)


def image_address(image: Image) -> str:
    """`data:image/webp;base64,...` of a picture that has no transparency."""
    from PIL import features

    out = io.BytesIO()
    if features.check("webp"):
        small = image.width * image.height < _SMALL_PIXELS
        image.save(out, format="WEBP", lossless=small, quality=_WEBP_QUALITY, method=4)
        return _address(out, "webp")
    image.save(out, format="JPEG", quality=_JPEG_QUALITY)
    return _address(out, "jpeg")


def png_address(image: Image) -> str:
    """`data:image/png;base64,...`, with a palette where there are at most 256 colours: nothing is lost."""
    from PIL import Image as Images

    image = image.convert("RGBA")
    few = image.getcolors(_MOST_COLOURS)
    if few is not None:
        pixels = np.ascontiguousarray(np.asarray(image))
        colours = np.sort(np.array([colour for _, colour in few], dtype=np.uint8).view(np.uint32)[:, 0])
        places = np.searchsorted(colours, pixels.view(np.uint32)[..., 0])
        opaque = (pixels[..., 3] == _OPAQUE).all()
        image = Images.fromarray(places.astype(np.uint8))
        table = colours.view(np.uint8).reshape(-1, 4)
        image.putpalette((table[:, :3] if opaque else table).tobytes(), rawmode="RGB" if opaque else "RGBA")
    out = io.BytesIO()
    image.save(out, format="PNG", compress_level=7)
    return _address(out, "png")


def _address(out: io.BytesIO, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(out.getvalue()).decode('ascii')}"
