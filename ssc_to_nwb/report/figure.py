"""From a matplotlib figure to a picture in the page: inline SVG that takes its colours from the style sheet."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from ssc_to_nwb.report import palette
from ssc_to_nwb.report.blocks import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

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


def _inline(svg: str, *, name: str, alt: str) -> Markup:
    """Only the svg element, scaled by its viewBox, its ids made unique, its colours made variables."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r"font: ([\d.]+px) [^;\"]+", lambda match: _FONTS.format(size=match[1]), svg)
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
