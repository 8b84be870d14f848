"""The session file's layout, and the switches about the file as a whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from scipy.io import loadmat, whosmat

from ssc_to_nwb.testing.dataset import write_session
from ssc_to_nwb.testing.matlab import row
from ssc_to_nwb.testing.spec import SessionSpec, SubvolumeSpec

TOP_FIELDS = [
    "metaDataHash",
    "timeUnitIds",
    "timeUnitNames",
    "trialIds",
    "trialStartTimes",
    "trialTimeUnit",
    "trialTypeStr",
    "trialTypeMat",
    "trialPropertiesHash",
    "timeSeriesArrayHash",
    "eventSeriesArrayHash",
]
METADATA_KEYS = [
    "species",
    "experimentType",
    "animalStrain1",
    "animalSource1",
    "animalGeneModification1",
    "animalStrain2",
    "animalSource2",
    "animalGeneModification2",
    "animalID",
    "sex",
    "dateOfExperiment",
    "timeOfExperiment",
    "experimenters",
]
Make = Callable[..., Any]


def layout(value: Any, path: str = "s") -> list[str]:
    """Every struct field's path, in order; elements of cells and struct arrays look alike."""
    if isinstance(value, np.ndarray) and value.dtype.names:
        found = [f"{path}.{name}" for name in value.dtype.names]
        for element in value.ravel(order="F")[:1]:
            for name in value.dtype.names:
                found += layout(element[name], f"{path}.{name}")
        return found
    if isinstance(value, np.ndarray) and value.dtype == object:
        found = []
        for index, item in enumerate(value.ravel(order="F")[:2]):
            found += layout(item, f"{path}{{{index}}}")
        return found
    return []


def test_field_orders(make: Make) -> None:
    s = make().s
    assert list(s) == TOP_FIELDS
    assert list(s["metaDataHash"]) == ["keyNames", "value"]
    assert s["metaDataHash"]["keyNames"] == METADATA_KEYS
    assert list(s["timeSeriesArrayHash"]) == ["keyNames", "descr", "value", "descrHash"]
    assert list(s["eventSeriesArrayHash"]) == ["keyNames", "descr", "value"]
    whisker, first = s["timeSeriesArrayHash"]["value"][:2]
    shared = ["ids", "idStrs", "idStrDetailed", "valueMatrix", "timeUnit", "time", "trial"]
    assert list(whisker) == [*shared, "sourceFileList", "sourceFileIdx"]
    assert list(first) == [*shared, "imagingPlane"]
    assert list(first["imagingPlane"][0]) == ["ids", "sourceFileList", "sourceFileFrameIdx"]
    planes = s["timeSeriesArrayHash"]["descrHash"][1]["value"][0]
    assert list(planes[0]) == ["masterImage", "roiIds", "rois"]
    assert list(planes[0]["rois"][0]) == ["id", "cornersXY", "indicesWithinImage"]


@pytest.mark.sample
@pytest.mark.parametrize("compared", ["an197522_2013_03_08", "an229719_2013_12_02"])
def test_fields_are_those_of_the_sample(make: Make, sample_root: Path, compared: str) -> None:
    sample = layout(loadmat(sample_root / f"{compared}_session.mat")["s"])
    made = layout(loadmat(make().truth.mat_path)["s"])
    assert made == sample


def test_who_and_when(make: Make) -> None:
    made = make(animal="an900123", date=date(2012, 6, 4), time_of_day="091500")
    hash_ = made.s["metaDataHash"]
    values = dict(zip(hash_["keyNames"], hash_["value"], strict=True))
    assert (values["animalID"], values["dateOfExperiment"], values["timeOfExperiment"]) == (
        "an900123",
        "20120604",
        "091500",
    )
    assert made.truth.mat_path.name == "an900123_2012_06_04_session.mat"


def test_further_and_absent_metadata(make: Make) -> None:
    made = make(further_metadata=(("cageNumber", 12.0), ("virus", "none")), metadata_left_out=("sex",))
    hash_ = made.s["metaDataHash"]
    assert "sex" not in hash_["keyNames"]
    assert hash_["keyNames"][-2:] == ["cageNumber", "virus"]
    assert hash_["value"][-2].tolist() == [[12]]
    assert hash_["value"][-1] == "none"


def test_ssc_2_file(make: Make) -> None:
    made = make(data_set="ssc-2", animal="an171923", date=date(2012, 6, 4), variable_name="dat")
    assert made.truth.mat_path.name == "an171923_2012_06_04_data_struct.mat"
    assert [name for name, _, _ in whosmat(made.truth.mat_path)] == ["dat"]


def test_ssc_2_has_no_raw_files(tmp_path: Path) -> None:
    session = write_session(root=tmp_path, spec=SessionSpec(data_set="ssc-2"))
    assert [path.name for path in tmp_path.iterdir()] == [session.mat_path.name]


def test_format_73_holds_the_same(tmp_path: Path, make: Make) -> None:
    session = write_session(root=tmp_path, spec=SessionSpec(mat_format="7.3"), raw=False, videos=False)
    usual = make().s
    with h5py.File(session.mat_path) as file:
        np.testing.assert_array_equal(file["s/trialIds"][()].T, usual["trialIds"])
        np.testing.assert_array_equal(file["s/trialTypeMat"][()].T, usual["trialTypeMat"])
        second = file[file["s/timeSeriesArrayHash/value"][1, 0]]
        np.testing.assert_array_equal(
            second["valueMatrix"][()].T, usual["timeSeriesArrayHash"]["value"][1]["valueMatrix"]
        )


def test_uncompressed_file_holds_the_same(make: Make) -> None:
    packed, plain = make(), make(compressed=False)
    assert plain.truth.mat_path.stat().st_size > packed.truth.mat_path.stat().st_size
    np.testing.assert_array_equal(plain.array("whiskerVars")["valueMatrix"], packed.array("whiskerVars")["valueMatrix"])


def test_times_in_seconds(make: Make) -> None:
    usual, made = make(), make(time_unit_id=2)
    assert made.s["trialTimeUnit"].tolist() == [[2]]
    np.testing.assert_allclose(made.s["trialStartTimes"] * 1000, usual.s["trialStartTimes"])
    for key in made.s["timeSeriesArrayHash"]["keyNames"]:
        assert made.array(key)["timeUnit"].tolist() == [[2]]
        np.testing.assert_allclose(made.array(key)["time"] * 1000, usual.array(key)["time"])
    for key in made.s["eventSeriesArrayHash"]["keyNames"]:
        assert made.events(key)["timeUnit"].tolist() == [[2]]
        seconds, milliseconds = made.events(key)["eventTimes"], usual.events(key)["eventTimes"]
        np.testing.assert_allclose(np.hstack(seconds) * 1000, np.hstack(milliseconds))


def test_numbers_arrive_as_small_integers(make: Make) -> None:
    s = make().s
    assert s["trialIds"].dtype == np.uint8
    assert s["trialStartTimes"].dtype == np.uint16
    assert make().array("dffTSA_subvolume_01")["ids"].dtype == np.uint16
    assert entry_of(s["trialPropertiesHash"], "StimulusPosition").dtype == np.int32


def entry_of(hash_: dict[str, Any], key: str) -> Any:
    return hash_["value"][hash_["keyNames"].index(key)]


def test_whisker_only(make: Make) -> None:
    made = make(subvolumes=(), arrays=())
    assert made.s["timeSeriesArrayHash"]["keyNames"] == ["whiskerVars"]
    assert made.truth.subvolumes == ()


def test_imaging_only(make: Make) -> None:
    made = make(whisker_data=False)
    assert "whiskerVars" not in made.s["timeSeriesArrayHash"]["keyNames"]
    assert "touches" not in made.s["eventSeriesArrayHash"]["keyNames"]


def test_edit_makes_the_file_wrong(tmp_path: Path) -> None:
    def drop_a_start(tree: dict[str, Any]) -> None:
        tree["trialStartTimes"] = row(tree["trialStartTimes"][0, :-1])
        del tree["trialTimeUnit"]

    session = write_session(root=tmp_path, edit=drop_a_start, raw=False, videos=False)
    read = loadmat(session.mat_path)["s"][0, 0]
    assert read["trialStartTimes"].shape == (1, 5)
    assert "trialTimeUnit" not in read.dtype.names


@pytest.mark.parametrize(
    "fields",
    [
        {"trial_seconds": 0.5},
        {"imaging_rate_hz": 4.0},
        {"n_trials": 1, "trials_without_whisker": (0,)},
    ],
)
def test_sizes_that_cannot_be(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="trial"):
        SessionSpec(**fields)


def test_a_spec_can_be_a_key() -> None:
    assert SessionSpec() == SessionSpec(subvolumes=SessionSpec().subvolumes)
    assert len({SessionSpec(), SessionSpec(), SessionSpec(subvolumes=(SubvolumeSpec(),))}) == 2
