"""When trials begin and end: which starts the source measured, what replaces the others, and the order in time.

The rig writes 0 as the start of a trial whose first event is missing. A session whose behavior was saved in several
files is joined an hour after the start of the last trial of the earlier file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from ssc_to_nwb.data_types.trials.source import Trials
    from ssc_to_nwb.session.session import Session

JOINED_AFTER_MS: Final = 3_600_000.0
# The first trial of the later file begins a little after the zero of its clock.
_LATEST_FIRST_START_MS: Final = 600_000.0


class LabelledTimes(NamedTuple):
    """One clock or list of events: where it is in the source, trial labels (N,), and times in ms (N,)."""

    where: str
    labels: np.ndarray
    time_ms: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialTimes:
    """Times of the trials (T,) in the order of the source, and their order in time.

    start_ms: the source's start where it was measured, else the first time that is labelled with the trial; NaN where
    there is none. stop_ms: the last labelled time, at most the next start; NaN where nothing is labelled.
    order: int64 (T,), places of the trials in the order of their starts, those without one last.
    """

    start_ms: np.ndarray
    stop_ms: np.ndarray
    order: np.ndarray

    @property
    def in_order(self) -> bool:
        """Whether the source lists the trials in the order of time."""
        return bool((np.diff(self.order) == 1).all())


def labelled_times(session: Session) -> list[LabelledTimes]:
    """Everything in a session that has times and is labelled with trials."""
    return [
        *(
            LabelledTimes(f"timeSeriesArrayHash ({kind})", one.trial, one.time_ms)
            for kind, one in session.arrays.items()
        ),
        *(LabelledTimes(f"subvolume {one.number}", one.trial, one.time_ms) for one in session.subvolumes),
        *(
            LabelledTimes(one.path, one.trial.reshape(-1), one.time_ms.reshape(-1))
            for series in session.events.values()
            for one in series.trains
        ),
    ]


def measured_starts(start_ms: np.ndarray, numbers: np.ndarray, labelled: list[LabelledTimes]) -> np.ndarray:
    """Which starts (T,) are times that were measured, bool (T,): all but the zeros that mean a missing event.

    A 0 is such a zero after a start of 0 or more. As the first start it may be true: it is taken for missing where all
    data of the trial are later after it, each kind of data by itself, than in any other trial.
    """
    zero = start_ms == 0
    highest = np.maximum.accumulate(np.append(-np.inf, start_ms))[:-1]
    measured: np.ndarray = ~(zero & (highest >= 0))
    for place in np.flatnonzero(zero & measured).tolist():
        others = measured.copy()
        others[place] = False
        delays = [_first_times(numbers, one.labels, one.time_ms) - start_ms for one in labelled]
        late = [
            delay[place] > np.nanmax(delay[others])
            for delay in delays
            if np.isfinite(delay[place]) and np.isfinite(delay[others]).any()
        ]
        measured[place] = not late or not all(late)
    return measured


def trial_times(session: Session) -> TrialTimes:
    """Starts, stops and the order of the trials of a session."""
    trials = session.trials
    first, last = np.full(len(trials), np.nan), np.full(len(trials), np.nan)
    for one in labelled_times(session):
        first = np.fmin(first, _first_times(trials.numbers, one.labels, one.time_ms))
        last = np.fmax(last, -_first_times(trials.numbers, one.labels, -one.time_ms))
    start = np.where(trials.start_measured, trials.start_ms, first)
    order = np.argsort(start, kind="stable")
    following = np.full(len(trials), np.nan)
    following[order[:-1]] = start[order[1:]]
    stop = np.fmin(last, following)
    stop[np.isnan(last) | (stop < start)] = np.nan
    return TrialTimes(start_ms=start, stop_ms=stop, order=order)


def joined_parts(trials: Trials) -> Iterator[tuple[int, int, float]]:
    """Where a later part of a session was joined: the trials before and after, and the ms between their starts.

    There the time between two measured starts is the hour that is put between the files of one session.
    """
    start, number = trials.start_ms[trials.start_measured], trials.numbers[trials.start_measured]
    jumps = np.diff(start)
    joined = (jumps >= JOINED_AFTER_MS) & (jumps <= JOINED_AFTER_MS + _LATEST_FIRST_START_MS)
    for place in np.flatnonzero(joined).tolist():
        yield int(number[place]), int(number[place + 1]), float(jumps[place])


def _first_times(numbers: np.ndarray, labels: np.ndarray, times: np.ndarray) -> np.ndarray:
    """The earliest time with the label of each trial, float64 (T,); NaN where there is none."""
    first = np.full(numbers.size, np.inf)
    if numbers.size:
        order = np.argsort(numbers)
        places = order[np.minimum(np.searchsorted(numbers, labels, sorter=order), numbers.size - 1)]
        known = numbers[places] == labels
        np.minimum.at(first, places[known], times[known])
    return np.where(np.isfinite(first), first, np.nan)
