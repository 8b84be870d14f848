"""Tables of events: intervals where the source has on and off, points for licks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_sessions import Assembled, Converted, Struct, array, entry, events, opened, set_entry

from ssc_to_nwb.testing.matlab import Cell, hash_struct, row

EVERY_SERIES = ("poleInReach", "touches", "leftLicks", "rightLicks", "leftReward", "rightReward", "rewardCue")


def pairs_of(session: Converted | Assembled, *keys: str) -> np.ndarray:
    """(n, 3): start, stop in s and trial number, in the order of the starts."""
    rows = []
    for key in keys:
        truth = session.made.trials.events[key]
        rows += list(zip(truth.times_ms[0::2] / 1000, truth.times_ms[1::2] / 1000, truth.trials[0::2], strict=True))
    return np.array(sorted(rows)).reshape(-1, 3)


@pytest.fixture(params=["default", "awkward"])
def case(request: pytest.FixtureRequest) -> tuple[Converted, Any]:
    """A converted session and its NWBFile; the awkward one keeps its times in seconds."""
    return request.getfixturevalue(f"converted_{request.param}"), request.getfixturevalue(f"nwb_{request.param}")


@pytest.mark.parametrize(
    ("table", "keys"),
    [
        ("pole_in_reach", ("poleInReach",)),
        ("reward_cue", ("rewardCue",)),
        ("rewards", ("leftReward", "rightReward")),
    ],
)
def test_intervals_are_the_sources_pairs(case: tuple[Converted, Any], table: str, keys: tuple[str, ...]) -> None:
    converted, nwbfile = case
    frame = nwbfile.intervals[table].to_dataframe()
    expected = pairs_of(converted, *keys)
    assert len(frame) == len(expected)
    np.testing.assert_allclose(frame["start_time"], expected[:, 0], rtol=0, atol=1e-9)
    np.testing.assert_allclose(frame["stop_time"], expected[:, 1], rtol=0, atol=1e-9)
    np.testing.assert_array_equal(frame["trial_number"], expected[:, 2])


def test_rewards_have_their_side(case: tuple[Converted, Any]) -> None:
    converted, nwbfile = case
    frame = nwbfile.intervals["rewards"].to_dataframe()
    for side in ("left", "right"):
        own = frame[frame["side"] == side]
        np.testing.assert_allclose(own["start_time"], pairs_of(converted, f"{side}Reward")[:, 0], atol=1e-9)
    assert set(frame["side"]) <= {"left", "right"}


def test_licks_are_points_with_a_side(case: tuple[Converted, Any]) -> None:
    converted, nwbfile = case
    frame = nwbfile.events["licks"].to_dataframe()
    truth = converted.made.trials.events
    assert len(frame) == truth["leftLicks"].times_ms.size + truth["rightLicks"].times_ms.size
    assert (np.diff(frame["timestamp"]) >= 0).all()
    for side in ("left", "right"):
        own = frame[frame["side"] == side]
        np.testing.assert_allclose(own["timestamp"], truth[f"{side}Licks"].times_ms / 1000, rtol=0, atol=1e-9)
        np.testing.assert_array_equal(own["trial_number"], truth[f"{side}Licks"].trials)


def test_touches_by_direction_and_whisker_with_every_property(case: tuple[Converted, Any]) -> None:
    converted, nwbfile = case
    frame = nwbfile.intervals["touches"].to_dataframe()
    made = converted.made.whisker
    assert made is not None
    assert len(frame) == sum(touch.onset_ms.size for touch in made.touches)
    for touch in made.touches:
        own = frame[(frame["direction"] == touch.direction.lower()) & (frame["whisker"] == touch.whisker)]
        np.testing.assert_allclose(own["start_time"], touch.onset_ms / 1000, rtol=0, atol=1e-9)
        np.testing.assert_allclose(own["stop_time"], (touch.offset_ms + 2) / 1000, rtol=0, atol=1e-9)
        np.testing.assert_array_equal(own["trial_number"], touch.trials)
        np.testing.assert_array_equal(own["touch_number_within_trial"], touch.number_within_trial)
        np.testing.assert_array_equal(own["kappa_max_abs_over_touch"], touch.kappa_extreme)


def test_a_touch_of_one_frame_lasts_one_sample(nwb_default: Any) -> None:
    frame = nwb_default.intervals["touches"].to_dataframe()
    lengths = np.round(frame["stop_time"] - frame["start_time"], 6)
    assert lengths.min() == 0.002
    assert (lengths == 0.002).sum() >= 2
    assert "one sample (2 ms) after the offset" in nwb_default.intervals["touches"]["stop_time"].description
    assert "Touches stop one sample, 2 ms, after the offset of the source" in nwb_default.notes


def test_the_sample_of_touches_is_that_of_the_whisker_clock(assemble_edited: Callable[..., Assembled]) -> None:
    def edit(s: Struct) -> None:
        array(s, "whiskerVars")["time"] = array(s, "whiskerVars")["time"].astype(np.float64) * 2

    nwbfile = assemble_edited(edit, empty_event_series=("poleInReach",), subvolumes=()).nwbfile
    assert round(shortest_touch(nwbfile), 6) == 0.004
    assert items_of(nwbfile)["touch_sample_ms"] == "4"


def shortest_touch(nwbfile: Any) -> float:
    touches = nwbfile.intervals["touches"]
    return float((np.asarray(touches["stop_time"][:]) - touches["start_time"][:]).min())


def without_whisker_array(s: Struct) -> None:
    hash_ = s["timeSeriesArrayHash"]
    place = list(hash_["keyNames"]).index("whiskerVars")
    for name in ("keyNames", "descr", "value", "descrHash"):
        hash_[name] = Cell([*hash_[name][:place], *hash_[name][place + 1 :]])


@pytest.mark.parametrize(
    ("lines", "sample_ms"),
    [pytest.param("{}", 2.0, marks=pytest.mark.long), ("assumptions: {touch_sample_ms: 2.5}", 2.5)],
)
def test_without_whisker_samples_the_sample_is_assumed(
    assemble_edited: Callable[..., Assembled], lines: str, sample_ms: float
) -> None:
    nwbfile = assemble_edited(without_whisker_array, subvolumes=(), metadata=lines).nwbfile
    assert round(shortest_touch(nwbfile), 6) == sample_ms / 1000
    assert f"{sample_ms:g} ms, after the offset" in nwbfile.notes
    assert "(assumed, because the session has no whisker samples" in nwbfile.notes


def items_of(nwbfile: Any) -> dict[str, str]:
    """The provenance of a file."""
    table = nwbfile.processing["source"]["provenance"]
    return dict(zip(table["item"][:], table["value"][:], strict=True))


def test_touch_columns_have_units_and_counters_are_whole(nwb_awkward: Any) -> None:
    touches = nwb_awkward.intervals["touches"]
    assert "1/mm" in touches["kappa_max_abs_over_touch"].description
    for name in ("theta_at_touch_onset", "theta_mean_over_touch"):
        assert "in degrees" in touches[name].description
        assert touches[name].data.dtype == np.float64
    for name in ("touch_number_within_trial", "touch_bout_number", "touch_number_within_bout"):
        assert "per direction" in touches[name].description
        assert touches[name].data.dtype == np.int32
    for name in ("wh_tsa_corresponding_index", "wh_tsa_corresponding_index_at_offset"):
        assert touches[name].data.dtype == np.int32
    # Of a trial that was not imaged there is no time stamp.
    assert np.isnan(touches["ca_tsa_corresponding_index"][:]).any()
    assert touches["wobble"].data.dtype == np.float64


@pytest.mark.parametrize("value", [pytest.param(np.nan, marks=pytest.mark.long), 1.5])
def test_a_counter_that_is_not_whole_stays_as_it_is(assemble_edited: Callable[..., Assembled], value: float) -> None:
    def edit(s: Struct) -> None:
        for hash_ in events(s, "touches")["eventPropertiesHash"]:
            numbers = entry(hash_, "touchNumberWithinTrial").astype(np.float64)
            numbers[0, :2] = value
            set_entry(hash_, "touchNumberWithinTrial", numbers)

    numbers = assemble_edited(edit, subvolumes=()).nwbfile.intervals["touches"]["touch_number_within_trial"].data
    assert numbers.dtype == np.float64
    assert numbers[0] == value or np.isnan(numbers[0]) == np.isnan(value)


def test_events_out_of_order_are_sorted_and_their_places_kept(
    convert_edited: Callable[..., Converted], assemble_edited: Callable[..., Assembled]
) -> None:
    def edit(s: Struct) -> None:
        licks, touches = events(s, "leftLicks"), events(s, "touches")
        for name in ("eventTimes", "eventTrials"):
            licks[name] = licks[name][:, ::-1].copy()
            touches[name][0] = touches[name][0].reshape(-1, 2)[::-1].reshape(1, -1)
        for place, values in enumerate(touches["eventPropertiesHash"][0]["value"]):
            touches["eventPropertiesHash"][0]["value"][place] = values.reshape(-1, 2)[::-1].reshape(1, -1)

    plain = assemble_edited(subvolumes=()).nwbfile
    expected, licks = plain.intervals["touches"].to_dataframe(), plain.events["licks"].to_dataframe()
    assert "source_position" not in expected
    converted = convert_edited(edit, subvolumes=())
    assert converted.outcome.verified == "full", converted.outcome.error
    assert len(converted.warned("events-not-in-order")) == 2
    with opened(converted.path) as nwbfile:
        touches = nwbfile.intervals["touches"].to_dataframe()
        positions = touches.pop("source_position")
        pd.testing.assert_frame_equal(touches, expected)
        first = touches["direction"] == "protraction"
        assert positions[first].tolist() == list(range(int(first.sum()), 0, -1))
        assert positions[~first].tolist() == list(range(1, int((~first).sum()) + 1))
        found = nwbfile.events["licks"].to_dataframe()
        pd.testing.assert_frame_equal(found.drop(columns="source_position"), licks)


def test_properties_that_differ_at_on_and_off_have_two_columns(nwb_awkward: Any, converted_awkward: Converted) -> None:
    frame = nwb_awkward.intervals["touches"].to_dataframe()
    assert "touch_bout_number_at_offset" not in frame
    made = converted_awkward.made.whisker
    assert made is not None
    for touch in made.touches:
        own = frame[(frame["direction"] == touch.direction.lower()) & (frame["whisker"] == touch.whisker)]
        np.testing.assert_array_equal(own["wh_tsa_corresponding_index"], touch.onset_sample + 1)
        np.testing.assert_array_equal(own["wh_tsa_corresponding_index_at_offset"], touch.offset_sample + 1)
        np.testing.assert_array_equal(own["theta_at_touch_onset"], touch.theta_at_onset)
    assert {"wobble", "ca_tsa_corresponding_index", "theta_mean_over_touch"} <= set(frame)


def test_nan_in_a_touch_property_is_kept(nwb_awkward: Any) -> None:
    frame = nwb_awkward.intervals["touches"].to_dataframe()
    assert frame["kappa_max_abs_over_touch"].isna().sum() == 1


def test_a_series_without_events_leaves_its_table(assemble_edited: Callable[..., Assembled]) -> None:
    nwbfile = assemble_edited(empty_event_series=EVERY_SERIES, subvolumes=()).nwbfile
    for name in ("pole_in_reach", "touches", "rewards", "reward_cue"):
        assert len(nwbfile.intervals[name]) == 0
    assert len(nwbfile.events["licks"]) == 0
    columns = {"start_time", "stop_time", "direction", "whisker", "trial_number", "kappa_max_abs_over_touch"}
    assert columns <= set(nwbfile.intervals["touches"].colnames)


def test_series_of_one_event(assemble_edited: Callable[..., Assembled]) -> None:
    nwbfile = assemble_edited(one_event_series=EVERY_SERIES, subvolumes=()).nwbfile
    assert {name: len(nwbfile.intervals[name]) for name in ("pole_in_reach", "rewards", "reward_cue")} == {
        "pole_in_reach": 1, "rewards": 2, "reward_cue": 1,
    }  # fmt: skip
    assert len(nwbfile.events["licks"]) == 2
    assert len(nwbfile.intervals["touches"]) == 2


def test_series_nobody_knows_have_tables_of_their_own(assemble_edited: Callable[..., Assembled]) -> None:
    def edit(s: Struct) -> None:
        hash_ = s["eventSeriesArrayHash"]
        puff = dict(
            events(s, "leftLicks"), eventPropertiesHash=hash_struct([("strength", "in bar", row([1, 2, 3, 4, 5, 6]))])
        )
        for key, value in (("airPuff", puff), ("lightOn", events(s, "rewardCue"))):
            for name, part in (("keyNames", key), ("descr", f"{key} times"), ("value", value)):
                hash_[name] = Cell([*hash_[name], part])

    assembled = assemble_edited(edit, subvolumes=())
    nwbfile, truth = assembled.nwbfile, assembled.made.trials.events
    puffs = nwbfile.events["events_air_puff"].to_dataframe()
    np.testing.assert_allclose(puffs["timestamp"], truth["leftLicks"].times_ms / 1000, atol=1e-9)
    assert puffs["strength"].tolist() == [1, 2, 3, 4, 5, 6]
    lights = nwbfile.intervals["events_light_on"].to_dataframe()
    np.testing.assert_allclose(lights["stop_time"], truth["rewardCue"].times_ms[1::2] / 1000, atol=1e-9)
    assert "lightOn times" in nwbfile.intervals["events_light_on"].description


def test_an_event_of_no_trial_is_nan_and_an_unknown_number_stays(assemble_edited: Callable[..., Assembled]) -> None:
    def edit(s: Struct) -> None:
        events(s, "leftLicks")["eventTrials"][0, :3] = [np.nan, 777, -1]

    nwbfile = assemble_edited(edit, subvolumes=()).nwbfile
    licks = nwbfile.events["licks"].to_dataframe()
    np.testing.assert_array_equal(licks["trial_number"][licks["side"] == "left"][:3], [np.nan, 777, -1])
    assert licks["trial_number"].dtype == np.float64
    assert nwbfile.intervals["touches"]["trial_number"].data.dtype == np.int32


def test_a_shift_of_the_clock_moves_events_too(assemble_edited: Callable[..., Assembled]) -> None:
    assembled = assemble_edited(subvolumes=(), metadata="assumptions: {clock_zero_offset_s: -10.0}")
    starts = assembled.nwbfile.intervals["reward_cue"]["start_time"][:]
    np.testing.assert_allclose(starts, pairs_of(assembled, "rewardCue")[:, 0] - 10.0, atol=1e-9)
    assert "-10 s after" in assembled.nwbfile.notes
