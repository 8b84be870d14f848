"""Responses to touch and whisking: how many ROIs respond, and their mean dF/F around the events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.analysis.session_responses import (
    EventResponses,
    ResponseOptions,
    session_responses,
    triggered_dff,
)
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.report import palette
from ssc_to_nwb.report.blocks import Block, Picture
from ssc_to_nwb.report.figure import page_figure, picture
from ssc_to_nwb.report.single_picture import draw_mean, save_figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SHOWN, _COLUMNS = 12, 4
# Planes may differ in their frame rate, so that their means are brought onto one grid.
_GRID_S = np.arange(-1.0, 2.0, 0.1)


def touch_section(session: NwbSession) -> Iterator[Block]:
    """Means of the most touch-responsive ROIs, and the shares that respond to touch and to whisking."""
    if all(plane.series("dff") is None for plane in session.planes):
        yield "This file holds no dF/F."
        return
    if session.touches.empty:
        yield "This file holds no touches."
        return
    options = ResponseOptions()
    responses = session_responses(session, options=options)
    touch, whisking = responses["touch"], responses["whisking"]
    yield (
        f"Touch: {_share(touch)}. Whisking, at the onset of bouts without touch: {_share(whisking)}. "
        f"A ROI counts as responsive when its dF/F in the {options.response_s[1]:g} s after the event is above "
        f"that of the {-options.baseline_s[0]:g} s before it, in frames that end before the event (one-sided "
        "Wilcoxon signed-rank test over trials, "
        f"false discovery rate {100 * options.false_discovery_rate:g} % over all ROIs, at least "
        f"{options.least_events} events)."
    )
    strongest = touch.strongest(_SHOWN)
    if len(strongest):
        yield _strongest(session, touch.event_s, strongest)


def _share(found: EventResponses) -> str:
    if not found.tested_count:
        return "no ROI has enough events to be tested"
    return (
        f"{found.responsive_count} of {found.tested_count} tested ROIs respond ({100 * found.share:.0f} %; "
        f"{found.event_s.size} events)"
    )


def _strongest(session: NwbSession, event_s: np.ndarray, rois: pd.DataFrame) -> Picture:
    """The mean response of each of some ROIs."""
    count = len(rois)
    columns = min(_COLUMNS, count)
    rows = -(-count // columns)
    with page_figure(height=0.5 + 1.55 * rows) as figure:
        grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
        panels, planes = dict(zip(rois.index, grid, strict=False)), {plane.name: plane for plane in session.planes}
        for name, of_plane in rois.groupby("plane"):
            traces = triggered_dff(planes[name], event_s, roi_numbers=of_plane["roi"].to_numpy())
            if traces is None:
                continue
            for roi in of_plane.itertuples():
                axes = panels[roi.Index]
                axes.axvline(0, color=palette.MUTED, linewidth=0.9, linestyle="--")
                draw_mean(axes, traces.response(roi.roi), color=palette.LEFT, linewidth=1.6)
                axes.set_title(f"ROI {roi.roi}, {name}, n = {roi.events}", fontsize=8.5)
        for axes in grid[count:]:
            axes.set_visible(False)
        figure.supxlabel("time from the first touch of the trial (s)", fontsize=10)
        figure.supylabel("dF/F", fontsize=10)
        alt = f"Mean dF/F around touch of the {count} ROIs with the strongest responses"
        caption = (
            "Mean and standard error over trials, each frame at the time from the touch to its time stamp; the dashed "
            "line is the first touch of the trial; n: trials"
        )
        return picture(figure, name="touch", alt=alt, caption=caption)


def save_responses(session: NwbSession, by_event: Mapping[str, EventResponses], path: Path) -> None:
    """A picture of its own, a panel per kind of event, with the mean of the responsive and of the other ROIs.

    Raises picture-format-unknown, and OSError where it cannot be written.
    """

    def draw(figure: Figure) -> None:
        figure.set_size_inches(4.2 * len(by_event), 3.4)
        panels = figure.subplots(1, len(by_event), sharey=True, squeeze=False)[0]
        for axes, (event, found) in zip(panels, by_event.items(), strict=True):
            _draw_event(axes, session, found)
            axes.set_title(f"{event}: {found.responsive_count} of {found.tested_count} ROIs")
            axes.set_xlabel(f"time from {event} (s)")
        panels[0].set_ylabel("mean dF/F")
        figure.suptitle(session.title)

    save_figure(draw, path)


def _draw_event(axes: Axes, session: NwbSession, found: EventResponses) -> None:
    parts: dict[str, list[np.ndarray]] = {"responsive": [], "others": []}
    for plane in session.planes:
        traces = triggered_dff(plane, found.event_s)
        # A plane that was imaged at none of the events has nothing to show.
        if traces is None or not np.isfinite(traces.mean_lag_s).any():
            continue
        responsive = set(found.rois.query("responsive and plane == @plane.name")["roi"])
        lag_s, known = traces.mean_lag_s, np.isfinite(traces.mean_lag_s)
        for mean, number in zip(traces.mean()[known].T, traces.roi_numbers, strict=True):
            onto_grid = np.interp(_GRID_S, lag_s[known], mean, left=np.nan, right=np.nan)
            parts["responsive" if number in responsive else "others"].append(onto_grid)
    for (label, means), color in zip(parts.items(), (palette.LEFT, palette.NO_LICK), strict=True):
        if means:
            # Trials end before the window does, so that some planes have no frame at its edge.
            mean = np.ma.masked_invalid(np.stack(means)).mean(axis=0)
            axes.plot(_GRID_S, mean.filled(np.nan), color=color, label=f"{label} (n = {len(means)})")
    axes.axvline(0, color=palette.MUTED, linestyle="--", linewidth=0.8)
    if axes.lines[1:]:
        axes.legend()
