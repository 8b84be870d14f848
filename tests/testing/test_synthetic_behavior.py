"""Trials and events: consistent with one another, and each switch does what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

Make = Callable[..., Any]
MANY: dict[str, Any] = {"n_trials": 36, "subvolumes": (), "arrays": (), "seed": 5}
EVENT_KEYS = ["poleInReach", "touches", "leftLicks", "rightLicks", "leftReward", "rightReward", "rewardCue"]


def property_of(made: Any, key: str) -> np.ndarray:
    hash_ = made.s["trialPropertiesHash"]
    return hash_["value"][hash_["keyNames"].index(key)].ravel()


def types_of(made: Any) -> list[str]:
    matrix = made.s["trialTypeMat"]
    names = made.s["trialTypeStr"]
    return ["".join(np.array(names)[column == 1]) for column in matrix.T]


def bounds(made: Any) -> dict[int, tuple[float, float]]:
    """First and last time of each trial, the last from the truth: the file does not say."""
    starts = made.s["trialStartTimes"].ravel().astype(float)
    return dict(
        zip(made.s["trialIds"].ravel().tolist(), zip(starts, made.truth.trials.stop_ms, strict=True), strict=True)
    )


def times_and_trials(made: Any, key: str) -> tuple[np.ndarray, np.ndarray]:
    series = made.events(key)
    if key == "touches":
        return np.hstack(series["eventTimes"]).ravel(), np.hstack(series["eventTrials"]).ravel()
    return series["eventTimes"].ravel().astype(float), series["eventTrials"].ravel()


def test_trial_numbers_start_late_and_have_gaps(make: Make) -> None:
    made = make(first_trial_number=5, trial_number_gap_after=(0, 3))
    assert made.s["trialIds"].tolist() == [[5, 7, 8, 9, 11, 12]]


def test_one_type_per_trial(make: Make) -> None:
    made = make(**MANY)
    assert made.s["trialTypeMat"].sum(axis=0).tolist() == [1] * 36
    assert made.s["trialTypeMat"].sum(axis=1).tolist() == [6] * 6
    assert types_of(made) == list(made.truth.trials.types)


def test_order_of_type_names_changes_rows_not_types(make: Make) -> None:
    order = ("NoLickR", "ErrL", "HitR", "HitL", "NoLickL", "ErrR")
    made, usual = make(trial_type_order=order), make()
    assert made.s["trialTypeStr"] == list(order)
    assert types_of(made) == types_of(usual)


def test_a_trial_without_type(make: Make) -> None:
    made = make(trials_without_type=(1, 4))
    assert np.flatnonzero(made.s["trialTypeMat"].sum(axis=0) == 0).tolist() == [1, 4]


def test_further_trial_properties(make: Make) -> None:
    made = make(further_trial_properties=("laserPower", "motorSpeed"))
    hash_ = made.s["trialPropertiesHash"]
    assert hash_["keyNames"] == ["LWaterValveTime", "RWaterValveTime", "StimulusPosition", "laserPower", "motorSpeed"]
    assert hash_["descr"][-1] == ""
    assert hash_["descr"][-2] != ""
    assert property_of(made, "laserPower").shape == (6,)


def test_nan_valve_times(make: Make) -> None:
    made = make(trials_with_nan_valve_time=(0, 2))
    assert np.flatnonzero(np.isnan(property_of(made, "LWaterValveTime"))).tolist() == [0, 2]
    assert np.flatnonzero(np.isnan(property_of(made, "RWaterValveTime"))).tolist() == [0, 2]
    assert np.isfinite(property_of(make(), "LWaterValveTime")).all()


def test_correct_side_follows_the_pole_position(make: Make) -> None:
    made = make(**MANY)
    left = np.array([kind.endswith("L") for kind in types_of(made)])
    position = property_of(made, "StimulusPosition")
    assert position[left].max() < position[~left].min()


def test_series_are_those_of_the_data_set(make: Make) -> None:
    made = make()
    assert made.s["eventSeriesArrayHash"]["keyNames"] == EVENT_KEYS
    types = [made.events(key)["type"].item() for key in EVENT_KEYS]
    assert types == [2, 2, 1, 1, 2, 2, 2]


@pytest.mark.parametrize("key", EVENT_KEYS)
def test_events_lie_in_their_trial_and_are_sorted(make: Make, key: str) -> None:
    made = make(**MANY)
    times, trials = times_and_trials(made, key)
    assert len(times) > 4
    limits = bounds(made)
    for time, trial in zip(times, trials, strict=True):
        first, last = limits[int(trial)]
        assert first <= time <= last
    if key != "touches":
        assert (np.diff(times) > 0).all()


def test_licks_and_rewards_follow_the_type(make: Make) -> None:
    made = make(**MANY)
    seen = {key: set(times_and_trials(made, key)[1].tolist()) for key in EVENT_KEYS}
    expected = {
        "HitL": {"leftLicks", "leftReward"},
        "HitR": {"rightLicks", "rightReward"},
        "ErrL": {"rightLicks"},
        "ErrR": {"leftLicks"},
        "NoLickL": set(),
        "NoLickR": set(),
    }
    side_series = {"leftLicks", "rightLicks", "leftReward", "rightReward"}
    for number, kind in zip(made.s["trialIds"].ravel().tolist(), types_of(made), strict=True):
        assert {key for key in side_series if number in seen[key]} == expected[kind]
        assert number in seen["poleInReach"]
        assert number in seen["rewardCue"]


@pytest.mark.parametrize(("side", "key"), [("left", "LWaterValveTime"), ("right", "RWaterValveTime")])
def test_a_reward_lasts_the_valve_time_and_follows_the_first_lick(make: Make, side: str, key: str) -> None:
    made = make(**MANY)
    times, trials = times_and_trials(made, f"{side}Reward")
    licks, lick_trials = times_and_trials(made, f"{side}Licks")
    valve = dict(zip(made.s["trialIds"].ravel().tolist(), property_of(made, key), strict=True))
    for opened, closed, trial in zip(times[::2], times[1::2], trials[::2], strict=True):
        assert closed - opened == pytest.approx(1000 * valve[int(trial)])
        assert opened > licks[lick_trials == trial][0]


def test_the_pole_comes_before_the_cue_before_the_licks(make: Make) -> None:
    made = make(**MANY)
    pole, _ = times_and_trials(made, "poleInReach")
    cue, cue_trials = times_and_trials(made, "rewardCue")
    assert (pole[1::2] < cue[::2]).all()
    assert (cue[1::2] > cue[::2]).all()
    for key in ("leftLicks", "rightLicks"):
        for time, trial in zip(*times_and_trials(made, key), strict=True):
            assert time > cue[cue_trials == trial][1]


def test_empty_series(make: Make) -> None:
    made = make(empty_event_series=("leftLicks", "rightReward", "touches"))
    assert made.events("leftLicks")["eventTimes"].shape == (0, 0)
    assert made.events("rightReward")["eventTrials"].size == 0
    assert [times.size for times in made.events("touches")["eventTimes"]] == [0, 0]
    assert made.events("touches")["eventPropertiesHash"][0]["value"][1].size == 0
    assert made.events("rightLicks")["eventTimes"].size > 0


def test_one_event_series(make: Make) -> None:
    made = make(one_event_series=("rightLicks", "poleInReach", "touches"))
    assert made.events("rightLicks")["eventTimes"].shape == (1, 1)
    assert made.events("poleInReach")["eventTimes"].shape == (1, 2)
    assert [times.shape for times in made.events("touches")["eventTimes"]] == [(1, 2), (1, 2)]


def test_plural_event_fields(make: Make) -> None:
    usual, made = make().events("leftLicks"), make(plural_event_fields=True).events("leftLicks")
    assert list(usual)[:3] == ["id", "idStr", "idStrDetailed"]
    assert list(made)[:3] == ["ids", "idStrs", "idStrDetailed"]
    assert made["idStrs"] == ["Beam Breaks Left"]
