"""One cell through the days: its mask in each session's master image, and its response to touch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from textwrap import wrap
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.analysis.session_responses import first_touches_s, triggered_dff
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.reading.cells import CellSighting
from ssc_to_nwb.reading.imaged_plane import ImagedPlane
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.opened_session import open_nwb_session
from ssc_to_nwb.report import palette
from ssc_to_nwb.report.single_picture import add_legend_below, draw_mean, say, tick_handle

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_AROUND_UM = 60.0
_SCALE_BAR_UM = 20.0
_TITLE_CHARACTERS = 30
_DAY_WIDTH, _IMAGE_HEIGHT, _RESPONSE_HEIGHT = 2.3, 2.3, 1.7


@dataclass(frozen=True, slots=True, kw_only=True)
class CellView:
    """What one session shows of a cell.

    image: (rows, columns) around the cell; mask: bool of the same shape; both None without a mask.
    pixel_um: width and height of a pixel.
    response: dF/F around the first touch of each trial, (3, K): lag in s, mean, standard error; None where there is
    none. touch_count: touches with frames around them.
    differs: why the session's ROI is another cell, None where it is the same.
    """

    session: str
    plane: str
    image: np.ndarray | None = None
    mask: np.ndarray | None = None
    pixel_um: tuple[float, float] = (1.0, 1.0)
    response: np.ndarray | None = None
    touch_count: int = 0
    differs: str | None = None


def read_cell_views(seen: Sequence[CellSighting]) -> tuple[CellView, ...]:
    """What each session shows of one ROI number, in the order given; the first is what the others are compared with."""
    views = []
    for sighting in seen:
        differs = None if sighting is seen[0] else sighting.differs_from(seen[0])
        with open_nwb_session(sighting.file) as session:
            plane = next(one for one in session.planes if one.name == sighting.plane)
            number = int(sighting.label.rpartition("/")[2])
            views.append(_view(session, plane, number=number, differs=differs))
    return tuple(views)


def _view(session: NwbSession, plane: ImagedPlane, *, number: int, differs: str | None) -> CellView:
    view = CellView(session=session.title, plane=plane.name, differs=differs, pixel_um=plane.pixel_um or (1.0, 1.0))
    mask = plane.mask(number) if plane.image_names else np.zeros((0, 0), dtype=bool)
    if mask.any():
        image = plane.image(plane.image_names[0])
        (row, column), (column_um, row_um) = np.nonzero(mask), view.pixel_um
        rows = _window(row, least=_AROUND_UM / row_um, length=image.shape[0])
        columns = _window(column, least=_AROUND_UM / column_um, length=image.shape[1])
        view = replace(view, image=image[rows, columns], mask=mask[rows, columns])
    traces = triggered_dff(plane, first_touches_s(session), roi_numbers=np.array([number]))
    count = 0 if traces is None else int(np.isfinite(traces.values).any(axis=1).sum())
    return view if traces is None or not count else replace(view, response=traces.response(number), touch_count=count)


def _window(pixels: np.ndarray, *, least: float, length: int) -> slice:
    """Twice the span of some pixels, but `least` of them, as far as the image reaches."""
    first, last = int(pixels.min()), int(pixels.max())
    half = max(least / 2, last + 1 - first)
    center = (first + last) / 2
    return slice(max(0, int(np.floor(center - half))), min(length, int(np.ceil(center + half)) + 1))


def draw_cell(views: Sequence[CellView], *, figure: Figure, title: str) -> None:
    """Draw into an empty figure: a column per session, its image above and its response below, on one dF/F axis."""
    figure.set_size_inches(max(_DAY_WIDTH * len(views), 2 * _DAY_WIDTH) + 0.8, _IMAGE_HEIGHT + _RESPONSE_HEIGHT + 1.5)
    grid = figure.subplots(2, len(views), squeeze=False, height_ratios=(_IMAGE_HEIGHT, _RESPONSE_HEIGHT))
    for place, (image, response, view) in enumerate(zip(grid[0], grid[1], views, strict=True)):
        _draw_image(image, view)
        if place:
            response.sharey(grid[1][0])
            response.tick_params(axis="y", length=0, labelleft=False)
        _draw_response(response, view)
    grid[1][0].set_ylabel("dF/F")
    grid[1][len(views) // 2].set_xlabel("time from the first touch of the trial (s)")
    figure.suptitle(f"cell {title}", fontsize=12)
    _add_legend(figure, views)


def _color(view: CellView) -> str:
    return palette.RIGHT if view.differs else palette.HIT


def _add_legend(figure: Figure, views: Sequence[CellView]) -> None:
    """What outlines, lines and ticks are, below the picture as in that of a trial."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Patch | Line2D] = []
    if any(view.response is not None for view in views):
        handles.append(Line2D([], [], color=palette.INK, linewidth=1.4, label="mean dF/F"))
        handles.append(Patch(color=palette.GRID, label="its standard error"))
        handles.append(tick_handle("first touch", color=palette.PROTRACTION))
    if any(view.differs for view in views):
        handles.append(Patch(color=palette.HIT, label="this cell"))
        handles.append(Patch(color=palette.RIGHT, label="another cell of this number"))
    add_legend_below(figure, handles, columns=5)


def _draw_image(axes: Axes, view: CellView) -> None:
    from matplotlib.patheffects import withStroke

    lines = [view.session, view.plane, *wrap(f"other cell: {view.differs}" if view.differs else "", _TITLE_CHARACTERS)]
    axes.set_title("\n".join(lines), fontsize=8.5)
    axes.set_xticks([])
    axes.set_yticks([])
    if view.image is None or view.mask is None:
        say(axes, "no mask")
        return
    column_um, row_um = view.pixel_um
    low, high = np.percentile(view.image, (1, 99.5))
    # A pixel of the picture is as wide and high as in the tissue.
    axes.imshow(view.image, cmap="gray", vmin=low, vmax=max(high, low + 1), aspect=row_um / column_um)
    axes.contour(view.mask, levels=[0.5], colors=_color(view), linewidths=1.4)
    rows, columns = view.image.shape
    right = columns - 0.08 * columns
    # A dark rim keeps bar and text legible on a bright image.
    rim = [withStroke(linewidth=5, foreground="black")]
    bar = [right - _SCALE_BAR_UM / column_um, right]
    axes.plot(bar, [0.93 * rows] * 2, color="white", linewidth=3, path_effects=rim)
    axes.text(
        right, 0.9 * rows, f"{_SCALE_BAR_UM:g} µm", color="white", fontsize=8, ha="right", va="bottom",
        path_effects=[withStroke(linewidth=2, foreground="black")],
    )  # fmt: skip


def _draw_response(axes: Axes, view: CellView) -> None:
    if view.response is None:
        say(axes, "no dF/F around touch")
        axes.set_xticks([])
        return
    # A tick at the foot of the panel, as touches have in the picture of a trial.
    axes.plot(
        0, 0.06, marker="|", markersize=9, markeredgewidth=1.6, color=palette.PROTRACTION,
        transform=axes.get_xaxis_transform(),
    )  # fmt: skip
    draw_mean(axes, view.response, color=_color(view), linewidth=1.2)
    axes.set_title(f"n = {plural(view.touch_count, 'touch', 'touches')}", fontsize=8.5)
