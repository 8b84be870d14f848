"""A whole session file: what it says of itself, what hangs together in it, and what is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from made_sessions import (
    AWKWARD,
    Edit,
    Struct,
    array,
    events,
    found_of,
    problem_of,
    read,
    read_edited,
    set_entry,
    write,
)

from ssc_to_nwb.data_types.whisker.source import whisker_of
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.session.session import read_session
from ssc_to_nwb.testing.dataset import write_session
from ssc_to_nwb.testing.matlab import EMPTY, Cell, row

FURTHER = (("roomName", "2W.335"), ("weight", 21.5), ("ratio", 0.1))


def test_what_a_session_says_of_itself(tmp_path: Path) -> None:
    session, log = read(write(tmp_path, further_metadata=FURTHER))
    assert str(session.key) == "an900001_2013_03_08"
    assert session.variable == "s"
    assert session.metadata_text("species") == "Mus musculus"
    assert session.metadata_text("roomName") == "2W.335"
    assert session.metadata_text("eyeColour") is None
    assert found_of(log.problems, "unknown-key-kept") == [f"metaDataHash key {key}" for key, _ in FURTHER]


def test_metadata_go_by_key_not_by_place(tmp_path: Path) -> None:
    def edit(s: Struct) -> None:
        for name in ("keyNames", "value"):
            s["metaDataHash"][name] = Cell(reversed(list(s["metaDataHash"][name])))

    assert read_edited(tmp_path, edit)[0].metadata_text("sex") == "m"


@pytest.mark.parametrize(
    ("fields", "variable"),
    [
        ({"data_set": "ssc-2", "variable_name": "dat", "animal": "an171923", "date": date(2012, 6, 4)}, "dat"),
        ({"data_set": "ssc-2"}, "s"),
        ({"mat_format": "7.3"}, "s"),
        ({"compressed": False}, "s"),
    ],
)
def test_every_file_format_and_name(tmp_path: Path, fields: dict[str, object], variable: str) -> None:
    made = write(tmp_path, **fields)
    session, _ = read(made)
    assert session.variable == variable
    np.testing.assert_array_equal(session.trials.numbers, made.trials.numbers)
    assert len(session.planes) == len(made.planes)


@pytest.mark.parametrize("mat_format", ["5", pytest.param("7.3", marks=pytest.mark.long)])
def test_everything_awkward_at_once(tmp_path: Path, mat_format: str) -> None:
    made = write_session(root=tmp_path, spec=replace(AWKWARD, mat_format=mat_format), raw=False, videos=False)
    session, _ = read(made)
    assert [plane.name for plane in session.planes] == [plane.name for plane in made.planes]
    np.testing.assert_allclose(session.trials.start_ms, made.trials.start_ms)


@pytest.mark.parametrize(("hash_", "kept"), [("timeSeriesArrayHash", "events"), ("eventSeriesArrayHash", "subvolumes")])
@pytest.mark.parametrize("empty", [EMPTY, Cell()])
def test_a_hash_may_be_empty(tmp_path: Path, hash_: str, kept: str, empty: object) -> None:
    session, _ = read_edited(tmp_path, lambda s: s.update({hash_: empty}))
    assert getattr(session, kept)
    assert not session.events if hash_ == "eventSeriesArrayHash" else whisker_of(session) is None


@pytest.mark.parametrize("absent", [None, EMPTY, Cell()])
def test_without_a_descr_hash_no_trial_is_known_as_valid(tmp_path: Path, absent: object) -> None:
    def edit(s: Struct) -> None:
        s["timeSeriesArrayHash"]["descrHash"] = absent
        if absent is None:
            del s["timeSeriesArrayHash"]["descrHash"]

    whisker = whisker_of(read_edited(tmp_path, edit, subvolumes=())[0])
    assert whisker is not None
    assert whisker.valid_trials is None


def test_one_item_of_the_descr_hash_per_array(tmp_path: Path) -> None:
    problem = problem_of(tmp_path, lambda s: s["timeSeriesArrayHash"]["descrHash"].pop())
    assert (problem.kind.identifier, problem.found) == ("field-length", "6")


def test_an_array_without_planes_is_reported_where_they_should_be(tmp_path: Path) -> None:
    problem = problem_of(
        tmp_path, lambda s: array(s, "eventTSA_subvolume_01").update(imagingPlane=Cell()), arrays=("dff", "event")
    )
    assert problem.field is not None
    assert problem.field.endswith(".imagingPlane")
    assert (problem.kind.identifier, problem.found) == ("field-length", "0")


def test_one_array_alone_may_have_no_cell(tmp_path: Path) -> None:
    def edit(s: Struct) -> None:
        hash_ = s["timeSeriesArrayHash"]
        for name in ("keyNames", "descr", "value", "descrHash"):
            hash_[name] = hash_[name][0]

    session, _ = read_edited(tmp_path, edit)
    assert whisker_of(session) is not None
    assert whisker_of(session).path == "s.timeSeriesArrayHash.value"
    assert whisker_of(session).valid_trials is not None


def test_samples_and_events_of_trials_that_are_not_listed(tmp_path: Path) -> None:
    def edit(s: Struct) -> None:
        events(s, "leftLicks")["eventTrials"][0, 0] = 777

    session, log = read_edited(tmp_path, edit, unknown_trial_frames=True)
    assert found_of(log.problems, "trial-unknown") == [
        "2 labelled [0, 9999]",
        "2 labelled [0, 9999]",
        "1 labelled [777]",
    ]
    assert session.events["leftLicks"].trains[0].trial[0, 0] == 777


@pytest.mark.parametrize("reported", ["an900001", "900001", row([900001]), " an900001 "])
def test_animal_ids_that_mean_the_animal_of_the_file_name(tmp_path: Path, reported: object) -> None:
    session, _ = read_edited(tmp_path, lambda s: set_entry(s["metaDataHash"], "animalID", reported))
    assert session.key.animal == "an900001"


@pytest.mark.parametrize("reported", ["20130308", row([20130308])])
def test_dates_as_text_or_number(tmp_path: Path, reported: object) -> None:
    session, _ = read_edited(tmp_path, lambda s: set_entry(s["metaDataHash"], "dateOfExperiment", reported))
    assert session.metadata_text("dateOfExperiment") == "20130308"


@pytest.mark.parametrize(
    ("key", "value", "place", "found"),
    [
        ("animalID", "an197522", 9, "an197522"),
        ("animalID", "0900001", 9, "0900001"),
        ("dateOfExperiment", "20130309", 11, "20130309"),
        ("dateOfExperiment", row([130308]), 11, "130308"),
    ],
)
def test_a_renamed_file_is_refused(tmp_path: Path, key: str, value: object, place: int, found: str) -> None:
    problem = problem_of(tmp_path, lambda s: set_entry(s["metaDataHash"], key, value))
    assert (problem.kind.identifier, problem.field) == ("file-name-disagrees", f"s.metaDataHash.value{{{place}}}")
    assert problem.found == found


def drop(*names: str) -> Edit:
    def edit(s: Struct) -> None:
        for name in names:
            s.pop(name)

    return edit


def repeat_key(s: Struct) -> None:
    s["metaDataHash"]["keyNames"][1] = "species"


def twin_whisker(s: Struct) -> None:
    hash_ = s["timeSeriesArrayHash"]
    for name, value in (("keyNames", "whiskerVars2"), ("descr", ""), ("value", array(s, "whiskerVars"))):
        hash_[name] = Cell([*hash_[name], value])
    hash_["descrHash"] = Cell([*hash_["descrHash"], EMPTY])


def two_series_of_one_name(s: Struct) -> None:
    hash_ = s["eventSeriesArrayHash"]
    for key in ("airPuff", "air_puff"):
        for name, value in (("keyNames", key), ("descr", ""), ("value", events(s, "leftLicks"))):
            hash_[name] = Cell([*hash_[name], value])


@pytest.mark.parametrize(
    ("edit", "kind", "at"),
    [
        (drop("metaDataHash"), "field-missing", "s"),
        (drop("timeUnitIds"), "field-missing", "s"),
        (drop("timeSeriesArrayHash"), "field-missing", "s"),
        (drop("eventSeriesArrayHash"), "field-missing", "s"),
        (drop("trialPropertiesHash"), "field-missing", "s"),
        (lambda s: s.update(metaDataHash=row([1, 2])), "field-type", "s.metaDataHash"),
        (lambda s: s.update(timeUnitNames=Cell(["second"])), "field-length", "s.timeUnitNames"),
        (lambda s: s.update(timeSeriesArrayHash="x"), "field-type", "s.timeSeriesArrayHash"),
        (lambda s: set_entry(s["metaDataHash"], "animalID", Cell(["a"])), "field-type", "s.metaDataHash.value{9}"),
        (repeat_key, "hash-key-twice", "s.metaDataHash"),
        (twin_whisker, "array-kind-twice", "s.timeSeriesArrayHash.value{8}"),
        (two_series_of_one_name, "name-not-distinct", "s.eventSeriesArrayHash"),
        (
            lambda s: s["timeSeriesArrayHash"].update(descrHash=Cell([EMPTY])),
            "field-length",
            "s.timeSeriesArrayHash.descrHash",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, edit: Edit, kind: str, at: str) -> None:
    problem = problem_of(tmp_path, edit)
    assert (problem.kind.identifier, problem.field) == (kind, at)
    assert problem.expected or problem.found


def test_nothing_is_shared_between_two_sessions(tmp_path: Path) -> None:
    """An older converter kept maps of ROIs and trials in module globals, and they leaked."""
    first = write(tmp_path, animal="an1", seed=1, n_trials=4, trial_number_gap_after=(), further_metadata=(("a", "x"),))
    second = write(tmp_path, animal="an2", seed=2)
    alone, alone_log = read(second)
    read(first)
    after, after_log = read(second)
    assert after_log.problems == alone_log.problems
    assert list(after.metadata) == list(alone.metadata)
    assert [plane.all_roi_numbers.tolist() for plane in after.planes] == [
        plane.all_roi_numbers.tolist() for plane in alone.planes
    ]


@pytest.mark.sample
@pytest.mark.parametrize(
    ("name", "trials", "planes", "rois", "kinds"),
    [
        ("an197522_2013_03_08", 6, 6, 36, ["dff", "raw", "event"]),
        ("an229719_2013_12_02", 6, 2, 10, ["dff"]),
    ],
)
def test_the_sample(sample_root: Path, name: str, trials: int, planes: int, rois: int, kinds: list[str]) -> None:
    session = read_session(sample_root / f"{name}_session.mat", log=ProblemLog())
    assert len(session.trials) == trials
    assert len(session.planes) == planes
    assert sum(plane.all_roi_numbers.size for plane in session.planes) == rois
    assert all(list(volume.arrays) == kinds for volume in session.subvolumes)
    assert {kind.name for kind in session.trials.types} == {
        "HitL", "HitR", "ErrL", "ErrR", "NoLickL", "NoLickR",
    }  # fmt: skip
