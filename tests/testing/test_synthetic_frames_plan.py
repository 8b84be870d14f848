"""The frame index: which tif frame belongs to which time point, in the layout's odd cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ssc_to_nwb.testing.spec import StackSpec, SubvolumeSpec

Make = Callable[..., Any]
DFF = "dffTSA_subvolume_01"
THREE_TRIALS: dict[str, Any] = {"subvolumes": (SubvolumeSpec(number=1, planes=(2, 3)),), "n_trials": 4}


def index_of(made: Any, plane: int = 0) -> np.ndarray:
    """(2, F) file and frame, NaN kept."""
    return made.planes_of(DFF)[plane]["sourceFileFrameIdx"].astype(float)


def listed(made: Any, plane: int = 0) -> list[str]:
    return made.planes_of(DFF)[plane]["sourceFileList"]


def rows_of_plane(made: Any, plane: int) -> np.ndarray:
    ids = made.array(DFF)["ids"].ravel()
    return made.array(DFF)["valueMatrix"][np.isin(ids, made.planes_of(DFF)[plane]["ids"])]


def trials_of_columns(made: Any) -> np.ndarray:
    return made.array(DFF)["trial"].ravel()


def test_a_plain_session_has_a_frame_for_every_time_point(make: Make) -> None:
    made = make(**THREE_TRIALS)
    trial = trials_of_columns(made)
    assert made.array(DFF)["time"].shape == (1, len(trial))
    for plane in (0, 1):
        file, frame = index_of(made, plane)
        assert len(listed(made, plane)) == 4
        for number, name in enumerate(listed(made, plane), start=1):
            assert name.endswith(f"_main_{number:03d}.tif")
            columns = file == number
            assert len(np.unique(trial[columns])) == 1
            np.testing.assert_array_equal(frame[columns], np.arange(1, columns.sum() + 1))


def test_listed_paths(make: Make) -> None:
    name = "Image_Registration_4_an900001_2013_03_08_main_001.tif"
    root = "/groups/svoboda/wdbp/imreg/perons/an900001/imaging_data/"
    assert listed(make(**THREE_TRIALS))[0] == f"{root}fov_01002/fluo_batch_out/{name}"
    short = make(listed_without_fluo_batch_out=True, **THREE_TRIALS)
    assert listed(short, 0)[0] == f"{root}fov_01002/fluo_batch_out/{name}"
    assert listed(short, 1)[0] == f"{root}fov_01003/{name}"
    assert listed(make(listed_without_fov=True, **THREE_TRIALS), 1)[0] == f"{root}site_1/layer_2/fluo_batch_out/{name}"


def test_file_numbers_are_the_trials_positions_in_the_session(make: Make) -> None:
    made = make(n_trials=6, trials_not_imaged=(0,))
    second = made.planes_of("dffTSA_subvolume_02")[0]["sourceFileList"]
    assert [path[-7:-4] for path in listed(made)] == ["002", "003", "004"]
    assert [path[-7:-4] for path in second] == ["005", "006"]


def test_blank_time_point(make: Make) -> None:
    made = make(blank_time_point=True, **THREE_TRIALS)
    assert np.flatnonzero(np.isnan(made.array(DFF)["valueMatrix"]).all(axis=0)).tolist() == [3]
    for plane in (0, 1):
        file, frame = index_of(made, plane)
        assert np.flatnonzero(np.isnan(file)).tolist() == [3]
        assert frame[[0, 1, 2, 4, 5]].tolist() == [1, 2, 3, 4, 5]


def test_short_last_file(make: Make) -> None:
    made = make(short_last_file=True, **THREE_TRIALS)
    assert np.isnan(index_of(made, 0)[:, -1]).all()
    assert np.isnan(rows_of_plane(made, 0)[:, -1]).all()
    assert np.isfinite(index_of(made, 1)).all()
    assert np.isfinite(rows_of_plane(made, 1)).all()


def test_rejected_file_leaves_the_planes_with_lists_of_different_length(make: Make) -> None:
    made = make(rejected_file=True, **THREE_TRIALS)
    assert [len(listed(made, plane)) for plane in (0, 1)] == [4, 3]
    assert not any(path.endswith("_main_002.tif") for path in listed(made, 1))
    second = trials_of_columns(made) == made.s["trialIds"][0, 1]
    np.testing.assert_array_equal(np.isnan(index_of(made, 1)[0]), second)
    np.testing.assert_array_equal(np.isnan(rows_of_plane(made, 1)).all(axis=0), second)
    file = index_of(made, 1)[0]
    assert np.unique(file[~second]).tolist() == [1, 2, 3]
    plane = made.truth.plane("fov_01003")
    assert [file.number for file in plane.files if not file.listed] == [2]


def test_list_that_starts_late_in_its_first_file(make: Make) -> None:
    made = make(late_first_file=True, **THREE_TRIALS)
    file, frame = index_of(made)
    assert frame[file == 1][0] == 3
    assert frame[file == 2][0] == 1
    first = made.truth.plane("fov_01002").files[0]
    assert first.columns[:3].tolist() == [-1, -1, 0]
    assert first.n_frames == frame[file == 1][-1]


def test_frames_of_unknown_trials(make: Make) -> None:
    made = make(unknown_trial_frames=True, **THREE_TRIALS)
    assert trials_of_columns(made)[-2:].tolist() == [0, 9999]
    assert not {0, 9999} & set(made.s["trialIds"].ravel().tolist())
    assert np.isfinite(index_of(made)).all()


def test_tifs_no_list_names(make: Make) -> None:
    made = make(unlisted_tif=True, **THREE_TRIALS)
    assert [file.number for file in made.truth.plane("fov_01002").files] == [1, 2, 3, 4, 900]
    assert len(listed(made)) == 4


def test_frames_beyond_the_index(make: Make) -> None:
    made = make(stacks=StackSpec(files_with_extra_frames=(2,)), **THREE_TRIALS)
    file, frame = index_of(made)
    assert made.truth.plane("fov_01002").files[1].n_frames == frame[file == 2][-1] + 2


def test_plane_without_files(make: Make) -> None:
    made = make(planes_without_files=((1, 3),), **THREE_TRIALS)
    assert listed(made, 1) == []
    assert np.isnan(index_of(made, 1)).all()
    assert index_of(made, 1).shape == index_of(made, 0).shape
    assert np.isnan(rows_of_plane(made, 1)).all()
    assert np.isfinite(rows_of_plane(made, 0)).all()


def test_truth_and_file_have_the_same_index(make: Make) -> None:
    made = make(blank_time_point=True, late_first_file=True, rejected_file=True, short_last_file=True, **THREE_TRIALS)
    for position, plane in enumerate(made.truth.planes):
        np.testing.assert_array_equal(index_of(made, position), plane.frame_index)
        listed_files = [file for file in plane.files if file.listed]
        for column, (file, frame) in enumerate(plane.frame_index.T):
            if np.isfinite(file):
                assert listed_files[int(file) - 1].columns[int(frame) - 1] == column
