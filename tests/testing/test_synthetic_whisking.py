"""Whisker traces and touches: what a touch says of itself can be found in the stored traces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

Make = Callable[..., Any]
SMALL: dict[str, Any] = {"n_trials": 12, "subvolumes": (), "arrays": ()}


def touches_of(made: Any) -> list[dict[str, Any]]:
    """Each series of touches as plain arrays, one entry per touch."""
    series = made.events("touches")
    found = []
    for name, times, trials, hash_ in zip(
        series["idStrs"], series["eventTimes"], series["eventTrials"], series["eventPropertiesHash"], strict=True
    ):
        properties = {
            key: value.ravel().astype(float) for key, value in zip(hash_["keyNames"], hash_["value"], strict=True)
        }
        found.append(
            {
                "name": name,
                "on": times.ravel()[::2].astype(float),
                "off": times.ravel()[1::2].astype(float),
                "trials": trials.ravel(),
                **properties,
            }
        )
    return found


def whisker_row(made: Any, name: str) -> np.ndarray:
    array = made.array("whiskerVars")
    return array["valueMatrix"][array["idStrs"].index(name)]


def column_of(made: Any, times: np.ndarray) -> np.ndarray:
    all_times = made.array("whiskerVars")["time"].ravel().astype(float)
    columns = np.searchsorted(all_times, times)
    np.testing.assert_array_equal(all_times[columns], times)
    return columns


def test_angles_come_first_then_curvatures(make: Make) -> None:
    made = make(whiskers=("c1", "c2", "d1"), **SMALL)
    names = made.array("whiskerVars")["idStrs"]
    assert names == [f"{what} for {w}" for what in ("Angle", "Curvature change") for w in ("c1", "c2", "d1")]
    assert made.array("whiskerVars")["ids"].tolist() == [[1, 2, 3, 4, 5, 6]]
    assert len(made.events("touches")["idStrs"]) == 6
    assert made.events("touches")["idStrs"][:2] == ["Protraction contacts for c1", "Retraction contacts for c1"]


def test_samples_are_evenly_spaced_within_a_trial(make: Make) -> None:
    made = make(whisker_rate_hz=250.0, **SMALL)
    array = made.array("whiskerVars")
    time, trial = array["time"].ravel().astype(float), array["trial"].ravel()
    starts = dict(zip(made.s["trialIds"].ravel(), made.s["trialStartTimes"].ravel(), strict=True))
    for number in np.unique(trial):
        within = time[trial == number]
        assert within[0] == starts[number]
        assert set(np.diff(within)) == {4.0}


def test_trials_without_whisker_data(make: Make) -> None:
    made = make(trials_without_whisker=(0, 3), **SMALL)
    numbers = made.s["trialIds"].ravel()
    absent = set(numbers[[0, 3]].tolist())
    assert absent.isdisjoint(made.array("whiskerVars")["trial"].ravel().tolist())
    valid = made.s["timeSeriesArrayHash"]["descrHash"][0]["value"][0].ravel().tolist()
    assert valid == [number for number in numbers if number not in absent]
    for touch in touches_of(made):
        assert absent.isdisjoint(touch["trials"].tolist())


def test_nan_stretches_hit_all_rows_but_no_touch(make: Make) -> None:
    made = make(**SMALL)
    lost = np.isnan(made.array("whiskerVars")["valueMatrix"])
    assert 0 < lost.mean() < 0.2
    assert (lost.all(axis=0) == lost.any(axis=0)).all()
    assert all(np.isfinite(touch["kappaMaxAbsOverTouch"]).all() for touch in touches_of(made))
    assert not np.isnan(make(nan_stretches=False, **SMALL).array("whiskerVars")["valueMatrix"]).any()


def test_nan_over_a_touch(make: Make) -> None:
    made = make(nan_over_first_touch=True, one_frame_touch=False, **SMALL)
    first, *others = touches_of(made)[0]["kappaMaxAbsOverTouch"][::2]
    assert np.isnan(first)
    assert np.isfinite(others).all()


@pytest.mark.parametrize("whiskers", [("c2",), ("c1", "c2")])
def test_touches_lie_in_pole_in_reach(make: Make, whiskers: tuple[str, ...]) -> None:
    made = make(whiskers=whiskers, **SMALL)
    pole = made.events("poleInReach")
    on, off = pole["eventTimes"].ravel()[::2].astype(float), pole["eventTimes"].ravel()[1::2].astype(float)
    reach = dict(zip(pole["eventTrials"].ravel()[::2].tolist(), zip(on, off, strict=True), strict=True))
    for touch in touches_of(made):
        for begin, end, trial in zip(touch["on"], touch["off"], touch["trials"][::2], strict=True):
            first, last = reach[int(trial)]
            assert first <= begin <= end <= last


def test_touches_of_a_whisker_do_not_overlap(make: Make) -> None:
    protraction, retraction = touches_of(make(**SMALL))
    on = np.concatenate([protraction["on"], retraction["on"]])
    off = np.concatenate([protraction["off"], retraction["off"]])
    order = np.argsort(on)
    assert (on[order][1:] > off[order][:-1]).all()


def test_kappa_is_the_signed_extreme_of_the_stored_curvature(make: Make) -> None:
    made = make(whiskers=("c1", "c2"), **SMALL)
    for touch in touches_of(made):
        curvature = whisker_row(made, f"Curvature change for {touch['name'].split()[-1]}")
        first, last = column_of(made, touch["on"]), column_of(made, touch["off"])
        expected = []
        for begin, end in zip(first, last, strict=True):
            part = curvature[begin : end + 1]
            expected.append(part[np.argmax(np.abs(part))])
        np.testing.assert_array_equal(touch["kappaMaxAbsOverTouch"], np.repeat(expected, 2))
        sign = -1 if touch["name"].startswith("Protraction") else 1
        assert (sign * np.array(expected) > 5e-4).all()


def test_numbers_count_from_one_in_each_trial(make: Make) -> None:
    for touch in touches_of(make(**SMALL)):
        numbers, trials = touch["touchNumberWithinTrial"], touch["trials"]
        np.testing.assert_array_equal(numbers[::2], numbers[1::2])
        for trial in np.unique(trials):
            within = numbers[::2][trials[::2] == trial]
            np.testing.assert_array_equal(within, np.arange(1, len(within) + 1))


def test_one_frame_touches(make: Make) -> None:
    for touch in touches_of(make(**SMALL)):
        assert touch["on"][0] == touch["off"][0]
        assert (touch["on"][1:] < touch["off"][1:]).all()
    for touch in touches_of(make(one_frame_touch=False, **SMALL)):
        assert (touch["on"] < touch["off"]).all()


def test_a_far_pole_is_touched_less(make: Make) -> None:
    made = make(n_trials=60, subvolumes=(), arrays=())
    hash_ = made.s["trialPropertiesHash"]
    position = hash_["value"][hash_["keyNames"].index("StimulusPosition")].ravel()
    touched = np.concatenate([touch["trials"][::2] for touch in touches_of(made)])
    count = np.array([np.sum(touched == number) for number in made.s["trialIds"].ravel()])
    assert count[position < 80_000].mean() > 1.5 * count[position > 120_000].mean()


def test_further_touch_properties(make: Make) -> None:
    names = ("thetaAtTouchOnset", "thetaMeanOverTouch", "whTSACorrespondingIndex", "madeUp")
    made = make(further_touch_properties=names, **SMALL)
    angle = whisker_row(made, "Angle for c2")
    for touch in touches_of(made):
        first, last = column_of(made, touch["on"]), column_of(made, touch["off"])
        np.testing.assert_array_equal(touch["thetaAtTouchOnset"][::2], angle[first])
        means = [angle[a : b + 1].mean() for a, b in zip(first, last, strict=True)]
        np.testing.assert_allclose(touch["thetaMeanOverTouch"][1::2], means)
        np.testing.assert_array_equal(touch["whTSACorrespondingIndex"][::2], first + 1)
        np.testing.assert_array_equal(touch["whTSACorrespondingIndex"][1::2], last + 1)
        assert touch["madeUp"].shape == touch["thetaAtTouchOnset"].shape


def test_bouts(make: Make) -> None:
    made = make(further_touch_properties=("touchBoutNumber", "touchNumberWithinBout"), n_trials=12, trial_seconds=4.0)
    for touch in touches_of(made):
        bout, within = touch["touchBoutNumber"][::2], touch["touchNumberWithinBout"][::2]
        assert (np.diff(bout) >= 0).all()
        assert bout.max() >= len(np.unique(touch["trials"]))
        for number in np.unique(bout):
            members = within[bout == number]
            np.testing.assert_array_equal(members, np.arange(1, len(members) + 1))
            assert len(set(touch["trials"][::2][bout == number].tolist())) == 1
        assert within.max() > 1


def test_imaging_column_of_a_touch(make: Make) -> None:
    made = make(further_touch_properties=("caTSACorrespondingIndex",), trials_not_imaged=(5,))
    subvolume_of = {}
    for key in ("dffTSA_subvolume_01", "dffTSA_subvolume_02"):
        array = made.array(key)
        subvolume_of.update({int(trial): array["time"].ravel() for trial in np.unique(array["trial"])})
    for touch in touches_of(made):
        times = np.stack([touch["on"], touch["off"]], axis=1).ravel()
        for time, trial, column in zip(times, touch["trials"], touch["caTSACorrespondingIndex"], strict=True):
            if int(trial) in subvolume_of:
                frames = subvolume_of[int(trial)]
                assert np.abs(frames[int(column) - 1] - time) == np.abs(frames - time).min()
            else:
                assert np.isnan(column)
