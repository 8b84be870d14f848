"""Checks of times, of series, intervals and events, and of the trial numbers of samples, over their full length."""

from __future__ import annotations

from typing import Any

import numpy as np
from hdmf.common import DynamicTable
from pynwb.base import TimeSeries
from pynwb.epoch import TimeIntervals
from pynwb.event import EventsTable

from ssc_to_nwb import naming
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.validate.arrays import (
    all_values,
    blocks,
    column,
    shape_of,
    steps_where,
    trial_number_series,
    trial_numbers,
    where,
)
from ssc_to_nwb.validate.project_check import all_said, examples, project_check, some_of

DAY_S = 24 * 3600.0
# Times are doubles that went through one multiplication; a microsecond is far below any sampling interval.
TOLERANCE_S = 1e-6


@project_check(kinds.TIMESTAMPS_NOT_INCREASING, neurodata_type=TimeSeries)
def check_timestamps_increasing(time_series: TimeSeries) -> str | None:
    """No time stamp may be before the one above it."""
    return _bad_steps(time_series, np.less, "are before the one above")


@project_check(kinds.TIMESTAMPS_REPEATED, neurodata_type=TimeSeries)
def check_timestamps_not_repeated(time_series: TimeSeries) -> str | None:
    """Each time stamp should come after the one before it."""
    return _bad_steps(time_series, np.equal, "are the same as the one above")


def _bad_steps(time_series: TimeSeries, compare: np.ufunc, what: str) -> str | None:
    times = _own_timestamps(time_series)
    count, first = steps_where(times, compare)
    if first is None:
        return None
    before, at = (float(times[index]) for index in (first - 1, first))
    return f"{count} time stamps {what}; the first is number {first}: {at} s after {before} s."


@project_check(kinds.TIMESTAMPS_NOT_FINITE, neurodata_type=TimeSeries)
def check_timestamps_finite(time_series: TimeSeries) -> str | None:
    """No time stamp may be NaN or infinite."""
    bad = where(_own_timestamps(time_series), lambda block: ~np.isfinite(block))
    return f"{bad.size} time stamps are NaN or infinite; the first is number {bad[0]}." if bad.size else None


@project_check(kinds.TIMESTAMPS_OUTSIDE_SESSION, neurodata_type=TimeSeries)
def check_timestamps_inside_session(time_series: TimeSeries) -> str | None:
    """Samples lie at or after the session's start, and within a day of it."""
    return _outside_session(None if _shares_timestamps(time_series) else series_span(time_series))


@project_check(kinds.TIMESTAMPS_OUTSIDE_SESSION, neurodata_type=DynamicTable)
def check_table_times_inside_session(table: DynamicTable) -> str | None:
    """Events and intervals lie at or after the session's start, and within a day of it."""
    return _outside_session(table_span(table))


@project_check(kinds.TIMESTAMPS_AFTER_LAST_TRIAL, neurodata_type=TimeSeries)
def check_timestamps_before_last_trial_ends(time_series: TimeSeries) -> str | None:
    """Samples end with the last trial, or with the last of those that the file labels with no known trial."""
    nwbfile = time_series.get_ancestor("NWBFile")
    if nwbfile.trials is None or _shares_timestamps(time_series):
        return None
    of_trials, span = table_span(nwbfile.trials), series_span(time_series)
    # Most series end with the trials: the labels of all samples are looked at for the others only.
    if of_trials is None or span is None or span[1] <= of_trials[1] + TOLERANCE_S:
        return None
    known = trial_numbers(nwbfile.trials)
    end = max([of_trials[1], *(_last_outside(series, known) for series in trial_number_series(nwbfile))])
    if span[1] <= end + TOLERANCE_S:
        return None
    return f"The last sample is at {span[1]} s; the last trial ends at {end} s."


@project_check(kinds.INTERVAL_TIMES_INVALID, neurodata_type=TimeIntervals)
def check_intervals_stop_at_or_after_start(time_intervals: TimeIntervals) -> str | None:
    """Every interval has a start, and stops when it starts or later; an unknown stop is allowed.

    So is an unknown start of a trial, where the table says that it was not measured.
    """
    start, stop = column(time_intervals, "start_time"), column(time_intervals, "stop_time")
    if start is None or stop is None:
        return None
    rows = np.flatnonzero(~(np.isfinite(start) | _start_unknown(time_intervals)) | (stop < start))
    return f"{rows.size} of {start.size} intervals: rows {examples(rows.tolist())}." if rows.size else None


@project_check(kinds.EVENTS_NOT_SORTED, neurodata_type=EventsTable)
def check_events_sorted(events_table: EventsTable) -> str | None:
    """Events come in the order of time, and each has a time."""
    return _unsorted(events_table, "timestamp")


@project_check(kinds.EVENTS_NOT_SORTED, neurodata_type=TimeIntervals)
def check_intervals_sorted(time_intervals: TimeIntervals) -> str | None:
    """Intervals come in the order of their starts."""
    return _unsorted(time_intervals, "start_time")


def series_span(time_series: TimeSeries) -> tuple[float, float] | None:
    """Smallest and largest finite time of a series in s; None where it has no sample."""
    if time_series.timestamps is not None:
        finite = [block[np.isfinite(block)] for _, block in blocks(time_series.timestamps)]
        bounds = [(float(block.min()), float(block.max())) for block in finite if block.size]
        return (min(low for low, _ in bounds), max(high for _, high in bounds)) if bounds else None
    samples = shape_of(time_series.data)[:1]
    if not time_series.rate or not samples or not samples[0]:
        return None
    first = float(time_series.starting_time or 0.0)
    return first, first + (samples[0] - 1) / time_series.rate


def table_span(table: DynamicTable) -> tuple[float, float] | None:
    """Smallest and largest finite time in a table of events or intervals; None where it has none."""
    columns = [column(table, name) for name in ("timestamp", "start_time", "stop_time")]
    times = np.concatenate([np.zeros(0), *(values for values in columns if values is not None)])
    times = times[np.isfinite(times)]
    return (float(times.min()), float(times.max())) if times.size else None


def _last_outside(series: TimeSeries, known: np.ndarray) -> float:
    """Last time stamp of a clock with a label that is no known trial; -inf where there is none."""
    outside = ~np.isin(all_values(series.data), known)
    times = all_values(series.timestamps)
    return float(np.max(times[outside], initial=-np.inf)) if times.shape == outside.shape else -np.inf


def _start_unknown(table: DynamicTable) -> np.ndarray:
    """Rows (n,) that have no start and say that it was not measured."""
    start, measured = column(table, "start_time"), column(table, "start_measured")
    if start is None or measured is None:
        return np.zeros(len(table.id), dtype=bool)
    unmeasured: np.ndarray = np.isnan(start) & ~measured.astype(bool)
    return unmeasured


def _own_timestamps(time_series: TimeSeries) -> Any:
    """The data set of the time stamps; none of a series with a rate, or one that shares those of another."""
    is_other = time_series.timestamps is None or _shares_timestamps(time_series)
    return np.zeros(0) if is_other else time_series.timestamps


def _shares_timestamps(time_series: TimeSeries) -> bool:
    """Whether its time stamps are those of another series, which is checked itself."""
    return isinstance(time_series.fields.get("timestamps"), TimeSeries)


def _outside_session(span: tuple[float, float] | None) -> str | None:
    if span is None or (span[0] >= 0 and span[1] <= DAY_S):
        return None
    return f"Times run from {span[0]} s to {span[1]} s after the session's start."


def _unsorted(table: DynamicTable, name: str) -> str | None:
    times = column(table, name)
    if times is None:
        return None
    unknown = _start_unknown(table)
    # Rows whose start nobody knows come last.
    ended = times.size - int(np.count_nonzero(np.logical_and.accumulate(unknown[::-1])))
    untimed = int(np.count_nonzero(np.isnan(times[:ended])))
    count, first = steps_where(times, np.less)
    found = [] if first is None else [f"{count} rows come before the row above them; the first is row {first}"]
    found += [f"{untimed} rows have no time"] if untimed else []
    return all_said(found)


@project_check(kinds.TRIAL_NUMBERS_BROKEN, neurodata_type=TimeSeries)
def check_trial_numbers_of_samples(time_series: TimeSeries) -> str | None:
    """The trial numbers of a clock are whole or NaN, one per time stamp."""
    if not naming.TRIAL_NUMBER_SERIES.fullmatch(time_series.name) or time_series.timestamps is None:
        return None
    shape, stamps = shape_of(time_series.data), shape_of(time_series.timestamps)
    if shape != stamps:
        return f"Data of the size {shape} for time stamps of the size {stamps}."
    labels = all_values(time_series.data)
    broken = labels[np.isinf(labels) | (~np.isnan(labels) & (labels != np.rint(labels)))]
    return some_of(broken.tolist(), shape[0], "are not whole")
