"""Trials, and the events that follow from a trial's type: pole, cue, licks, rewards.

The order within a trial is the task's: the pole comes into reach, leaves, after a delay the cue sounds, the animal
licks (or not), and a right lick opens that side's valve for the time set. The phases are shares of the trial's length.
"""

from __future__ import annotations

import numpy as np

from ssc_to_nwb.testing.spec import SessionSpec
from ssc_to_nwb.testing.truth import EventTruth, TrialTruth

_POLE_SHARES = (0.15, 0.45)
_CUE_SHARE = 0.60
_CUE_LENGTH_SHARE = 0.025
_LICK_SHARES = (0.66, 0.88)
_LICK_INTERVAL_MS = 25.0
_REWARD_DELAY_MS = 4.0
_LEFT_POSITIONS, _RIGHT_POSITIONS = (20_000, 80_000), (90_000, 160_000)
"""Motor steps: the pole is in one range for a left answer, in the other for a right one."""


def make_trials(*, spec: SessionSpec, rng: np.random.Generator) -> TrialTruth:
    """Trials with the events of theirs that do not hang on the whisker."""
    n = spec.n_trials
    skipped = np.isin(np.arange(1, n + 1), np.asarray(spec.trial_number_gap_after) + 1)
    numbers = spec.first_trial_number + np.arange(n) + np.concatenate([[0], np.cumsum(skipped)[:-1]])
    sample_ms = 1000.0 / spec.whisker_rate_hz
    n_samples = np.round(spec.trial_seconds * 1000.0 / sample_ms) + rng.integers(-4, 5, n)
    length = np.floor(n_samples * sample_ms)
    gaps = np.floor(1000.0 * spec.inter_trial_seconds * rng.uniform(0.7, 1.3, n))
    start = 12_000.0 + np.floor(rng.uniform(0, 2000)) + np.concatenate([[0.0], np.cumsum(length + gaps)[:-1]])
    types = _deal_types(spec, rng)
    left = np.array([kind.endswith("L") for kind in types])
    position = np.where(left, rng.integers(*_LEFT_POSITIONS, n), rng.integers(*_RIGHT_POSITIONS, n))
    left_valve, right_valve = np.full(n, 0.038), np.where(np.arange(n) < n // 2, 0.042, 0.046)
    left_valve[list(spec.trials_with_nan_valve_time)] = np.nan
    right_valve[list(spec.trials_with_nan_valve_time)] = np.nan
    pole = np.floor(start[:, None] + length[:, None] * np.array(_POLE_SHARES))
    trials = TrialTruth(
        numbers=numbers,
        start_ms=start,
        stop_ms=start + length,
        types=types,
        position_steps=position.astype(np.float64),
        left_valve_s=left_valve,
        right_valve_s=right_valve,
        pole_ms=pole,
        events={},
    )
    trials.events.update(_events(trials, rng))
    _cut_down(trials.events, spec)
    return trials


def _deal_types(spec: SessionSpec, rng: np.random.Generator) -> tuple[str, ...]:
    repeats = -(-spec.n_trials // len(spec.trial_types))
    dealt = [str(kind) for kind in rng.permutation(np.array(spec.trial_types * repeats)[: spec.n_trials])]
    for position in spec.trials_without_type:
        dealt[position] = ""
    return tuple(dealt)


def _events(trials: TrialTruth, rng: np.random.Generator) -> dict[str, EventTruth]:
    length = trials.stop_ms - trials.start_ms
    cue_on = np.floor(trials.start_ms + _CUE_SHARE * length)
    cue = np.stack([cue_on, np.floor(cue_on + _CUE_LENGTH_SHARE * length)], axis=1)
    series: dict[str, list[tuple[float, int]]] = {
        name: [] for name in ("leftLicks", "rightLicks", "leftReward", "rightReward")
    }
    for position, (number, kind) in enumerate(zip(trials.numbers, trials.types, strict=True)):
        if kind in ("", "NoLickL", "NoLickR"):
            continue
        correct_left = kind.endswith("L")
        hit = kind.startswith("Hit")
        side = "left" if correct_left == hit else "right"
        licks = _licks(trials.start_ms[position], length[position], rng)
        series[f"{side}Licks"] += [(time, number) for time in licks]
        valve_s = (trials.left_valve_s if side == "left" else trials.right_valve_s)[position]
        if hit and np.isfinite(valve_s):
            opened = round(licks[0] + _REWARD_DELAY_MS, 1)
            series[f"{side}Reward"] += [(opened, number), (round(opened + 1000.0 * valve_s, 1), number)]
    return {
        "poleInReach": _pairs(trials.pole_ms, trials.numbers),
        **{name: _series(entries) for name, entries in series.items()},
        "rewardCue": _pairs(cue, trials.numbers),
    }


def _licks(start_ms: float, length_ms: float, rng: np.random.Generator) -> list[float]:
    """Times of a bout of licks, to 0.1 ms, within the trial's answer period."""
    first = start_ms + length_ms * (_LICK_SHARES[0] + rng.uniform(0, 0.03))
    last = start_ms + length_ms * _LICK_SHARES[1]
    interval = max(_LICK_INTERVAL_MS, length_ms / 35.0)
    count = int(rng.integers(2, 6))
    times = first + np.concatenate([[0.0], np.cumsum(interval * rng.uniform(0.7, 1.2, count - 1))])
    return [round(float(time), 1) for time in times[times < last]]


def _pairs(on_off: np.ndarray, numbers: np.ndarray) -> EventTruth:
    return EventTruth(times_ms=on_off.reshape(-1), trials=np.repeat(numbers, 2))


def _series(entries: list[tuple[float, int]]) -> EventTruth:
    return EventTruth(
        times_ms=np.array([time for time, _ in entries], dtype=np.float64),
        trials=np.array([number for _, number in entries], dtype=np.int64),
    )


def _cut_down(events: dict[str, EventTruth], spec: SessionSpec) -> None:
    for name, whole in events.items():
        kept = 0 if name in spec.empty_event_series else len(whole.times_ms)
        if name in spec.one_event_series:
            kept = min(kept, 1 if name.endswith("Licks") else 2)
        events[name] = EventTruth(times_ms=whole.times_ms[:kept], trials=whole.trials[:kept])
