"""Sessions of ssc-2: `<animal>_<date>_data_struct.mat`, variable `dat`, several whiskers, events in the second half."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from converting import convert

from ssc_to_nwb.testing.dataset import SyntheticSession, write_session
from ssc_to_nwb.testing.spec import SessionSpec, SubvolumeSpec

NAME = "an171923_2012_06_04"
CLEAR_KEYS = (("dff", "dffTSA_subvolume_{ordinal:02d}"), ("event", "eventTSA_subvolume_{ordinal:02d}"))
UNCLEAR_KEYS = (("dff", "dffTSA_subvolume_{ordinal:02d}"), ("event", "caTSA_subvolume_{ordinal:02d}"))


def write(root: Path, **fields: Any) -> SyntheticSession:
    """A session of ssc-2 with two subvolumes and three whiskers."""
    return write_session(
        root=root,
        spec=SessionSpec(
            **{
                "data_set": "ssc-2",
                "variable_name": "dat",
                "animal": "an171923",
                "date": date(2012, 6, 4),
                "whiskers": ("c1", "c2", "c3"),
                "arrays": ("dff", "event"),
                "array_keys": CLEAR_KEYS,
                "subvolumes": (SubvolumeSpec(number=1, planes=(2,)), SubvolumeSpec(number=2, planes=(3,))),
                **fields,
            }
        ),
    )


def check(path: Path, made: SyntheticSession) -> None:
    """Events and traces of every plane, and every whisker, with the values that were made up."""
    volumes = {volume.number: volume for volume in made.subvolumes}
    with h5py.File(path) as file:
        assert file["general/notes"].asstr()[()].startswith("Converted from the CRCNS data set ssc-2")
        whiskers = {name for name in file["processing/behavior"] if name.startswith("whisker_angle")}
        assert whiskers == {"whisker_angle_c1", "whisker_angle_c2", "whisker_angle_c3"}
        for kind, series in (("dff", "DfOverF/dff"), ("event", "CalciumEvents/calcium_events")):
            for plane in made.planes:
                values = file[f"processing/ophys/{series}_{plane.name}/data"][:]
                volume = volumes[plane.subvolume_number]
                rows = np.searchsorted(volume.ids, [roi.number for roi in plane.rois])
                expected = volume.matrices[kind][rows].T
                np.testing.assert_array_equal(values, expected)
    assert path.name == "sub-an171923_ses-20120604_behavior+image+ophys.nwb"


@pytest.mark.parametrize("mat_format", ["5", pytest.param("7.3", marks=pytest.mark.long)])
def test_both_formats_convert_with_their_own_metadata(tmp_path: Path, mat_format: Any) -> None:
    made = write(tmp_path / "source", mat_format=mat_format)
    assert made.mat_path.name == f"{NAME}_data_struct.mat"
    result = convert(source=made.mat_path, output=tmp_path / "nwb")
    assert result.ok, result.outcomes[0].error
    assert result.outcomes[0].verified == "full"
    check(result.outputs[0], made)


@pytest.mark.long
def test_where_the_key_does_not_name_an_event_array_its_description_does(tmp_path: Path) -> None:
    made = write(tmp_path / "source", array_keys=UNCLEAR_KEYS)
    result = convert(source=tmp_path / "source", output=tmp_path / "nwb", verify="off")
    assert result.ok, result.outcomes[0].error
    check(result.outputs[0], made)


def test_where_nothing_says_it_the_user_does(tmp_path: Path) -> None:
    made = write(tmp_path / "source", array_keys=UNCLEAR_KEYS, arrays_without_descr=True)
    result = convert(source=tmp_path / "source", output=tmp_path / "nwb")
    error = result.outcomes[0].error
    assert error is not None
    assert error.kind.identifier == "array-kind-unknown"
    assert "array_kinds" in str(error.detail)
    mine = tmp_path / "mine.yaml"
    # whiskerVars is value{1}; of the four others the second half holds events.
    mine.write_text("source:\n  array_kinds:\n    value{4}: event\n    value{5}: event\n")
    result = convert(source=tmp_path / "source", output=tmp_path / "nwb", metadata_files=[mine], verify="off")
    assert result.ok, result.outcomes[0].error
    check(result.outputs[0], made)


@pytest.mark.long
def test_both_data_sets_convert_in_one_run(tmp_path: Path) -> None:
    write(tmp_path / "source")
    write_session(root=tmp_path / "source", spec=SessionSpec(subvolumes=()), raw=False, videos=False)
    result = convert(source=tmp_path / "source", output=tmp_path / "nwb", verify="off")
    assert [outcome.status for outcome in result.outcomes] == ["converted", "converted"]
    notes = []
    for path in result.outputs:
        with h5py.File(path) as file:
            notes.append(file["general/notes"].asstr()[()].split(":")[0])
    assert notes == ["Converted from the CRCNS data set ssc-2", "Converted from the CRCNS data set ssc-1"]
