"""Masks against images, and traces against masks."""

from __future__ import annotations

import h5py
import numpy as np
import pytest
from check_runs import RunCheck
from levels import mostly_long
from pynwb.base import TimeSeries
from pynwb.ophys import PlaneSegmentation
from ssc_like import sound_nwbfile

from ssc_to_nwb.validate import checks_ophys

SEGMENTATION = "/processing/ophys/ImageSegmentation/plane_segmentation_fov_01002"
DFF = "/processing/ophys/DfOverF/dff_fov_01002"
EVENTS = "/processing/ophys/CalciumEvents/calcium_events_fov_01002"
FRAMES = "/acquisition/two_photon_series_fov_01002_green"


def move_pixel(x: int, y: int) -> object:
    def spoil(file: h5py.File) -> None:
        mask = file[f"{SEGMENTATION}/pixel_mask"]
        pixel = mask[5]
        pixel["x"], pixel["y"] = x, y
        mask[5] = pixel

    return spoil


@pytest.mark.parametrize(
    ("x", "y", "found"),
    mostly_long(
        [(9, 7, False), (10, 7, True), (9, 8, True), (7, 9, True), (0, 0, False)],
        quick=[(9, 7, False), (10, 7, True), (9, 8, True)].__contains__,
    ),
)
def test_masks_reach_the_last_column_and_row(x: int, y: int, found: bool, check_values: RunCheck) -> None:
    assert bool(check_values(checks_ophys.check_masks_inside_image, move_pixel(x, y))) == found


def test_without_frames_the_plane_s_images_give_the_size(run_check: RunCheck) -> None:
    def spoil(file: h5py.File) -> None:
        move_pixel(9, 8)(file)  # type: ignore[operator]
        del file["/intervals/trials"], file[FRAMES]

    assert run_check(checks_ophys.check_masks_inside_image, spoil) == [
        f"{SEGMENTATION}: 1 pixels of ROIs 1007; the image has 10 columns (x) and 8 rows (y)."
    ]


def test_masks_of_a_plane_without_any_image_are_not_judged(run_check: RunCheck) -> None:
    def spoil(file: h5py.File) -> None:
        move_pixel(99, 99)(file)  # type: ignore[operator]
        del file["/intervals/trials"], file[FRAMES], file["/processing/ophys/images_fov_01002"]

    assert run_check(checks_ophys.check_masks_inside_image, spoil) == []


def test_masks_in_memory() -> None:
    nwbfile = sound_nwbfile()
    table: PlaneSegmentation = nwbfile.processing["ophys"]["ImageSegmentation"]["plane_segmentation_fov_01002"]
    assert checks_ophys.check_masks_inside_image(table) is None
    table.add_roi(pixel_mask=[(0, 0, 1.0), (0, 8, 1.0)], id=1010)
    assert checks_ophys.check_masks_inside_image(table).message.startswith("1 pixels of ROIs 1010;")


def test_the_same_roi_twice_is_a_disagreement(check_values: RunCheck) -> None:
    def spoil(file: h5py.File) -> None:
        file[f"{DFF}/rois"][2] = 1

    assert check_values(checks_ophys.check_traces_match_rois, spoil) == [f"{DFF}: 1 ROIs occur again"]


def test_traces_of_another_plane_are_a_disagreement(run_check: RunCheck) -> None:
    def spoil(file: h5py.File) -> None:
        file.move(DFF, "/processing/ophys/DfOverF/dff_fov_01003")

    (found,) = run_check(checks_ophys.check_traces_match_rois, spoil)
    assert found.endswith("dff_fov_01003: data and ROIs are of different planes: fov_01002, fov_01003")


def test_a_trace_with_one_value_is_not_empty(check_values: RunCheck) -> None:
    def spoil(file: h5py.File) -> None:
        file[f"{DFF}/data"][:, 2] = np.nan
        file[f"{DFF}/data"][11, 2] = 0.5

    assert check_values(checks_ophys.check_traces_not_empty, spoil) == []


@pytest.mark.parametrize(("values", "text"), [(0.0, "zero"), (np.nan, "NaN")])
def test_empty_traces_are_named_by_roi(values: float, text: str, check_values: RunCheck) -> None:
    def spoil(file: h5py.File) -> None:
        file[f"{DFF}/data"][:, 0] = values
        file[f"{DFF}/data"][:, 2] = values

    found = check_values(checks_ophys.check_traces_not_empty, spoil)
    assert found == [f"{DFF}: 2 traces are {text}: ROI 1001, ROI 1007."]


def test_a_trace_of_nan_and_zero_is_zero(check_values: RunCheck) -> None:
    def spoil(file: h5py.File) -> None:
        file[f"{DFF}/data"][:, 0] = np.nan
        file[f"{DFF}/data"][4, 0] = 0.0

    assert check_values(checks_ophys.check_traces_not_empty, spoil) == [f"{DFF}: 1 trace is zero: ROI 1001."]


def test_silent_cells_have_no_events_but_lost_events_are_nan(check_values: RunCheck) -> None:
    def silent(file: h5py.File) -> None:
        file[f"{EVENTS}/data"][:, 1] = 0.0

    def lost(file: h5py.File) -> None:
        file[f"{EVENTS}/data"][:, 1] = np.nan

    assert check_values(checks_ophys.check_traces_not_empty, silent) == []
    assert check_values(checks_ophys.check_event_traces_not_empty, lost) == []
    assert check_values(checks_ophys.check_traces_not_empty, lost) == [f"{EVENTS}: 1 trace is NaN: ROI 1004."]


@pytest.mark.parametrize(("data", "found"), [([1, 0], False), ([0, 0], True), (["a", "b"], False)])
def test_any_series_can_be_empty(data: list, found: bool) -> None:
    series = TimeSeries(name="a", data=np.array(data), unit="n.a.", rate=1.0)
    assert (checks_ophys.check_traces_not_empty(series) is not None) == found
