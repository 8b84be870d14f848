"""Whisker angle and curvature change over the session, and close up in one trial."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.quantities import plural
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.time_series import QUANTITIES, WhiskerSeries
from ssc_to_nwb.report import palette
from ssc_to_nwb.report.blocks import Heading, Picture, Section
from ssc_to_nwb.report.figure import add_legend, page_figure, picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEADING = Heading(anchor="whiskers", short="Whiskers", title="Whiskers")
_BINS = 1000
# With one sample in a bin its range is nothing, and with none there is a gap: nothing would be drawn.
_LEAST_SAMPLES = 4
LABELS = {"angle": "angle (degrees)", "curvature_change": "curvature\nchange (1/mm)"}


def whisker_section(session: NwbSession) -> Section:
    """The range of every trace over the session, and the traces of the trial with the most touches."""
    traces = session.whisker_traces
    if not any(trace.time_s.size for trace in traces):
        return _HEADING.lacking("whisker traces")
    whiskers = sorted({trace.whisker for trace in traces})
    lost = [f"{trace.whisker} {100 * np.mean(np.isnan(trace.values)):.1f} %" for trace in session.angles]
    text = f"Whiskers: {', '.join(whiskers)}. Samples in which tracking of the angle failed: {', '.join(lost)}."
    close_up = _close_up(session)
    pictures = (_overview(traces),) if close_up is None else (_overview(traces), close_up)
    return _HEADING.section(text, *pictures)


def _overview(traces: tuple[WhiskerSeries, ...]) -> Picture:
    """Minimum to maximum of every trace in narrow bins of time."""
    quantities = [quantity for quantity in QUANTITIES if any(trace.quantity == quantity for trace in traces)]
    samples = max(trace.values.size for trace in traces)
    with page_figure(height=0.6 + 1.5 * len(quantities)) as figure:
        rows = figure.subplots(len(quantities), 1, sharex=True, squeeze=False)[:, 0]
        for axes, quantity in zip(rows, quantities, strict=True):
            chosen = [trace for trace in traces if trace.quantity == quantity]
            for colour, trace in zip(_colours(chosen), chosen, strict=True):
                time_s, low, high = ranges(trace.time_s, trace.values, bins=bin_count(trace.values.size))
                axes.fill_between(
                    time_s / 60, low, high, color=colour, alpha=0.55 if len(chosen) > 1 else 1.0, linewidth=0.5,
                    label=trace.whisker,
                )  # fmt: skip
            axes.set_ylabel(LABELS[quantity])
            axes.margins(x=0)
        if len({trace.whisker for trace in traces}) > 1:
            add_legend(rows[0])
        rows[-1].set_xlabel("time in the session (min)")
        alt = "Range of whisker angle and curvature change over the whole session"
        return picture(
            figure,
            name="whisker-session",
            alt=alt,
            caption=f"Range (minimum to maximum) over the session; n = {plural(samples, 'sample')} of each trace",
        )


def bin_count(samples: int) -> int:
    """Bins for a trace of so many samples, few enough that no bin is without a range to draw."""
    return max(1, min(_BINS, samples // _LEAST_SAMPLES))


def ranges(time_s: np.ndarray, values: np.ndarray, *, bins: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Middle, minimum and maximum of values (N,) in `bins` equal bins of time; NaN where a bin has no value."""
    edges = np.linspace(time_s[0], time_s[-1], bins + 1)
    known = np.isfinite(values)
    place = np.clip(np.searchsorted(edges, time_s[known], side="right") - 1, 0, bins - 1)
    low, high = np.full(bins, np.inf), np.full(bins, -np.inf)
    np.minimum.at(low, place, values[known])
    np.maximum.at(high, place, values[known])
    empty = ~np.isfinite(low)
    low[empty] = high[empty] = np.nan
    return (edges[:-1] + edges[1:]) / 2, low, high


def _close_up(session: NwbSession) -> Picture | None:
    """One trial in full: the one with the most touches."""
    trials, touches = session.trials, session.touches
    if trials is None or touches is None or not len(touches):
        return None
    numbers, counts = np.unique(touches.numbers("trial_number"), return_counts=True)
    known = np.isin(numbers, session.trial_numbers)
    if not known.any():
        return None
    number = int(numbers[known][np.argmax(counts[known])])
    row = int(np.flatnonzero(session.trial_numbers == number)[0])
    start, stop = float(trials.numbers("start_time")[row]), float(trials.numbers("stop_time")[row])
    if not stop > start:
        return None
    of_trial = touches.numbers("trial_number") == number
    with page_figure(height=0.6 + 1.3 * len(QUANTITIES)) as figure:
        rows = figure.subplots(len(QUANTITIES), 1, sharex=True)
        for axes, quantity in zip(rows, QUANTITIES, strict=True):
            chosen = [trace for trace in session.whisker_traces if trace.quantity == quantity]
            for colour, trace in zip(_colours(chosen), chosen, strict=True):
                part = slice(*np.searchsorted(trace.time_s, [start, stop]).tolist())
                axes.plot(
                    trace.time_s[part] - start, trace.values[part], color=colour, linewidth=0.8, label=trace.whisker
                )
            axes.set_ylabel(LABELS[quantity])
            axes.margins(x=0)
            onsets = touches.numbers("start_time")[of_trial]
            _shade(axes, onsets - start, touches.numbers("stop_time")[of_trial] - start)
        add_legend(rows[0])
        rows[-1].set_xlabel(f"time from the start of trial {number} (s)")
        count = plural(int(of_trial.sum()), "touch", "touches")
        alt = f"Whisker angle and curvature change in trial {number}, with {count} shaded"
        caption = f"Trial {number}, the one with the most touches; n = {count}, shaded"
        return picture(figure, name="whisker-trial", alt=alt, caption=caption)


def _shade(axes: Axes, onset: np.ndarray, offset: np.ndarray) -> None:
    for begin, end in zip(onset.tolist(), offset.tolist(), strict=True):
        axes.axvspan(begin, end, color=palette.WATER, alpha=0.2, linewidth=0)


def _colours(traces: list[WhiskerSeries]) -> list[str]:
    return [palette.SERIES[number % len(palette.SERIES)] for number in range(len(traces))]
