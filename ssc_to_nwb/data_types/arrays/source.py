"""An entry of timeSeriesArrayHash as it comes to its data type, what is read of every entry, and odd values in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np

from ssc_to_nwb.clock import TimeUnits, check_times_increase
from ssc_to_nwb.data_types.trial_labels.source import NO_TRIAL
from ssc_to_nwb.matlab.field import Field, HashEntry
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayEntry(HashEntry):
    """An entry of timeSeriesArrayHash. described: its item of descrHash; None where there is none."""

    described: Field | None = None


class Labelled(Protocol):
    """An array of N samples, each with its time and its trial."""

    @property
    def path(self) -> str:
        """Where it is in the session struct."""

    @property
    def key(self) -> str:
        """Of its entry."""

    @property
    def time_ms(self) -> np.ndarray:
        """float64 (N,), on the session's clock."""

    @property
    def trial(self) -> np.ndarray:
        """int64 (N,), NO_TRIAL where the source has NaN."""


class LabelledArray(Labelled, Protocol):
    """What a data type reads from an entry."""

    def take(self, keep: np.ndarray) -> Self:
        """The array with some of its samples, for a stub of a session; keep: bool (N,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Values (rows, N) of an entry, in a class of floating point, with the time in ms and the trial of each sample."""

    values: np.ndarray
    time_ms: np.ndarray
    trial: np.ndarray


def read_samples(field: Field, *, rows: int, units: TimeUnits, log: ProblemLog) -> Samples:
    """What every entry has, of so many rows. Raises field-*, time-backwards."""
    time_field = field.child("time")
    time_ms = units.to_ms(time_field, field.child("timeUnit"))
    check_times_increase(time_field, time_ms, log=log)
    values = field.child("valueMatrix").matrix(rows=rows, columns=time_ms.size)
    return Samples(
        values=values if values.dtype.kind == "f" else values.astype(np.float64),
        time_ms=time_ms,
        trial=field.child("trial").integers(length=time_ms.size, nan_as=NO_TRIAL),
    )


def report_odd(values: np.ndarray, what: str, *, field: Field, log: ProblemLog, nan: bool = True) -> None:
    """Log how many of the values of a field are infinite, and how many NaN; they are kept.

    what: what they are, in words; nan: whether NaN says more than that there is no value.
    """
    infinite, missing = int(np.isinf(values).sum()), int(np.isnan(values).sum()) if nan else 0
    for kind, count in ((kinds.VALUES_NAN, missing), (kinds.VALUES_INFINITE, infinite)):
        if count:
            log.add(kind, file=field.file, field=field.path, found=f"{count} of {values.size} {what}")
