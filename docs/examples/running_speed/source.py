"""The entry `runningSpeed` of timeSeriesArrayHash: one row of samples on a clock of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ssc_to_nwb.clock import TimeUnits
from ssc_to_nwb.data_types.arrays.source import ArrayEntry, read_samples
from ssc_to_nwb.problems.model import ProblemLog

KIND = "running speed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningSpeed:
    """Speed of the wheel.

    Attributes
    ----------
    path, key : str
        Where it is in the session struct, and its key there.
    speed_cm_s : ndarray of float64, (N,)
        In cm/s.
    time_ms : ndarray of float64, (N,)
        On the session's clock.
    trial : ndarray of int64, (N,)
        NO_TRIAL where the source has NaN.
    """

    path: str
    key: str
    speed_cm_s: np.ndarray
    time_ms: np.ndarray
    trial: np.ndarray

    def take(self, keep: np.ndarray) -> RunningSpeed:
        """Some of the samples, for a stub of a few trials; keep: bool (N,)."""
        speed = self.speed_cm_s[keep]
        return replace(self, speed_cm_s=speed, time_ms=self.time_ms[keep], trial=self.trial[keep])


def claimed_kinds(text: str) -> frozenset[str]:
    """`running speed`, where a key or description names it."""
    return frozenset({KIND} if "running" in text.lower() else ())


def read_array(entry: ArrayEntry, *, units: TimeUnits, log: ProblemLog) -> RunningSpeed:
    """Read and check the entry. Raises field-*, time-backwards."""
    field = entry.value
    samples = read_samples(field, rows=1, units=units, log=log)
    return RunningSpeed(
        path=field.path,
        key=entry.key,
        speed_cm_s=samples.values[0].astype(np.float64),
        time_ms=samples.time_ms,
        trial=samples.trial,
    )
