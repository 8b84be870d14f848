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
from ssc_to_nwb.data_types.trials.times import joined_parts, labelled_times, trial_times
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
class Property:
    """One key of `trialPropertiesHash`, or of an `eventPropertiesHash`.

    path, key, description: of the entry; values: a row per trial or event, of float64, or of texts as objects.
    """

    path: str
    key: str
    description: str
    values: np.ndarray

    def take(self, rows: np.ndarray) -> Property:
        """The same property of some trials or events. rows: their places in the order wanted, or which they are."""
        return replace(self, values=self.values[rows])


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
    types : tuple of TrialType or None
        Of each trial; None where the source gives none.
    properties : tuple of Property
        In the source's order.
    """

    numbers: np.ndarray
    start_ms: np.ndarray
    start_measured: np.ndarray
    types: tuple[TrialType | None, ...]
    properties: tuple[Property, ...]

    def __len__(self) -> int:
        return int(self.numbers.size)

    def take(self, places: np.ndarray) -> Trials:
        """The trials at these places (n,), counted from 0, in that order."""
        return replace(
            self,
            numbers=self.numbers[places],
            start_ms=self.start_ms[places],
            start_measured=self.start_measured[places],
            types=tuple(self.types[place] for place in places.tolist()),
            properties=tuple(item.take(places) for item in self.properties),
        )


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
    properties_field = session.child("trialPropertiesHash")
    properties = read_hash(properties_field)
    check_names_distinct(properties_field, [entry.key for entry in properties], named=naming.trial_column)
    return Trials(
        numbers=numbers,
        start_ms=start_ms,
        start_measured=np.ones(numbers.size, dtype=bool),
        types=_read_types(session.child("trialTypeMat"), session.child("trialTypeStr"), numbers=numbers, log=log),
        properties=tuple(_read_property(entry, count=numbers.size, log=log) for entry in properties),
    )


def _read_types(
    field: Field, names_field: Field, *, numbers: np.ndarray, log: ProblemLog
) -> tuple[TrialType | None, ...]:
    """The type of each trial: what the row says that is 1 for it."""
    types = []
    names = names_field.texts(count=field.array().shape[0], per="row of trialTypeMat")
    for number, name in enumerate(names, start=1):
        match = _TYPE.fullmatch(name)
        if match is None or names.count(name) > 1:
            expected = "Hit, Err or NoLick with L or R, each once"
            raise names_field.problem(kinds.TRIAL_TYPE_UNKNOWN, expected=expected, found=f"{name!r} in row {number}")
        types.append(TrialType(name=name, response=RESPONSES[match[1]], correct_side=SIDES[match[2]]))
    matrix = field.matrix(rows=len(types), columns=numbers.size)
    if not np.isin(matrix, (0, 1)).all():
        raise field.problem(kinds.FIELD_VALUE, expected="0 and 1 only", found=np.unique(matrix)[:10].tolist())
    found: list[TrialType | None] = []
    for number, column in zip(numbers.tolist(), matrix.T, strict=True):
        own = [types[row] for row in np.flatnonzero(column).tolist()]
        if len(own) > 1:
            twice = f"trial {number} is {' and '.join(one.name for one in own)}"
            raise field.problem(kinds.TRIAL_TYPE_TWICE, expected="at most one 1 per column", found=twice)
        found.append(own[0] if own else None)
    for number in numbers[[one is None for one in found]].tolist():
        log.add(kinds.TRIAL_TYPE_NONE, file=field.file, field=field.path, found=f"trial {number}")
    return tuple(found)


def _read_property(entry: HashEntry, *, count: int, log: ProblemLog) -> Property:
    field = entry.value
    known = entry.key in naming.TRIAL_COLUMNS
    if not known:
        log.add(kinds.UNKNOWN_KEY_KEPT, file=field.file, field=field.path, found=f"trial property {entry.key}")
    if isinstance(field.value, np.ndarray) or known:
        values = field.row(length=count)
        report_odd(values, f"values of {entry.key}", field=field, log=log)
    else:
        values = np.array(field.texts(), dtype=object)
        if values.size != count:
            raise field.problem(kinds.FIELD_LENGTH, expected=f"{count} texts", found=values.size)
    return Property(path=field.path, key=entry.key, description=entry.description, values=values)


def report_unusual(session: Session, *, log: ProblemLog) -> None:
    """Warn of odd starts and numbers, of parts that were joined, and of labels with unknown numbers."""
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
    for one in labelled_times(session):
        unknown = one.labels[~np.isin(one.labels, trials.numbers)]
        if unknown.size:
            found = f"{unknown.size} labelled {distinct_labels_text(unknown)}"
            log.add(kinds.TRIAL_UNKNOWN, file=session.path, field=one.where, found=found)
