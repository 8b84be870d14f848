"""Planes: master image, ROI records, frame index, names from paths."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_sessions import cell, field, problem_raised, read, row, struct, struct_array, write

from ssc_to_nwb.data_types.rois.source import plane_numbers_from_paths, read_frame_index, read_plane_record
from ssc_to_nwb.matlab.tree import MatChar, MatStruct, MatValue

FOV = r"fov_(?P<subvolume>\d{2})(?P<plane>\d{3})"


def roi(number: float, *indices: float, corners: MatValue | None = None) -> MatStruct:
    outline = np.array([[1.0, 2.0, 2.0], [1.0, 1.0, 3.0]]) if corners is None else corners
    return struct(id=row(number), cornersXY=outline, indicesWithinImage=row(*indices))


def record(*rois: MatStruct, image: MatValue | None = None, ids: MatValue | None = None) -> MatStruct:
    return struct(
        masterImage=np.ones((3, 5, 2)) if image is None else image,
        roiIds=row(*(float(np.asarray(one.fields["id"]).flat[0]) for one in rois)) if ids is None else ids,
        rois=struct_array(*rois),
    )


class TestRecords:
    def test_pixels_outline_and_image(self) -> None:
        image = np.arange(30.0).reshape(3, 5, 2)
        plane = read_plane_record(field(record(roi(7, 3, 4), roi(9, 15), image=image), "s.d"))
        np.testing.assert_array_equal(plane.master_image, image)
        assert plane.recorded_numbers.tolist() == [7, 9]
        assert [one.number for one in plane.rois] == [7, 9]
        assert plane.rois[0].linear_indices.tolist() == [3, 4]
        assert plane.rois[0].corners_xy.shape == (2, 3)
        assert plane.rois[1].path == "s.d.rois(2)"

    def test_an_image_of_two_dimensions_has_one_channel(self) -> None:
        assert read_plane_record(field(record(image=np.ones((3, 5))))).master_image.shape == (3, 5, 1)

    def test_images_keep_their_class_and_values(self) -> None:
        image = np.array([[[0, 65535], [1, 2]]], dtype=np.uint16)
        kept = read_plane_record(field(record(image=image))).master_image
        assert kept.dtype == np.uint16
        np.testing.assert_array_equal(kept, image)

    def test_a_plane_without_rois(self) -> None:
        empty = struct(masterImage=np.ones((3, 5)), roiIds=np.zeros((0, 0)), rois=np.zeros((0, 0)))
        plane = read_plane_record(field(empty))
        assert (plane.rois, plane.recorded_numbers.size) == ((), 0)

    def test_one_roi_is_a_bare_struct(self) -> None:
        one = struct(masterImage=np.ones((3, 5)), roiIds=row(7), rois=roi(7, 1))
        assert [kept.number for kept in read_plane_record(field(one)).rois] == [7]

    def test_pixels_and_ids_may_be_columns(self) -> None:
        upright = struct(id=row(7), cornersXY=np.ones((2, 4)), indicesWithinImage=row(3, 4).T)
        plane = read_plane_record(field(record(upright, ids=row(7).T)))
        assert plane.rois[0].linear_indices.tolist() == [3, 4]

    def test_an_outline_may_be_empty(self) -> None:
        (one,) = read_plane_record(field(record(roi(7, 1, corners=np.zeros((0, 0)))))).rois
        assert one.corners_xy.shape == (2, 0)

    @pytest.mark.parametrize(
        ("value", "kind", "at", "found"),
        [
            (record(roi(7, 0)), "roi-pixel-outside", "s.d.rois(1).indicesWithinImage", "0 in ROI 7"),
            (record(roi(7, 1, 16)), "roi-pixel-outside", "s.d.rois(1).indicesWithinImage", "16 in ROI 7"),
            (record(roi(7, 1), roi(8, 1, 99, 0)), "roi-pixel-outside", "s.d.rois(2).indicesWithinImage", "99 in ROI 8"),
            (record(roi(7, 1.5)), "field-value", "s.d.rois(1).indicesWithinImage", "1.5 at position 1"),
            (record(roi(7, 1), roi(7, 2)), "roi-number-twice", "s.d.rois", "[7]"),
            (record(roi(7, 1), ids=row(7, 8, 8)), "roi-number-twice", "s.d.roiIds", "[8]"),
            (record(roi(7, 1, corners=np.ones((4, 3)))), "field-length", "s.d.rois(1).cornersXY", "4x3 double"),
            (record(roi(7, 1, corners="x")), "field-type", "s.d.rois(1).cornersXY", "text 'x'"),
            (record(image=np.ones((3, 5, 3))), "field-type", "s.d.masterImage", "3x5x3 double"),
            (record(image=np.zeros((0, 0))), "field-type", "s.d.masterImage", "0x0 double"),
            (record(image="image.tif"), "field-type", "s.d.masterImage", "text 'image.tif'"),
            (struct(masterImage=np.ones((3, 5)), roiIds=row(1)), "field-missing", "s.d", "struct with fields"),
            (record(struct(id=row(7), cornersXY=np.ones((2, 3)))), "field-missing", "s.d.rois(1)", "id, cornersXY"),
        ],
    )
    def test_what_is_wrong_is_named(self, value: MatValue, kind: str, at: str, found: str) -> None:
        with problem_raised() as problems:
            read_plane_record(field(value, "s.d"))
        assert (problems[0].kind.identifier, problems[0].field) == (kind, at)
        assert problems[0].expected
        assert found in (problems[0].found or "")

    def test_numbers_of_a_thousand_rois_are_checked_at_once(self) -> None:
        numbers = np.arange(1, 1001, dtype=np.float64)
        numbers[500] = 3
        with problem_raised() as problems:
            read_plane_record(field(struct(masterImage=np.ones((3, 5)), roiIds=numbers[None], rois=cell())))
        assert problems[0].found == "[3]"


class TestFrameIndex:
    def read(self, index: MatValue, *paths: str, length: int) -> tuple[list[int], list[int]]:
        plane = struct(sourceFileList=cell(*paths), sourceFileFrameIdx=index)
        found = read_frame_index(field(plane, "s.p"), length=length)[1]
        np.testing.assert_array_equal(found.present, found.file_number >= 0)
        return found.file_number.tolist(), found.frame_number.tolist()

    def test_counts_from_one_become_counts_from_zero(self) -> None:
        index = np.array([[1, 1, 2], [3, 4, 1]], dtype=np.uint8)
        assert self.read(index, "a", "b", length=3) == ([0, 0, 1], [2, 3, 0])

    def test_nan_in_both_rows_is_no_frame(self) -> None:
        index = np.array([[1, np.nan, 1], [1, np.nan, 2]])
        assert self.read(index, "a", length=3) == ([0, -1, 0], [0, -1, 1])

    @pytest.mark.parametrize("index", [np.zeros((0, 0)), np.full((2, 3), np.nan)])
    def test_a_plane_without_files_has_no_frames(self, index: MatValue) -> None:
        assert self.read(index, length=3) == ([-1, -1, -1], [-1, -1, -1])

    def test_a_lone_path_needs_no_cell(self) -> None:
        plane = struct(sourceFileList="a.tif", sourceFileFrameIdx=np.ones((2, 1)))
        assert read_frame_index(field(plane), length=1)[0] == ("a.tif",)

    def test_a_path_in_the_place_of_a_list_is_blamed_itself(self) -> None:
        plane = struct(sourceFileList="a.tif", sourceFileFrameIdx=np.array([[1.0, 2.0, np.nan], [1.0, 1.0, np.nan]]))
        with problem_raised() as problems:
            read_frame_index(field(plane, "s.p"), length=3)
        assert (problems[0].kind.identifier, problems[0].field) == ("field-type", "s.p.sourceFileList")
        assert problems[0].expected == "a cell of 2 texts, one per file of sourceFileFrameIdx"

    def test_a_padded_char_matrix_is_a_list(self) -> None:
        paths = MatChar(shape=(2, 6), rows=("a.tif ", "bb.tif"))
        plane = struct(sourceFileList=paths, sourceFileFrameIdx=np.array([[1.0, 2.0], [1.0, 1.0]]))
        assert read_frame_index(field(plane), length=2)[0] == ("a.tif", "bb.tif")

    @pytest.mark.parametrize(
        ("index", "kind", "found"),
        [
            (np.array([[1.0, 3.0], [1.0, 1.0]]), "frame-index-outside", "file 3, frame 1 in column 2"),
            (np.array([[0.0, 1.0], [1.0, 1.0]]), "frame-index-outside", "file 0, frame 1 in column 1"),
            (np.array([[1.0, 1.0], [1.0, 0.0]]), "frame-index-outside", "file 1, frame 0 in column 2"),
            (np.array([[np.nan, 1.0], [1.0, 1.0]]), "frame-index-outside", "column 1"),
            (np.array([[1.0, 1.0], [1.0, 1.5]]), "field-value", "1.5 at position 4"),
            (np.ones((2, 3)), "field-length", "2x3 double"),
            (np.ones((3, 2)), "field-length", "3x2 double"),
            (np.zeros((0, 0)), "field-length", "0x0 double"),
        ],
    )
    def test_what_is_wrong_is_named(self, index: MatValue, kind: str, found: str) -> None:
        with problem_raised() as problems:
            self.read(index, "a", "b", length=2)
        assert (problems[0].kind.identifier, problems[0].field) == (kind, "s.p.sourceFileFrameIdx")
        assert problems[0].expected
        assert found in (problems[0].found or "")

    def test_planes_of_one_subvolume_have_lists_of_their_own(self, tmp_path: Path) -> None:
        made = write(tmp_path, rejected_file=True, short_last_file=True, late_first_file=True, blank_time_point=True)
        planes = {plane.name: plane for plane in read(made)[0].planes}
        lengths = set()
        for truth in made.planes:
            plane = planes[truth.name]
            assert plane.listed_paths == truth.listed_paths
            expected = np.where(np.isnan(truth.frame_index), 0, truth.frame_index) - 1
            np.testing.assert_array_equal(plane.frame_index.file_number, expected[0])
            np.testing.assert_array_equal(plane.frame_index.frame_number, expected[1])
            lengths.add(len(plane.listed_paths))
        assert len(lengths) > 1


class TestNames:
    def numbers(self, *paths: str) -> tuple[int, int] | None:
        return plane_numbers_from_paths(paths, fov_pattern=FOV, field=field(cell(*paths), "s.p.sourceFileList"))

    def test_subvolume_and_plane_from_the_folder(self) -> None:
        assert self.numbers("/data/an1/fov_04001/fluo_batch_out/x_001.tif", "D:\\an1\\fov_04001\\x_002.tif") == (4, 1)

    def test_the_last_folder_counts(self) -> None:
        assert self.numbers("/fov_01001/old/fov_13002/x.tif") == (13, 2)

    def test_paths_that_say_nothing(self) -> None:
        assert self.numbers("/data/x_001.tif") is None
        assert self.numbers() is None

    def test_a_pattern_that_finds_no_numbers(self) -> None:
        with problem_raised() as found:
            plane_numbers_from_paths(
                ("/site_A/layer_2/x.tif",),
                fov_pattern=r"site_(?P<subvolume>\w)/layer_(?P<plane>\d)",
                field=field(row()),
            )
        assert (found[0].kind.identifier, found[0].found) == ("field-value", "'A' and '2'")
        assert "source.fov_pattern" in (found[0].detail or "")

    def test_paths_that_contradict_each_other(self) -> None:
        with problem_raised() as found:
            self.numbers("/fov_01002/x.tif", "/fov_01003/y.tif")
        assert (found[0].kind.identifier, found[0].found) == ("field-value", "[(1, 2), (1, 3)]")
