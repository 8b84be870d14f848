"""The first and the last time that each kind of data has of every trial, and which starts were measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ssc_to_nwb.data_types.events.follows import event_trains
from ssc_to_nwb.data_types.trials.restore import source_order, trial_column
from ssc_to_nwb.restoring.clocks import all_clocks
from ssc_to_nwb.restoring.file_view import FileView

# Far below any interval of the rig, and far above the rounding of its times.
_SAME_S = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Earliest and latest time in s that one kind of data has of each trial (T,), NaN for none."""

    first: np.ndarray
    last: np.ndarray


def labelled_spans(file: FileView, numbers: np.ndarray) -> list[Span]:
    """The spans of each clock and each train of events, for trials of these numbers (T,)."""
    return file.once("labelled spans", lambda: [_span(numbers, labels, *times) for labels, *times in _labelled(file)])


def _labelled(file: FileView) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Labels, and the times at which each sample or event begins and ends."""
    for clock in all_clocks(file):
        yield clock.labels, clock.seconds, clock.seconds
    for train in event_trains(file):
        yield train.labels, train.start, train.stop


def _span(numbers: np.ndarray, labels: np.ndarray, starts: np.ndarray, stops: np.ndarray) -> Span:
    first, last = np.full(numbers.size, np.inf), np.full(numbers.size, -np.inf)
    if numbers.size:
        rows = np.argsort(numbers, kind="stable")
        places = rows[np.minimum(np.searchsorted(numbers, labels, sorter=rows), numbers.size - 1)]
        known = numbers[places] == labels
        np.minimum.at(first, places[known], starts[known])
        np.maximum.at(last, places[known], stops[known])
    return Span(first=np.where(np.isfinite(first), first, np.nan), last=np.where(np.isfinite(last), last, np.nan))


def measured_starts(file: FileView, spans: Sequence[Span]) -> np.ndarray:
    """Which starts were measured, bool (T,), in the order of the rows.

    A 0 of the source is no start after a start of 0 or more, nor where each kind of data is later than in any other
    trial.
    """
    rows = source_order(file)
    zero_s = float(file.assumptions["clock_zero_offset_s"])
    starts = np.where(trial_column(file, "start_measured"), trial_column(file, "start_time"), zero_s)
    highest = np.maximum.accumulate(np.append(-np.inf, starts))[:-1]
    measured = ~((starts == zero_s) & (highest >= zero_s))
    for place in np.flatnonzero((starts == zero_s) & measured).tolist():
        others = measured.copy()
        others[place] = False
        late = []
        for span in spans:
            delay = span.first[rows] - starts
            if np.isfinite(delay[place]) and np.isfinite(delay[others]).any():
                late.append(delay[place] > np.nanmax(delay[others]) + _SAME_S)
        measured[place] = not (late and all(late))
    found = np.empty(measured.size, dtype=bool)
    found[rows] = measured
    return found
