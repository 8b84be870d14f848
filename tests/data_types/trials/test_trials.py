"""The trials table: every column against what is true of the session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import h5py
import numpy as np
import pytest
from made_sessions import Assembled, Converted, Struct, opened

from ssc_to_nwb.testing.dataset import SyntheticSession
from ssc_to_nwb.testing.matlab import Cell, hash_struct, row

OVERWRITE = {"overwrite": True}
RESPONSES = {"Hit": "hit", "Err": "error", "NoLick": "no_lick", "": "none"}
SIDES = {"L": "left", "R": "right", "": "none"}


def labelled(made: SyntheticSession) -> list[tuple[np.ndarray, np.ndarray]]:
    """Everything of the session that has a trial number, with its time in ms."""
    parts = [(volume.trials, volume.time_ms) for volume in made.subvolumes]
    parts += [(series.trials, series.times_ms) for series in made.trials.events.values()]
    if made.whisker is not None:
        parts.append((made.whisker.trials, made.whisker.time_ms))
        parts += [(touch.trials, touch.offset_ms) for touch in made.whisker.touches]
    return parts


def stops(made: SyntheticSession) -> np.ndarray:
    """Last labelled time of every trial, at most the next start; in s."""
    starts = made.trials.start_ms
    found = []
    for place, number in enumerate(made.trials.numbers):
        last = max(times[trials == number].max(initial=-np.inf) for trials, times in labelled(made))
        found.append(min(last, starts[place + 1]) if place + 1 < starts.size else last)
    return np.array(found) / 1000


@pytest.fixture(params=["default", "awkward"])
def case(request: pytest.FixtureRequest) -> tuple[SyntheticSession, Any]:
    made = request.getfixturevalue(f"converted_{request.param}").made
    return made, by_number(request.getfixturevalue(f"nwb_{request.param}").trials)


def by_number(trials: Any) -> Any:
    """The table as a DataFrame, indexed by trial number."""
    return trials.to_dataframe().set_index("trial_number")


def test_numbers_are_a_column_and_ids_count_from_0(case: tuple[SyntheticSession, Any], nwb_awkward: Any) -> None:
    made, frame = case
    assert frame.index.tolist() == made.trials.numbers.tolist()
    trials = nwb_awkward.trials
    assert trials.id[:].tolist() == list(range(len(trials)))
    assert trials["trial_number"].data.dtype == np.int32


def test_starts_and_stops(case: tuple[SyntheticSession, Any]) -> None:
    made, frame = case
    np.testing.assert_allclose(frame["start_time"], made.trials.start_ms / 1000, rtol=0, atol=1e-9)
    np.testing.assert_allclose(frame["stop_time"], stops(made), rtol=0, atol=1e-9)


def test_type_response_and_side(case: tuple[SyntheticSession, Any]) -> None:
    made, frame = case
    assert frame["trial_type"].tolist() == [kind or "none" for kind in made.trials.types]
    assert frame["response"].tolist() == [RESPONSES[kind[:-1]] for kind in made.trials.types]
    assert frame["correct_side"].tolist() == [SIDES[kind[-1:]] for kind in made.trials.types]


def test_pole_position_in_steps_and_mm(case: tuple[SyntheticSession, Any]) -> None:
    made, frame = case
    np.testing.assert_array_equal(frame["pole_position_motor_steps"], made.trials.position_steps)
    np.testing.assert_allclose(frame["pole_position_mm"], made.trials.position_steps / 10_000)


def test_valve_times_are_the_trials_durations(case: tuple[SyntheticSession, Any]) -> None:
    made, frame = case
    np.testing.assert_array_equal(frame["left_water_valve_time"], made.trials.left_valve_s)
    np.testing.assert_array_equal(frame["right_water_valve_time"], made.trials.right_valve_s)


def test_validity_is_looked_up_by_trial_number(case: tuple[SyntheticSession, Any]) -> None:
    made, frame = case
    assert made.whisker is not None
    numbers = made.trials.numbers
    assert frame["whisker_valid"].tolist() == np.isin(numbers, made.whisker.valid_trials).tolist()
    assert not frame["whisker_valid"].all()
    for number, subvolumes in frame["imaging_valid_subvolumes"].items():
        assert list(subvolumes) == [v.number for v in made.subvolumes if number in v.valid_trials]
    assert frame["imaging_valid"].tolist() == [bool(len(one)) for one in frame["imaging_valid_subvolumes"]]


def test_which_subvolume_was_imaged(case: tuple[SyntheticSession, Any]) -> None:
    made, frame = case
    for number, subvolumes in frame["imaged_subvolumes"].items():
        expected = []
        for volume in made.subvolumes:
            frames = ~np.all([np.isnan(plane.frame_index[0]) for plane in volume.planes], axis=0)
            if number in volume.trials[frames]:
                expected.append(volume.number)
        assert list(subvolumes) == expected


def test_licks_by_trial(case: tuple[SyntheticSession, Any]) -> None:
    made, frame = case
    for side in ("left", "right"):
        truth = made.trials.events[f"{side}Licks"]
        for number, times in frame[f"{side}_licks"].items():
            np.testing.assert_allclose(times, truth.times_ms[truth.trials == number] / 1000, rtol=0, atol=1e-9)


def test_an_unimaged_trial_and_one_without_a_type(nwb_awkward: Any, converted_awkward: Converted) -> None:
    frame = by_number(nwb_awkward.trials)
    numbers = converted_awkward.made.trials.numbers
    assert not frame.loc[numbers[6], "imaging_valid"]
    assert list(frame.loc[numbers[6], "imaged_subvolumes"]) == []
    assert frame.loc[numbers[3], "trial_type"] == "none"


def test_properties_nobody_knows_are_columns(nwb_awkward: Any) -> None:
    """One of them has the name of a column of event tables, and gets an ending."""
    frame = nwb_awkward.trials.to_dataframe()
    assert {"luminance", "side_property"} <= set(frame)
    assert frame["luminance"].between(0, 10).all()
    assert "Luminance of the trial (synthetic)" in nwb_awkward.trials["luminance"].description


def test_the_stop_says_where_it_comes_from(nwb_default: Any) -> None:
    assert "no stop of its own" in nwb_default.trials["stop_time"].description


def test_a_trial_that_nothing_is_labelled_with_has_no_stop(assemble_edited: Callable[..., Assembled]) -> None:
    def edit(s: Struct) -> None:
        s["trialIds"][0, -1] = 500

    assembled = assemble_edited(edit, subvolumes=())
    assert assembled.warned("trial-without-data") == ["trial 500"]
    assert assembled.warned("trial-unknown")
    frame = by_number(assembled.nwbfile.trials)
    assert frame["stop_time"].isna().tolist() == [False] * 5 + [True]


def test_texts_as_trial_property(assemble_edited: Callable[..., Assembled]) -> None:
    moods = [f"mood {n}" for n in range(6)]

    def edit(s: Struct) -> None:
        s.update(trialPropertiesHash=hash_struct([("mood", "", Cell(moods))]))

    trials = assemble_edited(edit, subvolumes=()).nwbfile.trials
    assert trials.to_dataframe()["mood"].tolist() == moods
    assert "pole_position_mm" not in trials.colnames


def starts_missing_and_out_of_order(s: Struct) -> None:
    """The third trial has no start, the fourth neither a start nor data; two others have each other's place."""
    s["trialStartTimes"][0, [2, 3]] = 0
    s["trialIds"][0, 3] = 500
    for name in ("trialIds", "trialStartTimes", "trialTypeMat"):
        s[name][:, [0, 4]] = s[name][:, [4, 0]]
    for values in s["trialPropertiesHash"]["value"]:
        values[0, [0, 4]] = values[0, [4, 0]]


def test_rows_are_in_the_order_of_time_and_say_where_the_source_has_them(
    convert_edited: Callable[..., Converted], assemble_edited: Callable[..., Assembled]
) -> None:
    fields: dict[str, Any] = {"further_trial_properties": ("depth",), "arrays": ("dff",)}
    expected = assemble_edited(**fields).nwbfile.trials.to_dataframe()
    assert expected["start_measured"].all()
    assert "source_position" not in expected
    converted = convert_edited(starts_missing_and_out_of_order, **fields)
    assert converted.outcome.verified == "full"
    assert converted.warned("trials-not-in-order")
    number = int(expected["trial_number"][2])
    assert converted.warned("trial-start-missing") == [f"trial {number}", "trial 500"]
    with opened(converted.path) as nwbfile:
        frame = nwbfile.trials.to_dataframe()
    assert frame["source_position"].tolist() == [5, 2, 3, 1, 6, 4]
    assert frame["start_time"].is_monotonic_increasing or np.isnan(frame["start_time"].iloc[-1])
    assert (np.diff(frame["start_time"][:5]) > 0).all()
    assert np.isnan(frame[["start_time", "stop_time"]].iloc[5]).all()
    assert frame["start_measured"].tolist() == [True, True, False, True, True, False]
    # Every column went with its trial.
    by_trial, wanted = frame.set_index("trial_number"), expected.set_index("trial_number")
    same = [one for one in wanted.index if one in by_trial.index and one != number]
    for column in ("start_time", "stop_time", "trial_type", "pole_position_mm", "depth", "whisker_valid"):
        assert by_trial.loc[same, column].tolist() == wanted.loc[same, column].tolist(), column
    for column in ("imaged_subvolumes", "left_licks", "right_licks"):
        for one in same:
            assert list(by_trial.loc[one, column]) == list(wanted.loc[one, column])


def test_a_missing_start_is_the_first_data_of_the_trial(assemble_edited: Callable[..., Assembled]) -> None:
    def edit(s: Struct) -> None:
        s["trialStartTimes"][0, 2] = 0

    assembled = assemble_edited(edit, arrays=("dff",))
    made = assembled.made
    first = min(times[trials == made.trials.numbers[2]].min(initial=np.inf) for trials, times in labelled(made))
    frame = assembled.nwbfile.trials.to_dataframe()
    assert frame["start_time"][2] == first / 1000
    assert frame["start_measured"].tolist() == [True, True, False, True, True, True]
    assert "source_position" not in frame


def test_a_session_without_trials(convert_edited: Callable[..., Converted]) -> None:
    def edit(s: Struct) -> None:
        s.update(trialIds=row([]), trialStartTimes=row([]), trialTypeMat=np.zeros((6, 0)))
        s["trialPropertiesHash"]["value"] = Cell([row([])] * 3)

    converted = convert_edited(edit, subvolumes=())
    with h5py.File(converted.path) as file:
        assert len(file["intervals/trials/id"]) == 0
        assert len(file["processing/behavior/trial_number/data"]) > 0


def test_a_session_with_neither_whisker_nor_imaging_nor_events(convert_edited: Callable[..., Converted]) -> None:
    def edit(s: Struct) -> None:
        s.update(timeSeriesArrayHash=row([]), eventSeriesArrayHash=row([]))

    converted = convert_edited(edit)
    assert converted.path.name == "sub-an900001_ses-20130308_behavior.nwb"
    with h5py.File(converted.path) as file:
        assert len(file["intervals/trials/id"]) == 6


def test_ragged_columns_without_any_item_are_left_out(assemble_edited: Callable[..., Assembled]) -> None:
    columns = assemble_edited(empty_event_series=("leftLicks",), whisker_data=False).nwbfile.trials.colnames
    assert "right_licks" in columns
    assert "left_licks" not in columns
    assert not [name for name in columns if name.endswith("_times")]
