"""Whisker angle and curvature change, as tracked from the whisker videos."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.clock import TimeUnits, check_times_increase
from ssc_to_nwb.data_types.arrays.source import ArrayEntry
from ssc_to_nwb.data_types.subvolumes.array_descriptions import read_description
from ssc_to_nwb.data_types.trial_labels.source import NO_TRIAL
from ssc_to_nwb.data_types.whisker import problems
from ssc_to_nwb.matlab.distinct_names import check_names_distinct
from ssc_to_nwb.matlab.field import Field
from ssc_to_nwb.problems import source_kinds as kinds
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
    """The kinds of array that a key or a description names.

    Parameters
    ----------
    text : str
        Such as `whiskerVars`.

    Returns
    -------
    frozenset of str
        `whisker`, or none.
    """
    return frozenset({KIND} if KIND in text.lower() else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class WhiskerTrace:
    """One row of the whisker array.

    Attributes
    ----------
    quantity : Quantity
        `angle` or `curvature_change`.
    whisker : str
        Such as `c2`, from the label.
    label : str
        The row's text in the source.
    row : int
        Position in the array, counted from 0.
    values : ndarray, (N,)
        Degrees for an angle, 1/mm for a curvature change; NaN where tracking failed.
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
    path : str
        Where it is in the session struct.
    key : str
        Key name of its entry.
    ids : ndarray of int64, (R,)
        The source's number of each row.
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
    ids: np.ndarray
    time_ms: np.ndarray
    trial: np.ndarray
    traces: tuple[WhiskerTrace, ...]
    valid_trials: np.ndarray | None

    @property
    def whiskers(self) -> tuple[str, ...]:
        """Names of the whiskers, in the order of their first row."""
        return tuple(dict.fromkeys(trace.whisker for trace in self.traces))

    def take(self, keep: np.ndarray) -> WhiskerData:
        """The array with some of its samples.

        Parameters
        ----------
        keep : ndarray of bool, (N,)
            Whether a sample is kept.

        Returns
        -------
        WhiskerData
            The same rows.
        """
        traces = tuple(replace(trace, values=trace.values[keep]) for trace in self.traces)
        return replace(self, time_ms=self.time_ms[keep], trial=self.trial[keep], traces=traces)


def whisker_of(session: Session) -> WhiskerData | None:
    """The whisker array of a session.

    Parameters
    ----------
    session : Session
        Read from its file.

    Returns
    -------
    WhiskerData or None
        None where it has none.
    """
    found = session.arrays.get(KIND)
    return found if isinstance(found, WhiskerData) else None


def read_array(entry: ArrayEntry, *, units: TimeUnits, log: ProblemLog) -> WhiskerData:
    """Read the whisker array.

    Parameters
    ----------
    entry : ArrayEntry
        Of timeSeriesArrayHash.
    units : TimeUnits
        The time units of the session.
    log : ProblemLog
        Takes the warnings: NaN values, times that do not increase.

    Returns
    -------
    WhiskerData
        The checked array.

    Raises
    ------
    SscError
        field-missing, field-type, field-length and the like, whisker-row-unknown, name-not-distinct, time-backwards.
    """
    field, valid_trials = entry.value, read_description(entry.described).valid_trials
    labels_field = field.child("idStrs", "idStr")
    matrix = field.child("valueMatrix")
    labels = labels_field.texts(count=matrix.array().shape[0], per="row of valueMatrix")
    ids = field.child("ids", "id").integers(length=len(labels))
    time_field = field.child("time")
    time_ms = units.to_ms(time_field, field.child("timeUnit"))
    check_times_increase(time_field, time_ms, log=log)
    values = matrix.matrix(rows=len(labels), columns=time_ms.size)
    if values.dtype.kind != "f":
        values = values.astype(np.float64)
    traces = tuple(
        _read_trace(labels_field, label=label, row=row, values=values[row]) for row, label in enumerate(labels)
    )
    for quantity in _LABELS:
        whiskers = [trace.whisker for trace in traces if trace.quantity == quantity]
        check_names_distinct(labels_field, whiskers, named=naming.snake_case)
    _report_nan(field, traces=traces, log=log)
    return WhiskerData(
        path=field.path,
        key=entry.key,
        ids=ids,
        time_ms=time_ms,
        trial=field.child("trial").integers(length=time_ms.size, nan_as=NO_TRIAL),
        traces=traces,
        valid_trials=valid_trials,
    )


def _read_trace(field: Field, *, label: str, row: int, values: np.ndarray) -> WhiskerTrace:
    for quantity, pattern in _LABELS.items():
        match = pattern.fullmatch(label.strip())
        if match is not None:
            return WhiskerTrace(
                quantity=quantity, whisker=match["whisker"].strip(), label=label, row=row, values=values
            )
    raise field.problem(
        problems.WHISKER_ROW_UNKNOWN,
        expected="'Angle for <whisker>' or 'Curvature change for <whisker>'",
        found=f"{label!r} in row {row + 1}",
    )


def _report_nan(field: Field, *, traces: tuple[WhiskerTrace, ...], log: ProblemLog) -> None:
    for trace in traces:
        count = int(np.isnan(trace.values).sum())
        if count:
            log.add(
                kinds.VALUES_NAN, file=field.file, field=f"{field.path}.valueMatrix",
                found=f"{count} of {trace.values.size} samples of {trace.label!r}",
            )  # fmt: skip
