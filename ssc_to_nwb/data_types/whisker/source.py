"""Whisker angle and curvature change, as tracked from the whisker videos."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.clock import TimeUnits
from ssc_to_nwb.data_types.arrays.source import ArrayEntry, read_samples, report_odd
from ssc_to_nwb.data_types.subvolumes.reader import read_description
from ssc_to_nwb.matlab.field import Field, check_names_distinct
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog

if TYPE_CHECKING:
    from ssc_to_nwb.session.session import Session

KIND = "whisker"
# What a description of a file may show of its texts: a row of A to E or a Greek letter, and a number, name a whisker.
WORDS = (KIND, "whiskers")
NAMES = re.compile(r"[A-Ea-e][1-9]|alpha|beta|gamma|delta", re.IGNORECASE)
Quantity = Literal["angle", "curvature_change"]
_LABELS: dict[Quantity, re.Pattern[str]] = {
    "angle": re.compile(r"angle for (?P<whisker>\S.*)", re.IGNORECASE),
    "curvature_change": re.compile(r"curvature change for (?P<whisker>\S.*)", re.IGNORECASE),
}


def claimed_kinds(text: str) -> frozenset[str]:
    """`whisker`, where a key or a description names it."""
    return frozenset({KIND} if KIND in text.lower() else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class WhiskerTrace:
    """One row of the whisker array.

    quantity: `angle` or `curvature_change`; whisker, label: such as `c2`, from the row's text in the source; row: place
    in the array, from 0; values: (N,), degrees or 1/mm, NaN where tracking failed.
    """

    quantity: Quantity
    whisker: str
    label: str
    row: int
    values: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class WhiskerData:
    """All rows of the whisker array over N samples.

    Attributes
    ----------
    path, key : str
        Where it is in the session struct, and the key of its entry.
    time_ms : ndarray of float64, (N,)
        On the session's clock.
    trial : ndarray of int64, (N,)
        Trial number of each sample, NO_TRIAL where the source has NaN.
    traces : tuple of WhiskerTrace
        The rows, in the source's order.
    valid_trials : ndarray of int64, or None
        Numbers of the trials with valid whisker data; None where the source lists none.
    """

    path: str
    key: str
    time_ms: np.ndarray
    trial: np.ndarray
    traces: tuple[WhiskerTrace, ...]
    valid_trials: np.ndarray | None

    @property
    def whiskers(self) -> tuple[str, ...]:
        """Names of the whiskers, in the order of their first row."""
        return tuple(dict.fromkeys(trace.whisker for trace in self.traces))

    def take(self, keep: np.ndarray) -> WhiskerData:
        """The array with some of its samples; keep: bool (N,)."""
        traces = tuple(replace(trace, values=trace.values[keep]) for trace in self.traces)
        return replace(self, time_ms=self.time_ms[keep], trial=self.trial[keep], traces=traces)


def whisker_of(session: Session) -> WhiskerData | None:
    """The whisker array of a session; None where it has none."""
    found = session.arrays.get(KIND)
    return found if isinstance(found, WhiskerData) else None


def read_array(entry: ArrayEntry, *, units: TimeUnits, log: ProblemLog) -> WhiskerData:
    """Read and check the whisker array. Raises field-*, whisker-row-unknown, name-not-distinct, time-backwards."""
    field, valid_trials = entry.value, read_description(entry.described).valid_trials
    labels_field = field.child("idStrs", "idStr")
    labels = labels_field.texts(count=field.child("valueMatrix").array().shape[0], per="row of valueMatrix")
    field.child("ids", "id").integers(length=len(labels))
    samples = read_samples(field, rows=len(labels), units=units, log=log)
    traces = tuple(
        _read_trace(labels_field, label=label, row=row, values=values)
        for row, (label, values) in enumerate(zip(labels, samples.values, strict=True))
    )
    for quantity in _LABELS:
        whiskers = [trace.whisker for trace in traces if trace.quantity == quantity]
        check_names_distinct(labels_field, whiskers, named=naming.snake_case)
    for trace in traces:
        report_odd(trace.values, f"samples of {trace.label!r}", field=field.child("valueMatrix"), log=log)
    return WhiskerData(
        path=field.path,
        key=entry.key,
        time_ms=samples.time_ms,
        trial=samples.trial,
        traces=traces,
        valid_trials=valid_trials,
    )


def _read_trace(field: Field, *, label: str, row: int, values: np.ndarray) -> WhiskerTrace:
    for quantity, pattern in _LABELS.items():
        match = pattern.fullmatch(label.strip())
        if match is not None:
            name = match["whisker"].strip()
            return WhiskerTrace(quantity=quantity, whisker=name, label=label, row=row, values=values)
    expected = "'Angle for <whisker>' or 'Curvature change for <whisker>'"
    raise field.problem(kinds.WHISKER_ROW_UNKNOWN, expected=expected, found=f"{label!r} in row {row + 1}")


def report_unusual(session: Session, *, log: ProblemLog) -> None:
    """Log where there is no sample."""
    whisker = whisker_of(session)
    if whisker is None or not whisker.time_ms.size:
        found = "no whisker array" if whisker is None else "no samples"
        log.add(kinds.WHISKER_ARRAY_MISSING, file=session.path, field="timeSeriesArrayHash", found=found)
