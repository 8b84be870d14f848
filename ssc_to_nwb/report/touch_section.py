"""dF/F around the first touch of each trial, for the ROIs that respond most, and how many respond at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.analysis.event_triggered import TriggeredTraces
from ssc_to_nwb.analysis.session_responses import (
    EventResponses,
    ResponseOptions,
    touch_responses,
    triggered_dff,
    whisking_responses,
)
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.report import palette
from ssc_to_nwb.report.blocks import Heading, Picture, Section, Text
from ssc_to_nwb.report.figure import page_figure, picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEADING = Heading(anchor="touch", short="Responses", title="Responses to touch and whisking")
_SHOWN, _COLUMNS = 12, 4


def touch_section(session: NwbSession) -> Section:
    """Means of the most touch-responsive ROIs, and the shares that respond to touch and to whisking."""
    if not session.planes or all(plane.series("dff") is None for plane in session.planes):
        return _HEADING.lacking("dF/F")
    if session.touches is None or not len(session.touches):
        return _HEADING.lacking("touches")
    options = ResponseOptions()
    touch = touch_responses(session, options=options)
    whisking = whisking_responses(session, options=options)
    text = (
        f"Touch: {_share(touch)}. Whisking, at the onset of bouts without touch: {_share(whisking)}. "
        f"A ROI counts as responsive when its dF/F in the {options.windows.response_s[1]:g} s after the event is above "
        f"that of the {-options.windows.baseline_s[0]:g} s before it, in frames that end before the event (one-sided "
        "Wilcoxon signed-rank test over trials, "
        f"false discovery rate {100 * options.false_discovery_rate:g} % over all ROIs, at least "
        f"{options.windows.least_events} events)."
    )
    places = touch.strongest(_SHOWN)
    if not places.size:
        return _HEADING.section(Text(text=text))
    return _HEADING.section(Text(text=text), _figure(session, touch, places))


def _share(found: EventResponses) -> str:
    if not found.tested_count:
        return "no ROI has enough events to be tested"
    return (
        f"{found.responsive_count} of {found.tested_count} tested ROIs respond ({100 * found.share:.0f} %; "
        f"{found.event_s.size} events)"
    )


def _figure(session: NwbSession, touch: EventResponses, places: np.ndarray) -> Picture:
    cuts = _cuts(session, touch, places)
    count = len(places)
    columns = min(_COLUMNS, count)
    rows = -(-count // columns)
    with page_figure(height=0.5 + 1.55 * rows) as figure:
        grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
        for axes, place in zip(grid, places.tolist(), strict=False):
            number = int(touch.roi_numbers[place])
            _draw(axes, *cuts[(str(touch.plane_names[place]), number)])
            axes.set_title(f"ROI {number}, {touch.plane_names[place]}, n = {touch.event_count[place]}", fontsize=8.5)
        for axes in grid[count:]:
            axes.set_visible(False)
        figure.supxlabel("time from the first touch of the trial (s)", fontsize=10)
        figure.supylabel("dF/F", fontsize=10)
        alt = f"Mean dF/F around touch of the {count} ROIs with the strongest responses"
        caption = (
            "Mean and standard error over trials, each frame at the time from the touch to its time stamp; the dashed "
            "line is the first touch of the trial"
        )
        return picture(figure, name="touch", alt=alt, caption=caption)


def _cuts(
    session: NwbSession, touch: EventResponses, places: np.ndarray
) -> dict[tuple[str, int], tuple[TriggeredTraces, int]]:
    """For each shown ROI, by plane and number, its plane's cut traces and its column in them."""
    wanted = {str(name) for name in touch.plane_names[places]}
    cuts = {}
    for plane in session.planes:
        found = triggered_dff(plane, touch.event_s) if plane.name in wanted else None
        if found is not None:
            traces, triggered = found
            for column, number in enumerate(traces.roi_numbers.tolist()):
                cuts[(plane.name, number)] = (triggered, column)
    return cuts


def _draw(axes: Axes, triggered: TriggeredTraces, column: int) -> None:
    mean, error = triggered.mean()[:, column], triggered.standard_error()[:, column]
    axes.axvline(0, color=palette.MUTED, linewidth=0.9, linestyle="--")
    axes.axhline(0, color=palette.GRID, linewidth=0.8)
    lag_s = triggered.mean_lag_s
    axes.fill_between(lag_s, mean - error, mean + error, color=palette.LEFT, alpha=0.3, linewidth=0)
    axes.plot(lag_s, mean, color=palette.LEFT, linewidth=1.6)
