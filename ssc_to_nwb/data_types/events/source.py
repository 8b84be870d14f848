"""Event series: licks (points) and pole, touches, rewards, reward cue (pairs of on and off)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.clock import TimeUnits, check_times_finite, median_interval_ms
from ssc_to_nwb.data_types.arrays.source import report_odd
from ssc_to_nwb.data_types.trial_labels.source import NO_TRIAL
from ssc_to_nwb.data_types.trials.source import Property
from ssc_to_nwb.data_types.whisker.source import whisker_of
from ssc_to_nwb.matlab.field import Field, HashEntry, check_names_distinct, read_hash
from ssc_to_nwb.matlab.tree import MatCell
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog

if TYPE_CHECKING:
    from ssc_to_nwb.session.context import SessionContext

# How many times an event has.
POINTS, PAIRS = 1, 2
KNOWN_TYPES = {
    "poleInReach": PAIRS,
    "touches": PAIRS,
    "leftLicks": POINTS,
    "rightLicks": POINTS,
    "leftReward": PAIRS,
    "rightReward": PAIRS,
    "rewardCue": PAIRS,
}
_TOUCH = re.compile(r"(?P<direction>protraction|retraction) contacts for (?P<whisker>\S.*)", re.IGNORECASE)
_TOUCHES = "'Protraction contacts for <whisker>' or 'Retraction contacts for <whisker>', each once"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTrain:
    """One list of E events, each of one time, or of two: on and off, which may be equal (a touch of one frame).

    Attributes
    ----------
    path, label : str
        Where it is in the session struct, and its text there.
    time_ms : ndarray of float64, (E, 1) or (E, 2)
        On the session's clock.
    trial : ndarray of int64, as time_ms
        Trial number of each time, NO_TRIAL for NaN; on and off of an event have the same.
    properties : tuple of Property
        In the source's order; their values are as time_ms.
    """

    path: str
    label: str
    time_ms: np.ndarray
    trial: np.ndarray
    properties: tuple[Property, ...]

    def take(self, keep: np.ndarray) -> EventTrain:
        """The list with some of its events. keep: bool (E,)."""
        properties = tuple(item.take(keep) for item in self.properties)
        return replace(self, time_ms=self.time_ms[keep], trial=self.trial[keep], properties=properties)

    def touch_label(self) -> tuple[str, str] | None:
        """A text for each of `naming.TOUCH_COLUMNS`, from the label; None where it does not say them."""
        match = _TOUCH.fullmatch(self.label.strip())
        return None if match is None else (match["direction"].lower(), match["whisker"].strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSeries:
    """One entry of eventSeriesArrayHash.

    Attributes
    ----------
    path, key, description : str
        Where it is in the session struct, and what it is called.
    type : Literal[1, 2]
        1 for points, 2 for pairs of on and off.
    trains : tuple of EventTrain
        Several of touches (`naming.TOUCH_COLUMNS`), one of the others.
    """

    path: str
    key: str
    description: str
    type: Literal[1, 2]
    trains: tuple[EventTrain, ...]


def read_event_series(entry: HashEntry, *, units: TimeUnits, log: ProblemLog) -> EventSeries:
    """Read one series and check its pairs.

    Raises field-*, event-type, event-count-odd, event-off-before-on, event-across-trials, touch-label-unknown,
    name-not-distinct.
    """
    field = entry.value
    event_type = _read_type(field, key=entry.key)
    if entry.key not in KNOWN_TYPES:
        log.add(kinds.UNKNOWN_KEY_KEPT, file=field.file, field=field.path, found=f"event series {entry.key}")
    series = EventSeries(
        path=field.path,
        key=entry.key,
        description=entry.description,
        type=event_type,
        trains=_read_trains(field, units=units, type_=event_type, log=log),
    )
    if entry.key in KNOWN_TYPES and entry.key != "touches" and len(series.trains) != 1:
        raise field.child("eventTimes").problem(
            kinds.FIELD_LENGTH, expected="one list of times", found=len(series.trains)
        )
    # A series of touches that holds nothing need not say what touches.
    if entry.key == "touches" and any(train.label or train.time_ms.size for train in series.trains):
        labels = [train.touch_label() for train in series.trains]
        for train, label in zip(series.trains, labels, strict=True):
            if label is None or labels.count(label) > 1:
                labels_field = field.child("idStrs", "idStr")
                raise labels_field.problem(kinds.TOUCH_LABEL_UNKNOWN, expected=_TOUCHES, found=train.label)
    return series


def _read_type(field: Field, *, key: str) -> Literal[1, 2]:
    number = field.child("type").integer()
    if number not in (POINTS, PAIRS) or KNOWN_TYPES.get(key, number) != number:
        expected = KNOWN_TYPES.get(key)
        raise field.child("type").problem(
            kinds.EVENT_TYPE, expected="1 or 2" if expected is None else f"{expected} for {key}", found=number
        )
    return 1 if number == POINTS else 2


def _read_trains(field: Field, *, units: TimeUnits, type_: Literal[1, 2], log: ProblemLog) -> tuple[EventTrain, ...]:
    times, trials = field.child("eventTimes"), field.child("eventTrials")
    labels = field.child("idStrs", "idStr").texts()
    hashes = field.optional("eventPropertiesHash")
    unit = field.child("timeUnit")
    nothing = replace(times, value=np.zeros((0, 0)))
    if isinstance(times.value, MatCell) and not times.is_empty:
        time_items, trial_items = times.items(), trials.items()
        if trials.is_empty and all(item.is_empty for item in time_items):
            trial_items = (nothing,) * len(time_items)
    elif times.is_empty and trials.is_empty:
        # Without any event the lists of several series may be one empty array or cell.
        time_items = trial_items = (nothing,) * max(len(labels), 1)
    else:
        time_items, trial_items = (times,), (trials,)
    if len(time_items) == 1:
        labels = labels or ("",)
    # The source may have one empty array or cell for all.
    hash_items = (None,) * len(time_items) if hashes is None or hashes.is_empty else hashes.items()
    for name, found in (
        ("idStrs", len(labels)),
        ("eventTrials", len(trial_items)),
        ("eventPropertiesHash", len(hash_items)),
    ):
        if found != len(time_items):
            raise field.problem(
                kinds.FIELD_LENGTH, expected=f"{len(time_items)} items in {name}, as in eventTimes", found=found
            )
    return tuple(
        _read_train(time, trial, properties, label=label, times_ms=units.to_ms(time, unit), type_=type_, log=log)
        for time, trial, properties, label in zip(time_items, trial_items, hash_items, labels, strict=True)
    )


def _read_train(
    times: Field,
    trials: Field,
    properties: Field | None,
    *,
    label: str,
    times_ms: np.ndarray,
    type_: Literal[1, 2],
    log: ProblemLog,
) -> EventTrain:
    # The times by themselves first: where one is missing, every parallel list has the wrong length too.
    check_times_finite(times, times_ms)
    if times_ms.size % type_:
        raise times.problem(kinds.EVENT_COUNT_ODD, expected="an even number of times", found=times_ms.size)
    time_ms = times_ms.reshape(-1, type_)
    _check_order(times, time_ms, log=log)
    trial = trials.integers(length=times_ms.size, nan_as=NO_TRIAL).reshape(-1, type_)
    place = _first(trial[:, 0] != trial[:, -1])
    if place is not None:
        found = f"on in trial {trial[place, 0]}, off in trial {trial[place, -1]}, event {place + 1}"
        expected = "on and off of an event in one trial"
        raise trials.problem(kinds.EVENT_ACROSS_TRIALS, expected=expected, found=found)
    entries = () if properties is None else read_hash(properties)
    if properties is not None:
        check_names_distinct(properties, [entry.key for entry in entries], named=naming.property_column)
    found_properties = []
    for entry in entries:
        values = entry.value.row(length=times_ms.size)
        report_odd(values, f"values of {entry.key} of {label!r}", field=entry.value, log=log, nan=False)
        own = Property(
            path=entry.value.path, key=entry.key, description=entry.description, values=values.reshape(time_ms.shape)
        )
        found_properties.append(own)
    return EventTrain(path=times.path, label=label, time_ms=time_ms, trial=trial, properties=tuple(found_properties))


def _check_order(field: Field, time_ms: np.ndarray, *, log: ProblemLog) -> None:
    """That no event ends before it begins; one that begins before the one before it is a warning."""
    starts, ends = time_ms[:, 0], time_ms[:, -1]
    place = _first(ends < starts)
    if place is not None:
        found = f"on {starts[place]:.10g} ms, off {ends[place]:.10g} ms, event {place + 1}"
        raise field.problem(kinds.EVENT_OFF_BEFORE_ON, expected="an off at or after its on", found=found)
    place = _first(np.diff(starts) < 0)
    if place is not None:
        found = f"{starts[place + 1]:.10g} ms after {starts[place]:.10g} ms, event {place + 2}"
        log.add(kinds.EVENTS_NOT_IN_ORDER, file=field.file, field=field.path, found=found)


def _first(where: np.ndarray) -> int | None:
    return int(np.flatnonzero(where)[0]) if where.any() else None


def touch_sample(context: SessionContext) -> tuple[float, str]:
    """How many ms longer a touch lasts than to its last sample, which the source lists as its end; why it is assumed.

    It is the interval of the whisker's clock, and what the metadata assume where there is none to measure it by.
    """
    whisker = whisker_of(context.session)
    measured = None if whisker is None else median_interval_ms(whisker.time_ms, whisker.trial)
    if measured is not None:
        return measured, ""
    return context.metadata.assumptions.touch_sample_ms, "because the session has no whisker samples to measure it by"
