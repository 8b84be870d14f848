"""Every awkward session the layout allows is converted, and agrees with its source to the last field."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

import numpy as np
import pytest
from levels import mostly_long
from made_sessions import Converted, Struct, array, entry, events, records, row, set_entry
from session_variants import ONE_PLANE, VARIANTS
from source_values import differing_values

from ssc_to_nwb.testing.matlab import EMPTY, Cell, StructArray, hash_struct
from ssc_to_nwb.testing.spec import SubvolumeSpec

QUICK_VARIANTS = ("ssc-2", "format 7.3", "no whisker data", "no imaging")


def check(converted: Converted, *, offset_s: float = 0.0) -> None:
    """The product's own proof has found nothing, and neither does a comparison that shares no code with it."""
    assert converted.outcome.status == "converted", converted.outcome.error
    assert converted.outcome.verified == "full"
    assert differing_values(converted.made, converted.path, offset_s=offset_s) == []


@pytest.mark.parametrize("name", mostly_long(VARIANTS, quick=QUICK_VARIANTS.__contains__))
def test_variant_agrees_with_its_source(convert_once: Callable[..., Converted], name: str):
    converted = convert_once(**VARIANTS[name])
    check(converted)


def test_awkward_session_agrees_with_its_source(converted_awkward: Converted):
    check(converted_awkward)


def unsorted_valid_trials(s: Struct) -> None:
    """A list out of order, with a number twice, and one that is no trial."""
    hash_ = s["timeSeriesArrayHash"]["descrHash"][0]
    numbers = hash_["value"][0].reshape(-1)
    hash_["value"][0] = row(*numbers[::-1], numbers[0], 9999)


def records_in_another_order(s: Struct) -> None:
    """roiIds and rois not in the order of imagingPlane.ids."""
    for key in s["timeSeriesArrayHash"]["keyNames"]:
        if key != "whiskerVars":
            for plane in records(s, key):
                plane["roiIds"] = plane["roiIds"][:, ::-1].copy()
                plane["rois"] = StructArray(plane["rois"][::-1])


def trial_labels_of_nan_and_below_zero(s: Struct) -> None:
    """NaN beside -1, which is a number like any other."""
    trial = array(s, "whiskerVars")["trial"]
    trial[0, :3] = np.nan
    trial[0, 5:7] = -1


def unlabelled_events(s: Struct) -> None:
    """Events of no trial."""
    events(s, "leftLicks")["eventTrials"][0, 0] = np.nan


def properties_differ_between_trains(s: Struct) -> None:
    """A property that only retractions have, and another description of one that both have."""
    for place, hash_ in enumerate(events(s, "touches")["eventPropertiesHash"]):
        hash_["descr"] = Cell(f"text of train {place}" for _ in hash_["keyNames"])
    last = events(s, "touches")["eventPropertiesHash"][1]
    count = events(s, "touches")["eventTimes"][1].size
    last["keyNames"] = Cell([*last["keyNames"], "onlyHere"])
    last["descr"] = Cell([*last["descr"], ""])
    last["value"] = Cell([*last["value"], row(*np.arange(float(count)))])


def unknown_event_series(s: Struct) -> None:
    """A series of two trains with one label, and points with a property."""
    hash_ = s["eventSeriesArrayHash"]
    pulses = {
        "ids": row(1, 2), "idStrs": Cell(["laser", "laser"]), "idStrDetailed": Cell(), "type": row(2),
        "timeUnit": row(1),
        "eventTimes": Cell([row(500, 510), row(900, 905, 1200, 1201)]),
        "eventTrials": Cell([row(2, 2), row(2, 2, 2, 2)]),
        "eventPropertiesHash": Cell([EMPTY, hash_struct([("power", "in mW", row(3, 3, 4, 5))])]),
    }  # fmt: skip
    sounds = {
        "id": row(9), "idStr": "", "idStrDetailed": "", "type": row(1), "timeUnit": row(2), "eventTimes": row(0.25),
        "eventTrials": row(2), "eventPropertiesHash": hash_struct([("startTime", "", row(7))]),
    }  # fmt: skip
    hash_["keyNames"] = Cell([*hash_["keyNames"], "laserPulses", "clickSounds"])
    hash_["descr"] = Cell([*hash_["descr"], "laser on", ""])
    hash_["value"] = Cell([*hash_["value"], pulses, sounds])


def counters_not_whole(s: Struct) -> None:
    """Numbers of touches within their trial that are none."""
    for hash_, value in zip(events(s, "touches")["eventPropertiesHash"], (1.5, np.nan), strict=True):
        numbers = entry(hash_, "touchNumberWithinTrial").astype(np.float64)
        numbers[0, :2] = value
        set_entry(hash_, "touchNumberWithinTrial", numbers)


def array_without_rows(s: Struct) -> None:
    """A subvolume's events have no ROI, though its dF/F has."""
    events_array = array(s, "eventTSA_subvolume_01")
    length = events_array["time"].size
    events_array.update(ids=EMPTY, idStrs=Cell(), valueMatrix=np.zeros((0, length)))


def subvolume_without_rows(s: Struct) -> None:
    """No array of the subvolume has a ROI; its times and trial numbers are there all the same."""
    for key in s["timeSeriesArrayHash"]["keyNames"]:
        if key.endswith("_subvolume_01"):
            length = array(s, key)["time"].size
            array(s, key).update(ids=EMPTY, idStrs=Cell(), valueMatrix=np.zeros((0, length)))


def whisker_without_rows(s: Struct) -> None:
    """No whisker was tracked; times and trial numbers are there all the same."""
    whisker = array(s, "whiskerVars")
    whisker.update(ids=EMPTY, idStrs=Cell(), valueMatrix=np.zeros((0, whisker["time"].size)))


def whisker_without_samples(s: Struct) -> None:
    """Nothing but empty arrays in the place of whisker data."""
    array(s, "whiskerVars").update(ids=EMPTY, idStrs=Cell(), valueMatrix=EMPTY, time=EMPTY, trial=EMPTY)


def trial_numbers_beyond_32_bits(s: Struct) -> None:
    """One label too large for 32 bits."""
    array(s, "whiskerVars")["trial"][0, 7] = 2.0**40


def every_frame_missing(s: Struct) -> None:
    """A subvolume with arrays, none of whose time stamps has a frame."""
    for key in s["timeSeriesArrayHash"]["keyNames"]:
        if key != "whiskerVars":
            for plane in array(s, key)["imagingPlane"]:
                plane["sourceFileFrameIdx"] = np.full_like(plane["sourceFileFrameIdx"], np.nan, dtype=float)


def odd_metadata(s: Struct) -> None:
    """Keys of all kinds that nobody knows."""
    hash_ = s["metaDataHash"]
    values = {
        "weights": row(20.5, np.nan, np.inf, -np.inf, -0.0),
        "flags": np.array([[True, False]]),
        "counts": np.array([[2**53 + 1, -(2**62)]], dtype=np.int64),
        "rig": {"name": "2W", "ports": Cell(["left", "right"]), "empty": EMPTY, "nothing": Cell()},
        "big": np.arange(12_000, dtype=np.float64).reshape(100, 120) + 0.1,
        "umlaut": "Mäuse → \U0001f42d",
        "single": np.array([[0.1, np.nan]], dtype=np.float32),
    }
    hash_["keyNames"] = Cell([*hash_["keyNames"], *values])
    hash_["value"] = Cell([*hash_["value"], *values.values()])


def descriptions_bare(s: Struct) -> None:
    """descrHash entries that are the list of trials themselves, without a Hash around it."""
    hash_ = s["timeSeriesArrayHash"]
    hash_["descrHash"][0] = entry(hash_["descrHash"][0], "validTrialIds")


def empty_cells_for_events(s: Struct) -> None:
    """Series without an event whose lists are empty cells, touches without any name among them."""
    nothing = {"eventTimes": Cell(), "eventTrials": Cell(), "eventPropertiesHash": Cell()}
    for key in ("touches", "leftLicks", "rewardCue"):
        events(s, key).update(nothing)
    events(s, "touches")["idStrs"] = Cell()


# Edits that can be in one session; the long tests make each alone.
TOGETHER = {
    "of values": (
        unsorted_valid_trials,
        records_in_another_order,
        trial_labels_of_nan_and_below_zero,
        unlabelled_events,
        counters_not_whole,
        properties_differ_between_trains,
        unknown_event_series,
        array_without_rows,
        trial_numbers_beyond_32_bits,
        odd_metadata,
    ),
    "of empty whisker data": (whisker_without_rows, subvolume_without_rows, descriptions_bare),
    "of lists": (whisker_without_samples, every_frame_missing, empty_cells_for_events),
}


@pytest.mark.parametrize("edits", TOGETHER.values(), ids=TOGETHER)
def test_edited_session_agrees_with_its_source(
    convert_edited: Callable[..., Converted], edits: tuple[Callable[[Struct], None], ...]
):
    def edit(s: Struct) -> None:
        for one in edits:
            one(s)

    check(convert_edited(edit, subvolumes=(SubvolumeSpec(number=1, planes=(2, 3), rois_per_plane=3),)))


@pytest.mark.long
@pytest.mark.parametrize("edit", chain(*TOGETHER.values()), ids=lambda edit: edit.__name__)
def test_each_edit_alone_agrees_with_its_source(
    convert_edited: Callable[..., Converted], edit: Callable[[Struct], None]
):
    check(convert_edited(edit, subvolumes=(SubvolumeSpec(number=1, planes=(2, 3), rois_per_plane=3),)))


def test_clock_that_starts_later_is_taken_off_again(tmp_path, convert_edited: Callable[..., Converted]):
    metadata = tmp_path / "clock.yaml"
    metadata.write_text("assumptions: {clock_zero_offset_s: 1234.567}\n", encoding="utf-8")
    converted = convert_edited(lambda _: None, options={"metadata_files": [metadata]}, subvolumes=ONE_PLANE)
    check(converted, offset_s=1234.567)
