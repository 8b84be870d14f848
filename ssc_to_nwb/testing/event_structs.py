"""eventSeriesArrayHash: pole, touches with their properties, licks, rewards, cue."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ssc_to_nwb.testing.matlab import EMPTY, Cell, MatStruct, MatValue, hash_struct, row
from ssc_to_nwb.testing.spec import SessionSpec
from ssc_to_nwb.testing.truth import SubvolumeTruth, TouchTruth, TrialTruth, WhiskerTruth

_TEXTS = {
    "poleInReach": "times when the pole was accessible to the whiskers.",
    "touches": "times when the pole was touched by whiskers.",
    "leftLicks": "left lickport contact",
    "rightLicks": "right lickport contact",
    "leftReward": "left water reward delivery",
    "rightReward": "right water reward delivery",
    "rewardCue": "auditory cue signaling animal to collect reward",
}
_IDS = {
    "poleInReach": (1, "Bar-in-reach times", 2),
    "leftLicks": (1, "Beam Breaks Left", 1),
    "rightLicks": (2, "Beam Breaks Right", 1),
    "leftReward": (4, "Water Valve Left", 2),
    "rightReward": (5, "Water Valve Right", 2),
    "rewardCue": (6, "Reward Cue", 2),
}
"""id, idStr and type (1 points, 2 start/end pairs) of the single series."""
_BOUT_GAP_MS = 200.0


def event_series_hash(
    *,
    spec: SessionSpec,
    trials: TrialTruth,
    whisker: WhiskerTruth | None,
    subvolumes: tuple[SubvolumeTruth, ...],
    rng: np.random.Generator,
) -> MatStruct:
    """The Hash of all event series. Without whisker data there are no touches, and no such key."""
    entries = []
    for key, text in _TEXTS.items():
        if key != "touches":
            entries.append((key, text, _lone_series(spec, key, trials)))
        elif whisker is not None:
            entries.append((key, text, _touch_series(spec, whisker.touches, subvolumes, rng)))
    return hash_struct(entries)


def _lone_series(spec: SessionSpec, key: str, trials: TrialTruth) -> MatStruct:
    number, name, kind = _IDS[key]
    events = trials.events[key]
    plural = spec.plural_event_fields
    return {
        "ids" if plural else "id": row([number]),
        "idStrs" if plural else "idStr": Cell([name]) if plural else name,
        "idStrDetailed": Cell() if plural else "",
        "type": row([kind]),
        "timeUnit": row([spec.time_unit_id]),
        "eventTimes": row(spec.in_time_unit(events.times_ms)),
        "eventTrials": row(events.trials),
        "eventPropertiesHash": EMPTY,
    }


def _touch_series(
    spec: SessionSpec,
    touches: tuple[TouchTruth, ...],
    subvolumes: tuple[SubvolumeTruth, ...],
    rng: np.random.Generator,
) -> MatStruct:
    return {
        "ids": row(np.arange(1, len(touches) + 1)),
        "idStrs": Cell(f"{touch.direction} contacts for {touch.whisker}" for touch in touches),
        "idStrDetailed": Cell(),
        "type": row([2]),
        "timeUnit": row([spec.time_unit_id]),
        "eventTimes": Cell(
            _on_off(spec.in_time_unit(touch.onset_ms), spec.in_time_unit(touch.offset_ms)) for touch in touches
        ),
        "eventTrials": Cell(_on_off(touch.trials, touch.trials) for touch in touches),
        "eventPropertiesHash": Cell(_properties(spec, touch, subvolumes, rng) for touch in touches),
    }


def _properties(
    spec: SessionSpec, touch: TouchTruth, subvolumes: tuple[SubvolumeTruth, ...], rng: np.random.Generator
) -> MatStruct:
    entries = [
        ("touchNumberWithinTrial", "", _twice(touch.number_within_trial)),
        ("kappaMaxAbsOverTouch", "", _twice(touch.kappa_extreme)),
    ]
    for name in spec.further_touch_properties:
        if name in _FURTHER:
            entries.append((name, f"{name} (synthetic)", _FURTHER[name](touch, subvolumes)))
        else:
            entries.append((name, "", _twice(np.round(rng.normal(0, 1, len(touch.trials)), 3))))
    return hash_struct(entries)


def _on_off(on: np.ndarray, off: np.ndarray) -> np.ndarray:
    return row(np.stack([on, off], axis=1))


def _twice(values: np.ndarray) -> np.ndarray:
    return row(np.repeat(values, 2))


def _bout_starts(touch: TouchTruth) -> np.ndarray:
    """(N,) bool: a touch opens a bout where its trial is new or the touch before ended long ago."""
    pause = touch.onset_ms[1:] - touch.offset_ms[:-1]
    opens = (np.diff(touch.trials) != 0) | (pause > _BOUT_GAP_MS)
    return np.concatenate([[True], opens])[: len(touch.trials)]


def _bout_number(touch: TouchTruth, _: tuple[SubvolumeTruth, ...]) -> MatValue:
    return _twice(np.cumsum(_bout_starts(touch)))


def _number_within_bout(touch: TouchTruth, _: tuple[SubvolumeTruth, ...]) -> MatValue:
    index = np.arange(len(touch.trials))
    opened = np.maximum.accumulate(np.where(_bout_starts(touch), index, 0))
    return _twice(index - opened + 1)


def _imaging_column(touch: TouchTruth, subvolumes: tuple[SubvolumeTruth, ...]) -> MatValue:
    """1-based column of the nearest frame in the subvolume that was imaged then; NaN where none was."""
    time_ms = np.stack([touch.onset_ms, touch.offset_ms], axis=1)
    columns = np.full(time_ms.shape, np.nan)
    for subvolume in subvolumes:
        imaged = np.isin(touch.trials, subvolume.valid_trials)
        if imaged.any():
            columns[imaged] = np.abs(subvolume.time_ms - time_ms[imaged][..., None]).argmin(axis=-1) + 1
    return row(columns)


_FURTHER: dict[str, Callable[[TouchTruth, tuple[SubvolumeTruth, ...]], MatValue]] = {
    "thetaAtTouchOnset": lambda touch, _: _twice(touch.theta_at_onset),
    "thetaMeanOverTouch": lambda touch, _: _twice(touch.theta_mean),
    "touchBoutNumber": _bout_number,
    "touchNumberWithinBout": _number_within_bout,
    "whTSACorrespondingIndex": lambda touch, _: _on_off(touch.onset_sample + 1, touch.offset_sample + 1),
    "caTSACorrespondingIndex": _imaging_column,
}
