"""The picture of one trial: whiskers, pole, touches, licks, water, cue and dF/F on one time axis."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.reading.trial import TraceOfTrial, TrialData
from ssc_to_nwb.report import palette
from ssc_to_nwb.report.save_figure import save_figure, show_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH = 9.0
_TRACE_HEIGHT, _EVENT_HEIGHT, _ROI_HEIGHT = 1.5, 0.24, 0.42
_EVENT_COLOURS = {
    "pole in reach": palette.MUTED,
    "reward cue": palette.INK,
    "protraction": palette.PROTRACTION,
    "retraction": palette.RETRACTION,
    "left": palette.LEFT,
    "right": palette.RIGHT,
}
_NO_DATA = "no data in this trial"


def draw_trial(trial: TrialData, *, figure: Figure, title: str) -> None:
    """Draw into an empty figure: angle, curvature change, a line per kind of event, dF/F one ROI above the other."""
    events = len(trial.intervals) + len(trial.points)
    events_height, dff_height = _EVENT_HEIGHT * max(events, 2) + 0.2, max(_ROI_HEIGHT * len(trial.dff), 0.6) + 0.2
    heights = (_TRACE_HEIGHT, _TRACE_HEIGHT, events_height, dff_height)
    figure.set_size_inches(_WIDTH, sum(heights) + 1.2)
    angle, curvature, lines, dff = figure.subplots(4, 1, sharex=True, height_ratios=heights)
    _draw_traces(angle, trial.angles, label="angle")
    _draw_traces(curvature, trial.curvatures, label="curvature\nchange")
    _draw_events(lines, trial)
    _draw_dff(dff, trial)
    for axes in (angle, curvature, dff):
        for on, off in trial.intervals.get("pole in reach", np.zeros((0, 2))).tolist():
            axes.axvspan(on, off, color=palette.POLE, linewidth=0, zorder=0)
    figure.suptitle(f"{title}, trial {trial.number} ({trial.trial_type})", fontsize=12)
    dff.set_xlabel("time from the start of the trial (s)")
    if np.isfinite(trial.duration_s) and trial.duration_s > 0:
        dff.set_xlim(0, trial.duration_s)


def save_trial(trial: TrialData, path: Path, *, title: str) -> None:
    """Write the picture by the name's ending. Raises picture-format-unknown, and OSError where it cannot be written."""
    save_figure(lambda figure: draw_trial(trial, figure=figure, title=title), path)


def show_trial(trial: TrialData, *, title: str) -> None:
    """Show the picture in a window and wait until it is closed. Raises no-window where none can be opened."""
    show_figure(lambda figure: draw_trial(trial, figure=figure, title=title))


def _draw_traces(axes: Axes, traces: tuple[TraceOfTrial, ...], *, label: str) -> None:
    for number, trace in enumerate(traces):
        axes.plot(
            trace.time_s,
            trace.values,
            linewidth=0.9,
            color=palette.SERIES[number % len(palette.SERIES)],
            label=trace.name,
        )
    axes.set_ylabel(f"{label}\n({traces[0].unit})" if traces else label)
    if not any(np.isfinite(trace.values).any() for trace in traces):
        _say(axes, f"whisker {label}: {_NO_DATA}".replace("\n", " "))
    elif len(traces) > 1:
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4, borderaxespad=0)


def _draw_events(axes: Axes, trial: TrialData) -> None:
    """A line per kind, from top to bottom: boxes for intervals, ticks for points."""
    names = [*trial.intervals, *trial.points]
    for row, name in enumerate(names):
        colour = next((colour for start, colour in _EVENT_COLOURS.items() if name.startswith(start)), palette.INK)
        if name in trial.intervals:
            pairs = trial.intervals[name]
            # An outline as well, so that an event of one video frame shows.
            spans = [(on, off - on) for on, off in pairs.tolist()]
            axes.broken_barh(spans, (row - 0.35, 0.7), facecolor=colour, edgecolor=colour, linewidth=0.8)
        else:
            axes.eventplot(trial.points[name], lineoffsets=row, linelengths=0.7, linewidths=1.4, colors=colour)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(max(len(names), 1) - 0.4, -0.6)
    if not names:
        _say(axes, f"events: {_NO_DATA}")


def _draw_dff(axes: Axes, trial: TrialData) -> None:
    """One ROI above the other, each on its own baseline, with a bar for the scale."""
    axes.set_ylabel("dF/F of ROI")
    if not trial.dff:
        _say(axes, f"dF/F: {_NO_DATA}")
        return
    reach = max(float(np.nanmax(trace.values) - np.nanmin(trace.values)) for trace in trial.dff)
    step = max(reach * 0.7, 1e-6)
    for row, trace in enumerate(trial.dff):
        shift = (len(trial.dff) - 1 - row) * step
        axes.axhline(shift, color=palette.GRID, linewidth=0.7)
        axes.plot(trace.time_s, trace.values + shift, color=palette.HIT, linewidth=1.2)
    axes.set_yticks([(len(trial.dff) - 1 - row) * step for row in range(len(trial.dff))], [t.name for t in trial.dff])
    axes.tick_params(axis="y", length=0)
    size = _round_scale(reach)
    axes.plot(
        [1.01, 1.01], [0, size], transform=axes.get_yaxis_transform(), color=palette.INK, linewidth=2, clip_on=False
    )
    axes.text(1.02, size / 2, f"{size:g}\ndF/F", transform=axes.get_yaxis_transform(), va="center", fontsize=9)


def _round_scale(reach: float) -> float:
    """About half of `reach`, as 1, 2 or 5 times a power of ten."""
    if not reach > 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(reach / 2))
    return float(power * max(factor for factor in (1, 2, 5) if factor * power <= reach / 2))


def _say(axes: Axes, text: str) -> None:
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=palette.MUTED)
    axes.set_yticks([])
