"""The picture of one trial: whiskers, pole, touches, licks, water, cue and dF/F on one time axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.reading.trial import TraceOfTrial, TrialData
from ssc_to_nwb.report import palette
from ssc_to_nwb.report.single_picture import add_legend_below, say, tick_handle

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH = 9.0
_TRACE_HEIGHT, _SMALL_TRACE_HEIGHT, _EVENT_HEIGHT, _ROI_HEIGHT = 1.5, 1.0, 0.24, 0.45
_SHADED = "pole in reach"
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
    """Draw into an empty figure: a panel per whisker trace, a line per kind of event, dF/F one ROI above the other."""
    traces: list[tuple[str, TraceOfTrial | None]] = [("angle", trace) for trace in trial.angles or (None,)]
    traces += [("curvature\nchange", trace) for trace in trial.curvatures or (None,)]
    trace_height = _TRACE_HEIGHT if len(traces) <= 2 else _SMALL_TRACE_HEIGHT
    events = len(trial.intervals) + len(trial.points)
    events_height, dff_height = _EVENT_HEIGHT * max(events, 2) + 0.2, max(_ROI_HEIGHT * len(trial.dff), 0.6) + 0.2
    heights = (*(trace_height for _ in traces), events_height, dff_height)
    figure.set_size_inches(_WIDTH, sum(heights) + 1.5)
    *panels, lines, dff = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)
    several = len(trial.angles) > 1 or len(trial.curvatures) > 1
    whiskers = list(dict.fromkeys(trace.name for trace in (*trial.angles, *trial.curvatures)))
    for axes, (label, trace) in zip(panels, traces, strict=True):
        color = palette.series(whiskers.index(trace.name)) if trace else None
        _draw_trace(axes, trace, label=label, color=color, named=several)
    _share_scales(panels, [label for label, _ in traces])
    _draw_events(lines, trial)
    _draw_dff(dff, trial)
    for axes in (*panels, dff):
        for on, off in trial.intervals.get(_SHADED, np.zeros((0, 2))).tolist():
            axes.axvspan(on, off, color=palette.POLE, linewidth=0, zorder=0)
    figure.suptitle(f"{title}, trial {trial.number} ({trial.trial_type})", fontsize=12)
    _add_legend(figure, trial)
    dff.set_xlabel("time from the start of the trial (s)")
    if np.isfinite(trial.duration_s) and trial.duration_s > 0:
        dff.set_xlim(0, trial.duration_s)


def _share_scales(panels: Sequence[Axes], labels: Sequence[str]) -> None:
    """One scale for all panels of a quantity, so that whiskers can be compared."""
    for label in dict.fromkeys(labels):
        same = [axes for axes, its in zip(panels, labels, strict=True) if its == label]
        limits = [axes.get_ylim() for axes in same if axes.lines]
        for axes in same if len(limits) > 1 else ():
            axes.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))


def _add_legend(figure: Figure, trial: TrialData) -> None:
    """What boxes, ticks and the shading are, below the picture."""
    from matplotlib.patches import Patch

    handles: list[Artist] = []
    if _SHADED in trial.intervals:
        handles.append(Patch(color=palette.POLE, label=f"shaded: {_SHADED}"))
    handles += [Patch(color=_event_color(name), label=name) for name in trial.intervals if name != _SHADED]
    handles += [tick_handle(name, color=_event_color(name)) for name in trial.points]
    add_legend_below(figure, handles, columns=4)


def _event_color(name: str) -> str:
    return next((color for start, color in _EVENT_COLOURS.items() if name.startswith(start)), palette.INK)


def _draw_trace(axes: Axes, trace: TraceOfTrial | None, *, label: str, color: str | None, named: bool) -> None:
    name = f" {trace.name}" if trace is not None and named else ""
    axes.set_ylabel(f"{label}{name}\n({trace.unit})" if trace is not None else label)
    if trace is None or not np.isfinite(trace.values).any():
        _say(axes, f"whisker {label}{name}: {_NO_DATA}".replace("\n", " "))
        return
    axes.plot(trace.time_s, trace.values, linewidth=0.9, color=color)


def _draw_events(axes: Axes, trial: TrialData) -> None:
    """A line per kind, from top to bottom: boxes for intervals, ticks for points."""
    names = [*trial.intervals, *trial.points]
    for row, name in enumerate(names):
        colour = _event_color(name)
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
    # More than the largest trace is high, so that none reaches into another.
    shifts = np.arange(len(trial.dff))[::-1] * max(reach * 1.05, 1e-6)
    for shift, trace in zip(shifts.tolist(), trial.dff, strict=True):
        axes.axhline(shift, color=palette.GRID, linewidth=0.7)
        axes.plot(trace.time_s, trace.values + shift, color=palette.HIT, linewidth=1.2)
    axes.set_yticks(shifts, [trace.name for trace in trial.dff])
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
    say(axes, text)
    axes.set_yticks([])
