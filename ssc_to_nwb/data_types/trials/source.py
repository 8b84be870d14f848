"""Trials: numbers, starts, types and the properties that the session file keeps for every trial."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.clock import TimeUnits, check_times_finite
from ssc_to_nwb.data_types.arrays.source import report_odd
from ssc_to_nwb.data_types.trial_labels.source import distinct_labels_text
from ssc_to_nwb.data_types.trials.times import joined_parts, trial_times
from ssc_to_nwb.matlab.field import Field, HashEntry, check_names_distinct, check_numbers_unique, read_hash
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemKind, ProblemLog

if TYPE_CHECKING:
    from ssc_to_nwb.session.session import Session

RESPONSES = {"Hit": "hit", "Err": "error", "NoLick": "no_lick"}
SIDES = {"L": "left", "R": "right"}
_TYPE = re.compile(f"({'|'.join(RESPONSES)})({'|'.join(SIDES)})")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialType:
    """One row of `trialTypeMat`.

    name, response, correct_side: its name in the source, such as `HitL`, and what the name says: what the animal did,
    and `left` or `right`.
    """

    name: str
    response: str
    correct_side: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialProperty:
    """One key of `trialPropertiesHash`. path, key, description: of the entry; values: float64 (T,), or T texts."""

    path: str
    key: str
    description: str
    values: np.ndarray | tuple[str, ...]

    def take(self, places: np.ndarray) -> TrialProperty:
        """The same property for trials at these places (n,), in that order."""
        if isinstance(self.values, np.ndarray):
            return replace(self, values=self.values[places])
        return replace(self, values=tuple(self.values[place] for place in places.tolist()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """All trials of a session, in the order of the source, T of them.

    Attributes
    ----------
    numbers : ndarray of int64, (T,)
        The trial numbers that everything else refers to.
    start_ms : ndarray of float64, (T,)
        As the source has them, on the session's clock.
    start_measured : ndarray of bool, (T,)
        False where a start of 0 means a missing event (`trial_times`).
    types : tuple of TrialType
        The rows of trialTypeMat.
    type_rows : ndarray of int64, (T,)
        The row that is 1 for the trial, -1 where none is.
    properties : tuple of TrialProperty
        In the source's order.
    """

    numbers: np.ndarray
    start_ms: np.ndarray
    start_measured: np.ndarray
    types: tuple[TrialType, ...]
    type_rows: np.ndarray
    properties: tuple[TrialProperty, ...]

    def __len__(self) -> int:
        return int(self.numbers.size)

    def type_of(self, position: int) -> TrialType | None:
        """The type of the trial at a place, from 0; None where the source gives none."""
        row = int(self.type_rows[position])
        return None if row < 0 else self.types[row]

    def take(self, places: np.ndarray) -> Trials:
        """The trials at these places (n,), counted from 0, in that order."""
        return replace(
            self,
            numbers=self.numbers[places],
            start_ms=self.start_ms[places],
            start_measured=self.start_measured[places],
            type_rows=self.type_rows[places],
            properties=tuple(item.take(places) for item in self.properties),
        )

    def known(self, numbers: np.ndarray) -> np.ndarray:
        """Which of some trial numbers are in the session, bool of the same shape."""
        return np.isin(numbers, self.numbers)


def read_trials(session: Field, *, units: TimeUnits, log: ProblemLog) -> Trials:
    """Read and check the trials of a session struct; all starts count as measured, until the data show which were not.

    Raises field-*, trial-number-twice, trial-type-unknown, trial-type-twice, name-not-distinct.
    """
    numbers_field = session.child("trialIds")
    numbers = numbers_field.integers()
    check_numbers_unique(numbers_field, numbers, twice=kinds.TRIAL_NUMBER_TWICE)
    starts_field = session.child("trialStartTimes")
    start_ms = units.to_ms(starts_field, session.child("trialTimeUnit"), length=numbers.size)
    check_times_finite(starts_field, start_ms)
    matrix = session.child("trialTypeMat")
    types = _read_types(session.child("trialTypeStr"), row_count=matrix.array().shape[0])
    properties_field = session.child("trialPropertiesHash")
    properties = read_hash(properties_field)
    check_names_distinct(properties_field, [entry.key for entry in properties], named=naming.trial_column)
    return Trials(
        numbers=numbers,
        start_ms=start_ms,
        start_measured=np.ones(numbers.size, dtype=bool),
        types=types,
        type_rows=_read_type_rows(matrix, numbers=numbers, types=types, log=log),
        properties=tuple(_read_property(entry, count=numbers.size, log=log) for entry in properties),
    )


def _read_types(field: Field, *, row_count: int) -> tuple[TrialType, ...]:
    types = []
    names = field.texts(count=row_count, per="row of trialTypeMat")
    for number, name in enumerate(names, start=1):
        match = _TYPE.fullmatch(name)
        if match is None or names.count(name) > 1:
            expected = "Hit, Err or NoLick with L or R, each once"
            raise field.problem(kinds.TRIAL_TYPE_UNKNOWN, expected=expected, found=f"{name!r} in row {number}")
        types.append(TrialType(name=name, response=RESPONSES[match[1]], correct_side=SIDES[match[2]]))
    return tuple(types)


def _read_type_rows(field: Field, *, numbers: np.ndarray, types: tuple[TrialType, ...], log: ProblemLog) -> np.ndarray:
    matrix = field.matrix(rows=len(types), columns=numbers.size)
    if not np.isin(matrix, (0, 1)).all():
        raise field.problem(kinds.FIELD_VALUE, expected="0 and 1 only", found=np.unique(matrix)[:10].tolist())
    per_trial = (matrix == 1).sum(axis=0)
    if (per_trial > 1).any():
        position = int(np.flatnonzero(per_trial > 1)[0])
        names = [types[row].name for row in np.flatnonzero(matrix[:, position] == 1)]
        found = f"trial {numbers[position]} is {' and '.join(names)}"
        raise field.problem(kinds.TRIAL_TYPE_TWICE, expected="at most one 1 per column", found=found)
    for number in numbers[per_trial == 0]:
        log.add(kinds.TRIAL_TYPE_NONE, file=field.file, field=field.path, found=f"trial {number}")
    rows = (matrix == 1).argmax(axis=0) if len(types) else np.zeros(numbers.size, dtype=np.int64)
    return np.where(per_trial == 0, -1, rows).astype(np.int64)


def _read_property(entry: HashEntry, *, count: int, log: ProblemLog) -> TrialProperty:
    field = entry.value
    known = entry.key in naming.TRIAL_COLUMNS
    if not known:
        log.add(kinds.UNKNOWN_KEY_KEPT, file=field.file, field=field.path, found=f"trial property {entry.key}")
    values: np.ndarray | tuple[str, ...]
    if isinstance(field.value, np.ndarray) or known:
        values = field.row(length=count)
        if np.isnan(values).any():
            found = f"{int(np.isnan(values).sum())} trials of {entry.key}"
            log.add(kinds.VALUES_NAN, file=field.file, field=field.path, found=found)
        report_odd(values, f"values of {entry.key}", field=field, log=log, nan=False)
    else:
        values = field.texts()
        if len(values) != count:
            raise field.problem(kinds.FIELD_LENGTH, expected=f"{count} texts", found=len(values))
    return TrialProperty(path=field.path, key=entry.key, description=entry.description, values=values)


def report_unusual(session: Session, *, log: ProblemLog) -> None:
    """Log what is odd about starts, numbers and labels of trials."""
    _report_times(session, log=log)
    _report_unknown_trials(session, log=log)


def _report_times(session: Session, *, log: ProblemLog) -> None:
    """Warn of starts that were not measured, are equal or out of order, of joined parts, and of numbers below 1."""
    trials, times = session.trials, trial_times(session)

    def report(kind: ProblemKind, found: str, *, field: str = "trialStartTimes", detail: str | None = None) -> None:
        log.add(kind, file=session.path, field=f"{session.variable}.{field}", found=found, detail=detail)

    for place in np.flatnonzero(~trials.start_measured).tolist():
        first = times.start_ms[place]
        detail = "nothing is labelled with it" if np.isnan(first) else f"its first data are at {first:.10g} ms"
        report(kinds.TRIAL_START_MISSING, f"trial {trials.numbers[place]}", detail=detail)
    if not times.in_order:
        back = np.flatnonzero(np.diff(times.order) < 0)[0]
        later, earlier = trials.numbers[times.order[[back, back + 1]]]
        report(kinds.TRIALS_NOT_IN_ORDER, f"trial {later} comes before trial {earlier}")
    for before, after in pairwise(times.order.tolist()):
        if times.start_ms[before] == times.start_ms[after]:
            found = f"trials {trials.numbers[before]} and {trials.numbers[after]} at {times.start_ms[after]:.10g} ms"
            report(kinds.TRIALS_START_TOGETHER, found)
    for before, after, jump_ms in joined_parts(trials):
        found = f"{jump_ms:.10g} ms from the start of trial {before} to that of trial {after}"
        report(kinds.SESSION_JOINED, found)
    for number in trials.numbers[trials.numbers < 1].tolist():
        report(kinds.TRIAL_NUMBER_BELOW_ONE, f"trial {number}", field="trialIds")


def _report_unknown_trials(session: Session, *, log: ProblemLog) -> None:
    labelled = [(f"timeSeriesArrayHash ({kind})", array.trial) for kind, array in session.arrays.items()]
    labelled += [(f"subvolume {volume.number}", volume.trial) for volume in session.subvolumes]
    labelled += [(train.path, train.trial) for series in session.events.values() for train in series.trains]
    for where, trial in labelled:
        unknown = trial[~session.trials.known(trial)]
        if unknown.size:
            found = f"{unknown.size} labelled {distinct_labels_text(unknown)}"
            log.add(kinds.TRIAL_UNKNOWN, file=session.path, field=where, found=found)
