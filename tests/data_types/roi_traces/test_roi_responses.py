"""Traces: every plane has its own ROIs' rows and no others, on time stamps that are stored once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import h5py
import numpy as np
import pytest
from made_sessions import Assembled, Converted, Struct, array

from ssc_to_nwb.testing.matlab import EMPTY, Cell

SERIES = {
    "raw": ("Fluorescence", "raw_fluorescence", "pixel value"),
    "dff": ("DfOverF", "dff", "dF/F"),
    "event": ("CalciumEvents", "calcium_events", "dF/F"),
}


@pytest.fixture(params=["default", "awkward"])
def case(request: pytest.FixtureRequest) -> tuple[Converted, Any]:
    return request.getfixturevalue(f"converted_{request.param}"), request.getfixturevalue(f"nwb_{request.param}")


@pytest.mark.parametrize("kind", SERIES)
def test_every_value_of_every_roi(case: tuple[Converted, Any], kind: str) -> None:
    converted, nwbfile = case
    container, prefix, unit = SERIES[kind]
    for volume in converted.made.subvolumes:
        numbers = volume.ids.tolist()
        for plane in volume.planes:
            series = nwbfile.processing["ophys"][container][f"{prefix}_{plane.name}"]
            reported = series.rois.table.id[:][series.rois.data[:]].tolist()
            assert sorted(reported) == [roi.number for roi in plane.rois if roi.has_trace]
            assert series.rois.table.name == f"plane_segmentation_{plane.name}"
            assert series.data.shape == (volume.time_ms.size, len(reported))
            expected = volume.matrices[kind][[numbers.index(number) for number in reported]].T
            np.testing.assert_array_equal(series.data[:], expected.astype(series.data.dtype))
            np.testing.assert_allclose(series.timestamps[:], volume.time_ms / 1000, rtol=0, atol=1e-9)
            assert series.unit == unit


def test_single_precision_stays_single(nwb_awkward: Any, nwb_default: Any) -> None:
    assert nwb_awkward.processing["ophys"]["DfOverF"]["dff_fov_04002"].data.dtype == np.float32
    assert nwb_default.processing["ophys"]["DfOverF"]["dff_fov_01002"].data.dtype == np.float64


def test_nothing_but_the_planes_own_containers(case: tuple[Converted, Any]) -> None:
    converted, nwbfile = case
    names = [plane.name for plane in converted.made.planes]
    for container, prefix, _ in SERIES.values():
        series = nwbfile.processing["ophys"][container].roi_response_series
        assert set(series) == {f"{prefix}_{name}" for name in names}


def test_nan_where_a_plane_has_no_frame(nwb_awkward: Any, converted_awkward: Converted) -> None:
    for plane in converted_awkward.made.planes:
        data = nwb_awkward.processing["ophys"]["DfOverF"][f"dff_{plane.name}"].data[:]
        np.testing.assert_array_equal(np.isnan(data).all(axis=1), np.isnan(plane.frame_index[0]))


def test_time_stamps_are_stored_once_per_subvolume(converted_default: Converted) -> None:
    with h5py.File(converted_default.path) as file:
        for volume in converted_default.made.subvolumes:
            stored = {
                file[f"processing/ophys/{container}/{prefix}_{plane.name}/timestamps"].id.__hash__()
                for container, prefix, _ in SERIES.values()
                for plane in volume.planes
            }
            assert len(stored) == 1


def test_a_session_with_dff_alone(assemble_edited: Callable[..., Assembled]) -> None:
    ophys = assemble_edited(arrays=("dff",)).nwbfile.processing["ophys"]
    assert "Fluorescence" not in ophys.data_interfaces
    assert "CalciumEvents" not in ophys.data_interfaces
    assert ophys["DfOverF"]["dff_fov_01002"].data.shape[1] == 2


def test_a_subvolume_without_frames(convert_edited: Callable[..., Converted]) -> None:
    def edit(s: Struct) -> None:
        for prefix in ("dff", "rawFluo", "event"):
            entry = array(s, f"{prefix}TSA_subvolume_01")
            entry.update(valueMatrix=EMPTY, time=EMPTY, trial=EMPTY)
            entry["imagingPlane"][0].update(sourceFileFrameIdx=EMPTY, sourceFileList=Cell())

    converted = convert_edited(edit, whisker_data=False)
    with h5py.File(converted.path) as file:
        (series,) = file["processing/ophys/DfOverF"].values()
        assert series["data"].shape == (0, 2)
        # No trial has an entry, and a ragged column without any would be an error to tools.
        assert "imaged_subvolumes" not in file["intervals/trials"]
