"""Masks, outlines and images: the right pixels, in the right orientation, joined by ROI number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import h5py
import numpy as np
import pytest
from made_sessions import Assembled, Converted, Struct, array, records
from matlab_oddities import NEVER_FILLED

from ssc_to_nwb.testing.matlab import EMPTY, StructArray, row
from ssc_to_nwb.testing.truth import PlaneTruth


@pytest.fixture(params=["default", "awkward"])
def case(request: pytest.FixtureRequest) -> tuple[Converted, Any]:
    return request.getfixturevalue(f"converted_{request.param}"), request.getfixturevalue(f"nwb_{request.param}")


def table_of(nwbfile: Any, plane: PlaneTruth) -> Any:
    return nwbfile.processing["ophys"]["ImageSegmentation"][f"plane_segmentation_{plane.name}"]


def mask_of(table: Any, place: int) -> np.ndarray:
    """(n, 3): x, y, weight."""
    return np.array([tuple(pixel) for pixel in table["pixel_mask"][place]]).reshape(-1, 3)


def test_one_row_per_roi_with_its_number(case: tuple[Converted, Any]) -> None:
    converted, nwbfile = case
    for plane in converted.made.planes:
        table = table_of(nwbfile, plane)
        assert len(table) == len(plane.rois)
        assert table["roi_number"][:].tolist() == [roi.number for roi in plane.rois]
        assert table.id[:].tolist() == [roi.number for roi in plane.rois]
        assert table.imaging_plane.name == f"imaging_plane_{plane.name}_green"


def test_masks_are_column_row_counted_from_zero(case: tuple[Converted, Any]) -> None:
    converted, nwbfile = case
    for plane in converted.made.planes:
        table = table_of(nwbfile, plane)
        for place, roi in enumerate(plane.rois):
            mask = mask_of(table, place)
            if not roi.has_record:
                assert mask.shape == (0, 3)
                continue
            np.testing.assert_array_equal(mask[:, 0], roi.columns)
            np.testing.assert_array_equal(mask[:, 1], roi.rows)
            assert (mask[:, 2] == 1).all()


def test_the_pixel_in_the_last_row_and_column_is_there(nwb_default: Any, converted_default: Converted) -> None:
    """Taken as counted from 0, its index would lie outside the image."""
    rows, columns = converted_default.made.spec.image_shape
    for plane in converted_default.made.planes:
        pixels = mask_of(table_of(nwb_default, plane), 0)[:, :2].tolist()
        assert [columns - 1, rows - 1] in pixels


def test_outlines_count_from_zero(case: tuple[Converted, Any]) -> None:
    converted, nwbfile = case
    for plane in converted.made.planes:
        table = table_of(nwbfile, plane)
        for place, roi in enumerate(plane.rois):
            outline = np.asarray(table["outline"][place]).reshape(-1, 2)
            expected = roi.corners_xy.T - 1 if roi.has_record else np.zeros((0, 2))
            np.testing.assert_allclose(outline, expected, rtol=0, atol=1e-12)


def test_every_roi_has_its_cell_plane_and_position_in_um(case: tuple[Converted, Any]) -> None:
    converted, nwbfile = case
    rows, columns = converted.made.spec.image_shape
    animal = converted.made.mat_path.name.split("_")[0]
    for plane in converted.made.planes:
        table = table_of(nwbfile, plane)
        depth_um = {volume.planes.index(plane) * 15.0 for volume in converted.made.subvolumes if plane in volume.planes}
        assert set(table["depth_from_first_plane_um"][:]) <= depth_um
        for place, roi in enumerate(plane.rois):
            assert table["cell"][place] == f"{animal}/{roi.number}"
            assert table["plane"][place] == plane.name
            found = table["centroid_x_um"][place], table["centroid_y_um"][place]
            if roi.has_record:
                expected = np.mean(roi.columns) * 600 / columns, np.mean(roi.rows) * 600 / rows
                np.testing.assert_allclose(found, expected)
            else:
                assert np.isnan(found).all()


class TestOrientation:
    """In an image that is not square, what is bright lies under its mask, and the outline goes around it."""

    def test_cells_are_bright_under_their_masks(self, case: tuple[Converted, Any]) -> None:
        converted, nwbfile = case
        rows, columns = converted.made.spec.image_shape
        assert rows != columns
        for plane in converted.made.planes:
            table = table_of(nwbfile, plane)
            image = nwbfile.processing["ophys"][f"images_{plane.name}"]["master_green"].data[:]
            assert image.shape == (columns, rows)
            background = np.ones(image.shape, dtype=bool)
            for roi in plane.rois:
                background[roi.columns, roi.rows] = False
            for place, roi in enumerate(plane.rois):
                mask = mask_of(table, place).astype(int)
                if roi.has_record:
                    inside = image[mask[:, 0], mask[:, 1]]
                    assert inside.min() > image[background].max(), f"ROI {roi.number} of {plane.name}"

    def test_mirrored_or_transposed_masks_would_fall_on_background(
        self, nwb_default: Any, converted_default: Converted
    ) -> None:
        columns, rows = converted_default.made.spec.image_shape[::-1]
        for plane in converted_default.made.planes:
            image = nwb_default.processing["ophys"][f"images_{plane.name}"]["master_green"].data[:]
            x, y, _ = np.concatenate(
                [mask_of(table_of(nwb_default, plane), n) for n in range(len(plane.rois))]
            ).T.astype(int)
            right = image[x, y].mean()
            for wrong in (image[columns - 1 - x, y], image[x, rows - 1 - y], image[y, np.minimum(x, rows - 1)]):
                assert wrong.mean() < 0.7 * right

    def test_outlines_enclose_their_masks(self, case: tuple[Converted, Any]) -> None:
        from matplotlib.path import Path as Outline

        converted, nwbfile = case
        for plane in converted.made.planes:
            table = table_of(nwbfile, plane)
            for place, roi in enumerate(plane.rois):
                if roi.has_record:
                    outline = Outline(np.asarray(table["outline"][place]))
                    inside = outline.contains_points(mask_of(table, place)[:, :2], radius=1e-6)
                    inside |= outline.contains_points(mask_of(table, place)[:, :2], radius=-1e-6)
                    assert inside.all(), f"ROI {roi.number} of {plane.name}"


class TestImages:
    def test_values_and_class_are_unchanged(self, nwb_default: Any, converted_default: Converted) -> None:
        for plane in converted_default.made.planes:
            images = nwb_default.processing["ophys"][f"images_{plane.name}"]
            assert set(images.images) == {"master_green", "master_red"}
            for channel, name in enumerate(("master_green", "master_red")):
                np.testing.assert_array_equal(images[name].data[:], plane.master_image[:, :, channel].T)

    def test_an_image_of_two_dimensions_is_the_green_one(self, nwb_awkward: Any, converted_awkward: Converted) -> None:
        for plane in converted_awkward.made.planes:
            images = nwb_awkward.processing["ophys"][f"images_{plane.name}"]
            assert set(images.images) == {"master_green"}
            np.testing.assert_array_equal(images["master_green"].data[:], plane.master_image[:, :, 0].T)


PLANE_ALONE: dict[str, Any] = {"whisker_data": False, "arrays": ("dff",)}


class TestJoins:
    def test_which_lists_have_a_roi(self, nwb_awkward: Any, converted_awkward: Converted) -> None:
        for plane in converted_awkward.made.planes:
            table = table_of(nwb_awkward, plane)
            for place, roi in enumerate(plane.rois):
                reported = "imagingPlane.ids, roiIds, rois" if roi.has_record else "imagingPlane.ids"
                assert table["source_lists"][place] == reported

    def test_rois_without_a_mask_and_without_a_trace_are_reported(self, converted_awkward: Converted) -> None:
        planes = converted_awkward.made.planes
        assert converted_awkward.warned("roi-without-record") == [
            f"ROI {roi.number} of {plane.name}" for plane in planes for roi in plane.rois if not roi.has_record
        ]
        assert converted_awkward.warned("roi-without-trace") == [
            f"ROI {roi.number} of {plane.name}" for plane in planes for roi in plane.rois if not roi.has_trace
        ]

    def test_records_in_another_order_and_a_roi_that_only_they_have(
        self, assemble_edited: Callable[..., Assembled]
    ) -> None:
        def edit(s: Struct) -> None:
            plane = records(s, "dffTSA_subvolume_01")[0]
            extra = dict(plane["rois"][0], id=row([777]))
            plane["rois"] = StructArray([extra, *reversed(list(plane["rois"]))])
            plane["roiIds"] = row([777, *plane["roiIds"][0, ::-1]])

        assembled = assemble_edited(edit, **PLANE_ALONE)
        (plane,) = assembled.made.planes
        table = table_of(assembled.nwbfile, plane)
        numbers = [roi.number for roi in plane.rois]
        assert list(table.id[:]) == [*numbers, 777]
        assert list(table["source_lists"][:]) == ["imagingPlane.ids, roiIds, rois"] * 2 + ["roiIds, rois"]
        for place, roi in enumerate(plane.rois):
            np.testing.assert_array_equal(mask_of(table, place)[:, 0], roi.columns)
        np.testing.assert_array_equal(mask_of(table, 2), mask_of(table, 0))
        assert assembled.warned("roi-without-trace") == ["ROI 777 of fov_01002"]

    def test_a_plane_without_any_record(self, convert_edited: Callable[..., Converted]) -> None:
        def edit(s: Struct) -> None:
            records(s, "dffTSA_subvolume_01")[0].update(rois=NEVER_FILLED)

        converted = convert_edited(edit, **PLANE_ALONE)
        assert converted.outcome.verified == "full", converted.outcome.error
        with h5py.File(converted.path) as file:
            table = file[f"processing/ophys/ImageSegmentation/plane_segmentation_{converted.made.planes[0].name}"]
            assert table["pixel_mask_index"][:].tolist() == [0, 0]

    def test_a_plane_without_any_roi(self, assemble_edited: Callable[..., Assembled]) -> None:
        def edit(s: Struct) -> None:
            for prefix in ("dff", "rawFluo", "event"):
                entry = array(s, f"{prefix}TSA_subvolume_01")
                entry.update(ids=EMPTY, valueMatrix=EMPTY)
                entry["imagingPlane"][0]["ids"] = EMPTY
            plane = records(s, "dffTSA_subvolume_01")[0]
            plane.update(roiIds=EMPTY, rois=StructArray([], field_names=("id", "cornersXY", "indicesWithinImage")))

        assembled = assemble_edited(edit, whisker_data=False)
        assert len(table_of(assembled.nwbfile, assembled.made.planes[0])) == 0
        ophys = assembled.nwbfile.processing["ophys"]
        assert "DfOverF" not in ophys.data_interfaces
        assert "master_green" in ophys["images_fov_01002"].images

    def test_corners_that_count_from_zero(self, assemble_edited: Callable[..., Assembled]) -> None:
        assembled = assemble_edited(metadata="assumptions: {corners_first_index: 0}", **PLANE_ALONE)
        (plane,) = assembled.made.planes
        np.testing.assert_allclose(table_of(assembled.nwbfile, plane)["outline"][0], plane.rois[0].corners_xy.T)
        assert "count pixels from 0" in assembled.nwbfile.notes
