"""Time: the one place that reads the source's units and turns its times into the seconds of NWB.

The source model holds times in ms as float64, the unit of the rig. `Clock.seconds` is the only way from there to
seconds after the session's start.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ssc_to_nwb.data_types.trial_labels.source import NO_TRIAL
from ssc_to_nwb.matlab.field import Field
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog

_MOST_DECIMALS = 9
_MS_PER_UNIT = {"millisecond": 1.0, "second": 1e3, "minute": 6e4, "hour": 3.6e6, "day": 8.64e7}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeUnits:
    """The file's own table of time units (`timeUnitIds`, `timeUnitNames`).

    names: name of a unit by its id.
    """

    names: dict[int, str]

    def to_ms(self, times: Field, unit: Field, *, length: int | None = None) -> np.ndarray:
        """A row of times in ms.

        unit: the field with the id of the unit; length: how many there must be, any number where None. Raises
        time-unit-unknown, field-type, field-length.
        """
        factor = self.ms_per_unit(unit)
        values = times.row(length=length)
        return values if factor == 1.0 else values * factor

    def ms_per_unit(self, unit: Field) -> float:
        """How many ms a unit has.

        unit: the field with the id of the unit. Raises time-unit-unknown.
        """
        number = unit.integer()
        name = self.names.get(number)
        if name is None:
            known = ", ".join(f"{number} ({name})" for number, name in self.names.items())
            raise unit.problem(kinds.TIME_UNIT_UNKNOWN, expected=known, found=number)
        if name not in _MS_PER_UNIT:
            known = ", ".join(_MS_PER_UNIT)
            raise unit.problem(kinds.TIME_UNIT_UNKNOWN, expected=known, found=f"{number} ({name})")
        return _MS_PER_UNIT[name]


def read_time_units(session: Field) -> TimeUnits:
    """The table of time units of a session struct. Raises field-missing, field-length."""
    numbers = session.child("timeUnitIds").integers()
    names_field = session.child("timeUnitNames")
    names = names_field.texts()
    if len(names) != numbers.size:
        raise names_field.problem(kinds.FIELD_LENGTH, expected=f"{numbers.size} names", found=len(names))
    return TimeUnits(names=dict(zip(numbers.tolist(), names, strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """From the session's clock, in ms, to seconds after the session's start.

    Attributes
    ----------
    zero_offset_s : float, default 0.0
        Seconds from the session's start to the zero of the session's clock. No public source gives it; the metadata key
        `assumptions.clock_zero_offset_s` sets it.
    """

    zero_offset_s: float = 0.0

    def seconds(self, time_ms: np.ndarray | float) -> np.ndarray:
        """Seconds from the session's start.

        Parameters
        ----------
        time_ms : ndarray or float
            On the session's clock, of any shape; NaN stays NaN.

        Returns
        -------
        ndarray of float64
            Of the same shape.
        """
        return np.asarray(time_ms, dtype=np.float64) / 1000.0 + self.zero_offset_s


def median_interval_ms(time_ms: np.ndarray, trial: np.ndarray) -> float | None:
    """The usual interval of a clock, from neighbours that have one trial label. Pauses between trials do not count.

    time_ms: (N,); trial: (N,), trial number of each sample, NO_TRIAL for none. Returns ms with the precision of the
    clock: whole ms where all times are whole, else 1 us, so that the rounding errors of a converted unit do not show.
    None where no trial has two samples.
    """
    within = (trial[1:] == trial[:-1]) & (trial[1:] != NO_TRIAL)
    steps = np.diff(time_ms)[within]
    if not steps.size:
        return None
    interval = float(np.round(np.median(steps), _decimals(time_ms)))
    return interval if interval > 0 else None


def usual_rate_hz(time_ms: np.ndarray, trial: np.ndarray) -> float | None:
    """Samples per second within trials.

    Given to the precision of the clock: the shortest decimal number that its steps are compatible with. A clock of
    whole ms that shows 143 ms says 7 Hz, as it would show that interval for any rate from 6.97 to 7.02 Hz.

    Of the same arrays as `median_interval_ms`, and None where that is None.
    """
    interval_ms = median_interval_ms(time_ms, trial)
    if interval_ms is None:
        return None
    half_step_ms = 0.5 * 10.0 ** -_decimals(time_ms)
    slowest, fastest = 1000.0 / (interval_ms + half_step_ms), 1000.0 / (interval_ms - half_step_ms)
    rate = 1000.0 / interval_ms
    rounded = (round(rate, decimals) for decimals in range(_MOST_DECIMALS))
    return next((one for one in rounded if slowest <= one <= fastest), rate)


def _decimals(time_ms: np.ndarray) -> int:
    """To which decimal of a ms a clock is taken at its word."""
    return 0 if bool((time_ms == np.rint(time_ms)).all()) else 3


def check_times_finite(field: Field, time_ms: np.ndarray) -> None:
    """Raise an error where a time is NaN or infinite.

    field: where the times were read. Raises field-value, with the first position.
    """
    bad = ~np.isfinite(time_ms)
    if bad.any():
        position = int(np.flatnonzero(bad)[0]) + 1
        raise field.problem(
            kinds.FIELD_VALUE, expected="finite times", found=f"{time_ms[position - 1]} at position {position}"
        )


def check_times_increase(field: Field, time_ms: np.ndarray, *, log: ProblemLog) -> None:
    """Raise an error where times go back; warn once of equal neighbours.

    field: where the times were read. Raises time-backwards, and field-value for NaN and infinite times.
    """
    check_times_finite(field, time_ms)
    steps = np.diff(time_ms)
    if (steps < 0).any():
        position = int(np.flatnonzero(steps < 0)[0]) + 1
        raise field.problem(
            kinds.TIME_BACKWARDS,
            expected="times that increase",
            found=f"{time_ms[position]:.10g} ms after {time_ms[position - 1]:.10g} ms, at position {position + 1}",
        )
    repeated = int((steps == 0).sum())
    if repeated:
        log.add(kinds.TIME_REPEATED, file=field.file, field=field.path, found=f"{repeated} repeated times")
