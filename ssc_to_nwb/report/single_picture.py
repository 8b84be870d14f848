"""A figure of its own, outside a page: written as a picture, or shown in a window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.problems.system_errors import system_errors_named
from ssc_to_nwb.report import palette

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

# A conversion needs none of them, so that they are an extra.
_NEEDED = ("matplotlib", "jinja2", "markupsafe", "PIL")
# By the name's ending. None has a date: two files from the same data differ at most in the ids of clips in an SVG.
_UNDATED: dict[str, dict[str, None]] = {".png": {}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
_STYLE = palette.STYLE | {"svg.hashsalt": "figure", "figure.facecolor": "white"}
# What matplotlib falls back to, or is set to use, where there is no display.
_WINDOWLESS = ("agg", "cairo", "pdf", "pgf", "ps", "svg", "template")


def check_report_extra() -> None:
    """Raise extra-not-installed where a package of the extra `report` is missing."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise error(
            kinds.EXTRA_NOT_INSTALLED,
            expected="pip install 'ssc-to-nwb[report]'",
            found=f"no package {', '.join(missing)}",
        )


def save_figure(draw: Callable[[Figure], None], path: Path) -> None:
    """Write what `draw` draws into an empty figure as PNG (150 dpi), SVG or PDF, by the name's ending.

    Raises picture-format-unknown, and OSError where it cannot be written.
    """
    ending = path.suffix.lower()
    if ending not in _UNDATED:
        raise error(
            kinds.PICTURE_FORMAT_UNKNOWN, file=path, expected=", ".join(_UNDATED), found=path.suffix or "no ending"
        )
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        figure = Figure(layout="constrained")
        draw(figure)
        figure.savefig(path, dpi=150, metadata=_UNDATED[ending])


def show_figure(draw: Callable[[Figure], None]) -> None:
    """Show what `draw` draws in a window and wait until it is closed. Raises no-window where none can be opened."""
    import matplotlib as mpl
    from matplotlib import pyplot

    with mpl.rc_context(_STYLE):
        try:
            figure = pyplot.figure(layout="constrained")
        except ImportError as failure:
            raise error(kinds.NO_WINDOW, found=str(failure)) from failure
        if mpl.get_backend().lower() in _WINDOWLESS:
            pyplot.close(figure)
            raise error(kinds.NO_WINDOW, found=f"matplotlib draws with {mpl.get_backend()}")
        draw(figure)
        pyplot.show()


def save_or_show(draw: Callable[[Figure], None], output: Path | str | None) -> Path | None:
    """Write what `draw` draws, or show it where no path is given; returns the path.

    Raises what saving and showing raise, and the problems of the system (output-not-writable, disk-full).
    """
    if output is None:
        show_figure(draw)
        return None
    path = Path(output)
    with system_errors_named(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        save_figure(draw, path)
    return path


def say(axes: Axes, text: str) -> None:
    """A text in the middle of axes that have nothing to show."""
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=palette.MUTED)


def draw_mean(axes: Axes, response: np.ndarray, *, color: str, linewidth: float) -> None:
    """A mean with its standard error; response: (3, K), lags, means and errors."""
    lag_s, mean, error = response
    axes.axhline(0, color=palette.GRID, linewidth=0.8)
    axes.fill_between(lag_s, mean - error, mean + error, color=color, alpha=0.3, linewidth=0)
    axes.plot(lag_s, mean, color=color, linewidth=linewidth)


def tick_handle(label: str, *, color: str) -> Line2D:
    """A legend's sample of an event that is drawn as a tick."""
    from matplotlib.lines import Line2D

    return Line2D([], [], linestyle="", marker="|", markersize=9, markeredgewidth=1.6, color=color, label=label)


def add_legend_below(figure: Figure, handles: Sequence[Artist], *, columns: int) -> None:
    """What is drawn, below the picture; nothing without handles."""
    if handles:
        figure.legend(handles=handles, loc="outside lower center", ncols=columns, handlelength=1.2, columnspacing=1.4)
