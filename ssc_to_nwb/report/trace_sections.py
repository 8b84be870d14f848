"""What lasts the whole session: whisker angle and curvature change, and the shifts of the motion correction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ssc_to_nwb import naming
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.nwb_table import numbers_of
from ssc_to_nwb.reading.time_series import QUANTITIES, WhiskerSeries, read_samples
from ssc_to_nwb.report import palette
from ssc_to_nwb.report.blocks import Block, Picture, Table
from ssc_to_nwb.report.figure import add_legend, page_figure, picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from pynwb.base import TimeSeries

    from ssc_to_nwb.reading.imaged_plane import ImagedPlane

_BINS = 1000
# With one sample in a bin its range is nothing, and with none there is a gap: nothing would be drawn.
_LEAST_SAMPLES = 4
_LABELS = {"angle": "angle (degrees)", "curvature_change": "curvature\nchange (1/mm)"}


def whisker_section(session: NwbSession) -> Iterator[Block]:
    """The range of every trace over the session, and the traces of the trial with the most touches."""
    traces = session.whisker_traces
    if not any(trace.time_s.size for trace in traces):
        yield "This file holds no whisker traces."
        return
    whiskers = sorted({trace.whisker for trace in traces})
    lost = [f"{trace.whisker} {100 * np.mean(np.isnan(trace.values)):.1f} %" for trace in session.angles]
    yield f"Whiskers: {', '.join(whiskers)}. Samples in which tracking of the angle failed: {', '.join(lost)}."
    yield _overview(traces)
    yield from _close_up(session)


def _panels(figure: Figure, traces: Sequence[WhiskerSeries]) -> Iterator[tuple[Axes, list[tuple[str, WhiskerSeries]]]]:
    """A row of the figure per quantity, with its traces, each with its colour; the axes are complete afterwards."""
    quantities = [quantity for quantity in QUANTITIES if any(trace.quantity == quantity for trace in traces)]
    rows = figure.subplots(len(quantities), 1, sharex=True, squeeze=False)[:, 0]
    for axes, quantity in zip(rows, quantities, strict=True):
        chosen = [trace for trace in traces if trace.quantity == quantity]
        yield axes, [(palette.series(number), trace) for number, trace in enumerate(chosen)]
        axes.set_ylabel(_LABELS[quantity])
        axes.margins(x=0)


def _overview(traces: Sequence[WhiskerSeries]) -> Picture:
    """Minimum to maximum of every trace in narrow bins of time."""
    samples = max(trace.values.size for trace in traces)
    with page_figure(height=0.6 + 1.5 * len({trace.quantity for trace in traces})) as figure:
        for axes, chosen in _panels(figure, traces):
            for color, trace in chosen:
                time_s, low, high = ranges(trace.time_s, trace.values, bins=bin_count(trace.values.size))
                style: dict[str, Any] = {"alpha": 0.55 if len(chosen) > 1 else 1.0, "linewidth": 0.5}
                axes.fill_between(time_s / 60, low, high, color=color, label=trace.whisker, **style)
        if len({trace.whisker for trace in traces}) > 1:
            add_legend(figure.axes[0])
        figure.axes[-1].set_xlabel("time in the session (min)")
        alt = "Range of whisker angle and curvature change over the whole session"
        caption = f"Range (minimum to maximum) over the session; n = {plural(samples, 'sample')} of each trace"
        return picture(figure, name="whisker-session", alt=alt, caption=caption)


def bin_count(samples: int) -> int:
    """Bins for a trace of so many samples, few enough that no bin is without a range to draw."""
    return max(1, min(_BINS, samples // _LEAST_SAMPLES))


def ranges(time_s: np.ndarray, values: np.ndarray, *, bins: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Middle, minimum and maximum of values (N,) in `bins` equal bins of time; NaN where a bin has no value."""
    edges = np.linspace(time_s[0], time_s[-1], bins + 1)
    place = np.clip(np.searchsorted(edges, time_s, side="right") - 1, 0, bins - 1)
    of_bins = pd.Series(values).groupby(place).agg(["min", "max"]).reindex(range(bins))
    return (edges[:-1] + edges[1:]) / 2, of_bins["min"].to_numpy(), of_bins["max"].to_numpy()


def _close_up(session: NwbSession) -> Iterator[Picture]:
    """One trial in full: the one with the most touches."""
    touches = session.touches
    touched = numbers_of(touches, "trial_number")
    numbers, counts = np.unique(touched[np.isin(touched, session.trial_numbers)], return_counts=True)
    if not numbers.size:
        return
    number, count = int(numbers[np.argmax(counts)]), plural(int(counts.max()), "touch", "touches")
    start, stop = session.span_s(number)
    if not stop > start:
        return
    shaded = np.stack([numbers_of(touches, name) for name in ("start_time", "stop_time")], axis=1)[touched == number]
    with page_figure(height=0.6 + 1.3 * len({trace.quantity for trace in session.whisker_traces})) as figure:
        for axes, chosen in _panels(figure, session.whisker_traces):
            for color, trace in chosen:
                part = slice(*np.searchsorted(trace.time_s, [start, stop]).tolist())
                time_s = trace.time_s[part] - start
                axes.plot(time_s, trace.values[part], color=color, linewidth=0.8, label=trace.whisker)
            for onset, offset in (shaded - start).tolist():
                axes.axvspan(onset, offset, color=palette.WATER, alpha=0.2, linewidth=0)
        add_legend(figure.axes[0])
        figure.axes[-1].set_xlabel(f"time from the start of trial {number} (s)")
        alt = f"Whisker angle and curvature change in trial {number}, with {count} shaded"
        caption = f"Trial {number}, the one with the most touches; n = {count}, shaded"
        yield picture(figure, name="whisker-trial", alt=alt, caption=caption)


_ROW_HEIGHT = 0.75
# Shifts are shown in fewer bins than whiskers: there are as many rows as planes.
_MOST_BINS = 300
_BREAK_BINS = 5
_DIRECTIONS = (("along columns (x)", palette.LEFT), ("along rows (y)", palette.RIGHT))
_Shifts = list[tuple["ImagedPlane", np.ndarray, np.ndarray]]


def motion_section(session: NwbSession) -> Iterator[Block]:
    """The range of the registration's shifts over the session, a row per plane, and a table of their sizes."""
    shifts: _Shifts = []
    for plane in session.planes:
        series: TimeSeries | None = plane.ophys.get(naming.registration_shift(plane.name))
        if series is not None and series.data.shape[0]:
            shifts.append((plane, read_samples(series.timestamps), read_samples(series.data)))
    if not shifts:
        yield "This file holds no shifts of the motion correction."
        return
    yield (
        "Shift of each frame as the registration of the source found it. The frames in the file are registered "
        f"already. {len(shifts)} of {plural(len(session.planes), 'plane')} have shifts."
    )
    yield _shifts_picture(shifts)
    headings = ("plane", "frames", "median (px)", "99 % below (px)", "largest (px)", "largest (µm)")
    rows = [tuple(_sizes(*one)) for one in shifts]
    yield Table(headings=headings, rows=rows, caption="Length of the shifts", numeric=range(1, 6))


def _shifts_picture(shifts: _Shifts) -> Picture:
    with page_figure(height=0.9 + _ROW_HEIGHT * len(shifts)) as figure:
        rows = figure.subplots(len(shifts), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
        for axes, (plane, times, shift_px) in zip(rows, shifts, strict=True):
            bins = min(_MOST_BINS, bin_count(times.size))
            for column, (label, color) in enumerate(_DIRECTIONS):
                time_s, low, high = _with_breaks(*ranges(times, shift_px[:, column], bins=bins))
                axes.plot(time_s / 60, (low + high) / 2, color=color, linewidth=0.9, label=label)
                axes.fill_between(time_s / 60, low, high, color=color, alpha=0.3, linewidth=0.4)
            axes.axhline(0, color=palette.GRID, linewidth=0.7, zorder=0)
            axes.set_ylabel(f"{plane.name}\n(px)", rotation=0, ha="right", va="center")
            axes.margins(x=0)
        add_legend(rows[0])
        rows[-1].set_xlabel("time in the session (min)")
        frames = sum(times.size for _, times, _ in shifts)
        alt = f"Range of the registration shifts of {len(shifts)} planes over the session"
        caption = f"Middle and range (minimum to maximum) of the shifts over the session; n = {plural(frames, 'frame')}"
        return picture(figure, name="motion", alt=alt, caption=caption)


def _with_breaks(*columns: np.ndarray) -> list[np.ndarray]:
    """Columns (B,) of bins without the empty ones, but for one where several in a row are empty: the line breaks."""
    known = np.flatnonzero(np.isfinite(columns[-1]))
    kept = np.union1d(known, known[np.flatnonzero(np.diff(known) > _BREAK_BINS)] + 1)
    return [column[kept] for column in columns]


def _sizes(plane: ImagedPlane, time_s: np.ndarray, shift_px: np.ndarray) -> Iterator[str]:
    """A row of the table; dashes for what is not known."""
    length = np.hypot(shift_px[:, 0], shift_px[:, 1])
    known = length[np.isfinite(length)]
    pixel_um = float(np.mean(plane.pixel_um)) if plane.pixel_um else np.nan
    sizes = (np.median(known), np.percentile(known, 99), known.max(), known.max() * pixel_um) if known.size else ()
    yield from (plane.name, f"{time_s.size:,}")
    yield from (f"{size:.1f}" if np.isfinite(size) else "-" for size in sizes or (np.nan,) * 4)
