"""Every time stamp has its trial number: a series per clock, on the time stamps of that clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import h5py
import numpy as np
import pytest
from made_sessions import Assembled, Converted, Struct, array, opened

from ssc_to_nwb.testing.matlab import EMPTY, Cell
from ssc_to_nwb.testing.spec import SubvolumeSpec

LABELS = "processing/behavior/trial_number"
LABELS_1 = "processing/ophys/trial_number_subvolume_01"


def link(file: h5py.File, path: str) -> str | None:
    """Where a link leads; None for a data set of its own."""
    found = file.get(path, getlink=True)
    return found.path if isinstance(found, h5py.SoftLink) else None


@pytest.mark.parametrize("name", ["default", "awkward"])
def test_a_series_per_clock(name: str, request: pytest.FixtureRequest) -> None:
    made = request.getfixturevalue(f"converted_{name}").made
    nwbfile = request.getfixturevalue(f"nwb_{name}")
    assert made.whisker is not None
    clocks = {"trial_number": (nwbfile.processing["behavior"], made.whisker.trials)}
    for volume in made.subvolumes:
        clocks[f"trial_number_subvolume_{volume.number:02d}"] = (nwbfile.processing["ophys"], volume.trials)
    found = [one for module in nwbfile.processing.values() for one in module.data_interfaces if "trial_number" in one]
    assert sorted(found) == sorted(clocks)
    for series_name, (module, trials) in clocks.items():
        series = module[series_name]
        np.testing.assert_array_equal(series.data[:], trials, err_msg=series_name)
        assert (series.data.dtype, series.unit) == (np.dtype(np.int32), "n/a")
        number = int(trials[-1])
        np.testing.assert_array_equal(np.flatnonzero(series.data[:] == number), np.flatnonzero(trials == number))


def test_time_stamps_are_those_of_the_traces(converted_awkward: Converted) -> None:
    with h5py.File(converted_awkward.path) as file:
        assert link(file, f"{LABELS}/timestamps") == "/processing/behavior/whisker_angle_c1/timestamps"
        for volume in converted_awkward.made.subvolumes:
            path = f"processing/ophys/trial_number_subvolume_{volume.number:02d}/timestamps"
            owner = f"/processing/ophys/Fluorescence/raw_fluorescence_{volume.planes[0].name}/timestamps"
            assert link(file, path) == owner


def test_the_text_names_planes_and_source(nwb_default: Any) -> None:
    text = nwb_default.processing["ophys"]["trial_number_subvolume_01"].description
    assert "fov_01002" in text
    assert "'dffTSA_subvolume_01'" in text
    assert "NaN" not in text


def test_labels_are_kept_whatever_they_are(convert_edited: Callable[..., Converted]) -> None:
    """NaN, -1, 0 and numbers of no trial are different things."""
    odd = [np.nan, -1, 0, 9999]

    def edit(s: Struct) -> None:
        array(s, "whiskerVars")["trial"][0, 10:14] = odd

    converted = convert_edited(edit, subvolumes=())
    assert converted.outcome.verified == "full", converted.outcome.error
    assert converted.made.whisker is not None
    expected = converted.made.whisker.trials.astype(np.float64)
    expected[10:14] = odd
    with h5py.File(converted.path) as file:
        series = file[LABELS]
        assert series["data"].dtype == np.float64
        np.testing.assert_array_equal(series["data"][:], expected)
        assert np.flatnonzero(series["data"][:] == -1).tolist() == [11]
        assert "NaN where the source has no number" in series.attrs["description"]
        assert not [name for name in file["intervals"] if "samples" in name]
        assert "timeseries" not in file["intervals/trials"]


@pytest.mark.long
def test_without_traces_the_time_stamps_are_its_own(convert_edited: Callable[..., Converted]) -> None:
    def edit(s: Struct) -> None:
        for key in s["timeSeriesArrayHash"]["keyNames"]:
            length = array(s, key)["time"].size
            array(s, key).update(ids=EMPTY, idStrs=Cell(), valueMatrix=np.zeros((0, length)))

    converted = convert_edited(edit)
    made = converted.made
    assert converted.outcome.verified == "full", converted.outcome.error
    assert made.whisker is not None
    with h5py.File(converted.path) as file:
        for path, time_ms in ((LABELS, made.whisker.time_ms), (LABELS_1, made.subvolumes[0].time_ms)):
            assert link(file, f"{path}/timestamps") is None
            np.testing.assert_allclose(file[f"{path}/timestamps"][:] * 1000, time_ms, rtol=0, atol=1e-6)


def test_no_series_without_a_clock(assemble_edited: Callable[..., Assembled]) -> None:
    processing = assemble_edited(whisker_data=False, subvolumes=()).nwbfile.processing
    assert "source" in processing
    assert not {"behavior", "ophys"} & set(processing)


def test_two_subvolumes_of_one_number_have_a_series_each(convert_edited: Callable[..., Converted]) -> None:
    def edit(s: Struct) -> None:
        for key in s["timeSeriesArrayHash"]["keyNames"]:
            if key.endswith("_subvolume_02"):
                for plane in array(s, key)["imagingPlane"]:
                    names = plane["sourceFileList"]
                    plane["sourceFileList"] = Cell(name.replace("fov_02005", "fov_01005") for name in names)

    two = tuple(SubvolumeSpec(number=number, planes=(3 * number - 1,), rois_per_plane=2) for number in (1, 2))
    converted = convert_edited(edit, subvolumes=two, arrays=("dff",))
    assert converted.outcome.verified == "full", converted.outcome.error
    with h5py.File(converted.path) as file:
        for path, volume in zip((LABELS_1, f"{LABELS_1}_2"), converted.made.subvolumes, strict=True):
            np.testing.assert_array_equal(file[path]["data"][:], volume.trials)
        assert "fov_01005" in file[f"{LABELS_1}_2"].attrs["description"]


@pytest.mark.long
def test_a_stub_has_the_numbers_of_its_trials(convert_edited: Callable[..., Converted]) -> None:
    def edit(s: Struct) -> None:
        array(s, "whiskerVars")["trial"][0, -5:] = np.nan

    converted = convert_edited(edit, subvolumes=(), options={"stub": True})
    with opened(converted.path) as nwbfile:
        series = nwbfile.processing["behavior"]["trial_number"]
        # What has no number is of no trial, and so not in the stub.
        assert series.data.dtype == np.int32
        assert set(series.data[:].tolist()) <= set(converted.made.trials.numbers[:3].tolist())
        assert len(series.data) == len(nwbfile.processing["behavior"]["whisker_angle_c2"].data) > 0


def test_frames_have_their_trial_through_the_frame_index(converted_raw: Converted, nwb_raw: Any) -> None:
    """Of planes with gaps, too: NaN of the source, and tifs that are not there."""
    gaps = 0
    for volume in converted_raw.made.subvolumes:
        labels = nwb_raw.processing["ophys"][f"trial_number_subvolume_{volume.number:02d}"].data[:]
        for plane in volume.planes:
            series = nwb_raw.acquisition[f"two_photon_series_{plane.name}_green"]
            frame = nwb_raw.processing["source"][f"frame_index_{plane.name}"]["two_photon_frame"][:]
            sample = np.flatnonzero(frame)
            assert frame[sample].tolist() == list(range(1, len(series.data) + 1))
            np.testing.assert_allclose(series.timestamps[:] * 1000, volume.time_ms[sample], rtol=0, atol=1e-6)
            np.testing.assert_array_equal(labels[sample], volume.trials[sample])
            gaps += len(frame) - len(sample)
    assert gaps > 0


def test_frames_of_one_time_stamp_keep_their_own_trials(convert_edited: Callable[..., Converted]) -> None:
    """Two trials meet in one time stamp: the frames before and after it are distinguished all the same."""

    def edit(s: Struct) -> None:
        for key in s["timeSeriesArrayHash"]["keyNames"]:
            if key != "whiskerVars":
                time, trial = (array(s, key)[name] for name in ("time", "trial"))
                last = np.flatnonzero(np.diff(trial[0]))[0]
                time[0, last + 1] = time[0, last]

    converted = convert_edited(edit, raw=True, n_trials=3, arrays=("dff",), whisker_data=False)
    assert converted.outcome.verified == "full", converted.outcome.error
    expected = converted.made.subvolumes[0].trials
    with h5py.File(converted.path) as file:
        labels = file[LABELS_1]["data"][:]
        frame = file["processing/source/frame_index_fov_01002/two_photon_frame"][:]
        np.testing.assert_array_equal(labels[frame > 0], expected)


def test_without_raw_files_the_frame_index_has_the_source_alone(nwb_awkward: Any) -> None:
    index = nwb_awkward.processing["source"]["frame_index_fov_04002"]
    assert index.colnames == ("file_number", "frame_number")
