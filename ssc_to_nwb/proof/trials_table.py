"""The trials table in the order of the source, and the times that the source's own lists and labels call for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ssc_to_nwb.data_types.trials.restore import source_order
from ssc_to_nwb.proof.comparison import TRIALS, Comparison

POSITION = "source_position"
# Earliest and latest time in ms that one kind of data has of each trial, by trial number.
_Spans = dict[int, tuple[float, float]]


def trial_parts(work: Comparison, name: str) -> list[np.ndarray]:
    """The rows of a ragged column of the trials table in the order of the source. Raises ObjectError."""
    parts = work.table(TRIALS).parts(name)
    return [parts[row] for row in source_order(work.view).tolist()]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedTimes:
    """Times of the trials (T,) in ms, in the order of the source; rows: the source's places in the order of time."""

    start_ms: np.ndarray
    stop_ms: np.ndarray
    measured: np.ndarray
    rows: np.ndarray


def expected_times(work: Comparison) -> ExpectedTimes:
    """What the table must have, worked out trial by trial from the source's starts and labels."""
    trials = work.session.trials
    numbers, starts = trials.numbers.tolist(), trials.start_ms.tolist()
    kinds = [_spans(labels, times) for labels, times in _labelled_times(work)]
    measured = _measured(numbers, starts, kinds)
    starts = [
        start if known else min((spans[number][0] for spans in kinds if number in spans), default=np.nan)
        for number, start, known in zip(numbers, starts, measured, strict=True)
    ]
    rows = sorted(range(len(starts)), key=lambda place: (np.isnan(starts[place]), starts[place]))
    stops = [np.nan] * len(starts)
    for row, place in enumerate(rows):
        following = starts[rows[row + 1]] if row + 1 < len(rows) else np.nan
        last = max((spans[numbers[place]][1] for spans in kinds if numbers[place] in spans), default=np.nan)
        stop = following if following < last else last
        stops[place] = stop if stop >= starts[place] else np.nan
    return ExpectedTimes(
        start_ms=np.array(starts, dtype=np.float64),
        stop_ms=np.array(stops, dtype=np.float64),
        measured=np.array(measured, dtype=bool),
        rows=np.array(rows, dtype=np.int64),
    )


def _measured(numbers: list[int], starts: list[float], kinds: list[_Spans]) -> list[bool]:
    """A 0 is no start after a start of 0 or more, nor where each kind of data is later than in any other trial."""
    highest, measured = -np.inf, []
    for start in starts:
        measured.append(start != 0 or highest < 0)
        highest = max(highest, start)
    first = next((place for place, start in enumerate(starts) if start == 0 and measured[place]), None)
    if first is None:
        return measured
    told = []
    for spans in kinds:
        others = [
            spans[number][0] - start
            for place, (number, start) in enumerate(zip(numbers, starts, strict=True))
            if place != first and measured[place] and number in spans
        ]
        if others and numbers[first] in spans:
            told.append(spans[numbers[first]][0] > max(others))
    measured[first] = not (told and all(told))
    return measured


def _spans(labels: np.ndarray, times: np.ndarray) -> _Spans:
    order = np.argsort(labels, kind="stable")
    numbers, firsts = np.unique(labels[order], return_index=True)
    if not numbers.size:
        return {}
    earliest, latest = (reduce.reduceat(times[order], firsts).tolist() for reduce in (np.minimum, np.maximum))
    return dict(zip(numbers.tolist(), zip(earliest, latest, strict=True), strict=True))


def _labelled_times(work: Comparison) -> list[tuple[np.ndarray, np.ndarray]]:
    session = work.session
    found = [] if session.whisker is None else [(session.whisker.trial, session.whisker.time_ms)]
    found += [(volume.trial, volume.time_ms) for volume in session.subvolumes]
    return found + [(train.trial, train.time_ms) for series in session.events.values() for train in series.trains]
