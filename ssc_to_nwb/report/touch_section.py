"""dF/F around the first touch of each trial, for the ROIs that respond most, and how many respond at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.analysis.session_responses import (
    EventResponses,
    ResponseOptions,
    touch_and_whisking_responses,
    triggered_dff,
)
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.report import palette
from ssc_to_nwb.report.blocks import Heading, Picture, Section
from ssc_to_nwb.report.figure import page_figure, picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEADING = Heading(anchor="touch", short="Responses", title="Responses to touch and whisking")
_SHOWN, _COLUMNS = 12, 4


# Mean dF/F around the event: lags, means and their standard errors, all (K,).
_Response = tuple[np.ndarray, np.ndarray, np.ndarray]


def touch_section(session: NwbSession) -> Section:
    """Means of the most touch-responsive ROIs, and the shares that respond to touch and to whisking."""
    if not session.planes or all(plane.series("dff") is None for plane in session.planes):
        return _HEADING.lacking("dF/F")
    if session.touches is None or not len(session.touches):
        return _HEADING.lacking("touches")
    options = ResponseOptions()
    touch, whisking = touch_and_whisking_responses(session, options=options)
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
        return _HEADING.section(text)
    return _HEADING.section(text, _figure(session, touch, places))


def _share(found: EventResponses) -> str:
    if not found.tested_count:
        return "no ROI has enough events to be tested"
    return (
        f"{found.responsive_count} of {found.tested_count} tested ROIs respond ({100 * found.share:.0f} %; "
        f"{found.event_s.size} events)"
    )


def _figure(session: NwbSession, touch: EventResponses, places: np.ndarray) -> Picture:
    responses = _responses_of(session, touch, places)
    count = len(places)
    columns = min(_COLUMNS, count)
    rows = -(-count // columns)
    with page_figure(height=0.5 + 1.55 * rows) as figure:
        grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
        for axes, place in zip(grid, places.tolist(), strict=False):
            number = int(touch.roi_numbers[place])
            _draw(axes, responses[(str(touch.plane_names[place]), number)])
            axes.set_title(f"ROI {number}, {touch.plane_names[place]}, n = {touch.event_count[place]}", fontsize=8.5)
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


def _responses_of(session: NwbSession, touch: EventResponses, places: np.ndarray) -> dict[tuple[str, int], _Response]:
    """The mean response of each shown ROI, by plane and number."""
    found: dict[tuple[str, int], _Response] = {}
    for plane in session.planes:
        chosen = touch.roi_numbers[places[touch.plane_names[places] == plane.name]]
        cut = triggered_dff(plane, touch.event_s, roi_numbers=chosen) if chosen.size else None
        if cut is None:
            continue
        traces, triggered = cut
        lag_s, mean, error = triggered.mean_lag_s, triggered.mean(), triggered.standard_error()
        for column, number in enumerate(traces.roi_numbers.tolist()):
            found[(plane.name, number)] = lag_s, mean[:, column], error[:, column]
    return found


def _draw(axes: Axes, response: _Response) -> None:
    lag_s, mean, error = response
    axes.axvline(0, color=palette.MUTED, linewidth=0.9, linestyle="--")
    axes.axhline(0, color=palette.GRID, linewidth=0.8)
    axes.fill_between(lag_s, mean - error, mean + error, color=palette.LEFT, alpha=0.3, linewidth=0)
    axes.plot(lag_s, mean, color=palette.LEFT, linewidth=1.6)
