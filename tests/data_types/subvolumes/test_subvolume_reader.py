"""Subvolumes: entries of the same planes put together, traces joined to planes by ROI number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_sessions import Edit, Struct, array, found_of, problem_of, read, read_edited, records, write

from ssc_to_nwb.data_types.rois.source import FrameIndex, Plane
from ssc_to_nwb.data_types.subvolumes.source import RoiArray, Subvolume
from ssc_to_nwb.testing.matlab import EMPTY, Cell, StructArray, row
from ssc_to_nwb.testing.spec import SubvolumeSpec

DFF, RAW, EVENT = (f"{name}TSA_subvolume_01" for name in ("dff", "rawFluo", "event"))
SMALL = {"subvolumes": (SubvolumeSpec(number=1, planes=(2, 3), rois_per_plane=2),), "image_shape": (20, 30)}


def make_plane(numbers: list[int]) -> Plane:
    nothing = np.zeros(0, dtype=np.int64)
    return Plane(
        name="fov_01002", position=1, path="s.p", record_path="s.r",
        roi_numbers=np.array(numbers, dtype=np.int64), recorded_numbers=nothing, rois=(), listed_paths=(),
        frame_index=FrameIndex(file_number=nothing, frame_number=nothing), master_image=np.zeros((2, 2, 1)),
    )  # fmt: skip


class TestJoins:
    @given(st.lists(st.integers(1, 40_000), unique=True, max_size=30), st.data())
    def test_rows_are_found_by_number_in_whatever_order_they_are(self, numbers: list[int], data: st.DataObject) -> None:
        rows = data.draw(st.permutations(numbers))[: data.draw(st.integers(0, len(numbers)))]
        cut = data.draw(st.integers(0, len(numbers)))
        planes = (make_plane(numbers[:cut]), make_plane(numbers[cut:]))
        values = np.array([[10.0 * number, 10.0 * number + 1] for number in rows]).reshape(len(rows), 2)
        traces = RoiArray(
            kind="dff", path="s.v", key="dff", description="", roi_numbers=np.array(rows, dtype=np.int64),
            values=values, time_ms=np.arange(2.0), trial=np.zeros(2, dtype=np.int64),
        )  # fmt: skip
        volume = Subvolume(number=1, planes=planes, arrays={"dff": traces}, valid_trials=None)
        joined: list[int] = []
        for plane in planes:
            found = volume.traces(plane, "dff")
            assert found is not None
            assert set(found.roi_numbers) <= set(plane.roi_numbers.tolist())
            np.testing.assert_array_equal(found.time_by_roi()[0], 10.0 * found.roi_numbers)
            np.testing.assert_array_equal(found.time_by_roi()[1], 10.0 * found.roi_numbers + 1)
            joined += found.roi_numbers.tolist()
        assert sorted(joined) == sorted(rows), "every row has its plane"
        assert volume.traces(planes[0], "raw") is None

    def test_shuffled_rows_and_missing_ones(self, tmp_path: Path) -> None:
        made = write(tmp_path, shuffled_rows=True, rois_without_trace=1, traces_without_roi=1, single_precision=True)
        session, log = read(made)
        for volume, truth in zip(session.subvolumes, made.subvolumes, strict=True):
            for plane, plane_truth in zip(volume.planes, truth.planes, strict=True):
                for kind, matrix in truth.matrices.items():
                    found = volume.traces(plane, kind)
                    assert found is not None
                    assert found.time_by_roi().dtype == np.float32
                    wanted = [roi.number for roi in plane_truth.rois if roi.has_trace]
                    assert sorted(found.roi_numbers.tolist()) == wanted
                    places = [truth.ids.tolist().index(number) for number in found.roi_numbers]
                    np.testing.assert_array_equal(found.time_by_roi(), matrix[places].T.astype(np.float32))
        without_trace = [roi.number for roi in made.rois if not roi.has_trace]
        without_record = [roi.number for roi in made.rois if not roi.has_record]
        names = {roi.number: plane.name for plane in made.planes for roi in plane.rois}
        assert found_of(log.problems, "roi-without-trace") == [f"ROI {n} of {names[n]}" for n in without_trace]
        assert found_of(log.problems, "roi-without-record") == [f"ROI {n} of {names[n]}" for n in without_record]

    def test_views_not_copies(self, tmp_path: Path) -> None:
        session, _ = read(write(tmp_path))
        volume = session.subvolumes[0]
        found = volume.traces(volume.planes[1], "dff")
        assert found is not None
        assert np.shares_memory(found.time_by_roi(), volume.arrays["dff"].values)


class TestGroups:
    def test_arrays_of_a_subvolume_share_its_planes(self, tmp_path: Path) -> None:
        made = write(tmp_path)
        session, _ = read(made)
        assert [volume.number for volume in session.subvolumes] == [1, 2]
        assert [[plane.name for plane in volume.planes] for volume in session.subvolumes] == [
            [plane.name for plane in truth.planes] for truth in made.subvolumes
        ]
        for volume, truth in zip(session.subvolumes, made.subvolumes, strict=True):
            assert list(volume.arrays) == ["dff", "raw", "event"]
            np.testing.assert_array_equal(volume.time_ms, truth.time_ms)
            np.testing.assert_array_equal(volume.trial, truth.trials)
            np.testing.assert_array_equal(volume.valid_trials, truth.valid_trials)
            for kind, matrix in truth.matrices.items():
                np.testing.assert_array_equal(volume.arrays[kind].values, matrix)

    def test_dff_alone(self, tmp_path: Path) -> None:
        session, _ = read(write(tmp_path, arrays=("dff",)))
        assert [list(volume.arrays) for volume in session.subvolumes] == [["dff"], ["dff"]]

    def test_all_subvolumes_may_have_one_key(self, tmp_path: Path) -> None:
        keys = (("dff", "dffTSA"), ("raw", "rawTSA"), ("event", "eventTSA"))
        session, _ = read(write(tmp_path, array_keys=keys))
        assert [list(volume.arrays) for volume in session.subvolumes] == [["dff", "raw", "event"]] * 2

    @pytest.mark.parametrize("as_struct", [False, True])
    def test_a_lone_plane(self, tmp_path: Path, as_struct: bool) -> None:
        session, _ = read(
            write(tmp_path, subvolumes=(SubvolumeSpec(number=3, planes=(4,)),), lone_plane_as_struct=as_struct)
        )
        assert [plane.name for plane in session.planes] == ["fov_03004"]

    def test_planes_as_a_struct_array(self, tmp_path: Path) -> None:
        def edit(s: Struct) -> None:
            for key in (DFF, RAW, EVENT):
                array(s, key)["imagingPlane"] = StructArray(list(array(s, key)["imagingPlane"]))

        assert [plane.name for plane in read_edited(tmp_path, edit, **SMALL)[0].planes] == ["fov_01002", "fov_01003"]

    def test_id_instead_of_ids(self, tmp_path: Path) -> None:
        def edit(s: Struct) -> None:
            for key in ("whiskerVars", DFF, RAW, EVENT):
                array(s, key)["id"] = array(s, key).pop("ids")

        session, _ = read_edited(tmp_path, edit, **SMALL)
        assert session.subvolumes[0].arrays["dff"].roi_numbers.size == 4

    def test_the_description_of_one_array_serves_all(self, tmp_path: Path) -> None:
        def edit(s: Struct) -> None:
            s["timeSeriesArrayHash"]["descrHash"] = Cell(
                [*list(s["timeSeriesArrayHash"]["descrHash"])[:2], EMPTY, Cell()]
            )

        session, _ = read_edited(tmp_path, edit, **SMALL)
        assert [len(plane.rois) for plane in session.planes] == [2, 2]
        assert session.subvolumes[0].valid_trials is not None

    def test_an_array_without_frames(self, tmp_path: Path) -> None:
        def edit(s: Struct) -> None:
            for key in (DFF, RAW, EVENT):
                array(s, key).update(valueMatrix=EMPTY, time=EMPTY, trial=EMPTY)
                for plane in array(s, key)["imagingPlane"]:
                    plane["sourceFileFrameIdx"] = EMPTY
                    plane["sourceFileList"] = Cell()

        session, _ = read_edited(tmp_path, edit, **SMALL)
        assert session.subvolumes[0].arrays["dff"].values.shape == (4, 0)

    def test_paths_without_a_name(self, tmp_path: Path) -> None:
        session, log = read(write(tmp_path, listed_without_fov=True))
        names = [plane.name for plane in session.planes]
        assert names[:2] == ["subvolume_01_plane_1", "subvolume_01_plane_2"]
        assert found_of(log.problems, "plane-name-unknown") == [f"named {name}" for name in names]

    def test_an_unnumbered_subvolume_does_not_take_the_number_of_another(self, tmp_path: Path) -> None:
        two = (SubvolumeSpec(number=9, planes=(2,)), SubvolumeSpec(number=1, planes=(3,)))

        def edit(s: Struct) -> None:
            (plane,) = array(s, DFF)["imagingPlane"]
            plane["sourceFileList"] = Cell(path.replace("fov_", "field_") for path in plane["sourceFileList"])

        session, _ = read_edited(tmp_path, edit, subvolumes=two, arrays=("dff",))
        assert [(volume.number, volume.planes[0].name) for volume in session.subvolumes] == [
            (2, "subvolume_02_plane_1"),
            (1, "fov_01003"),
        ]

    def test_a_pattern_of_ones_own(self, tmp_path: Path) -> None:
        made = write(tmp_path, listed_without_fov=True, **SMALL)
        session, _ = read(made, fov_pattern=r"site_(?P<subvolume>\d+)/layer_(?P<plane>\d+)")
        assert [plane.name for plane in session.planes] == ["fov_01001", "fov_01002"]


def twin(kind: str) -> Edit:
    """A second array of a kind over the planes of subvolume 1."""

    def edit(s: Struct) -> None:
        hash_ = s["timeSeriesArrayHash"]
        copies = {"keyNames": f"{kind}_again", "descr": "", "value": array(s, DFF), "descrHash": hash_["descrHash"][1]}
        for name, value in copies.items():
            hash_[name] = Cell([*hash_[name], value])

    return edit


def change(key: str, name: str, place: tuple[int, int], value: float) -> Edit:
    def edit(s: Struct) -> None:
        array(s, key)[name] = array(s, key)[name].copy()
        array(s, key)[name][place] = value

    return edit


def change_plane(name: str, value: object) -> Edit:
    def edit(s: Struct) -> None:
        for key in (DFF, RAW, EVENT):
            array(s, key)["imagingPlane"][0][name] = value

    return edit


def in_two_planes(s: Struct) -> None:
    for key in (DFF, RAW, EVENT):
        first, second = array(s, key)["imagingPlane"]
        second["ids"] = np.append(second["ids"], first["ids"][:, :1], axis=1)


def other_masks(s: Struct) -> None:
    hash_ = s["timeSeriesArrayHash"]
    planes = [dict(plane) for plane in records(s, RAW)]
    planes[0]["masterImage"] = planes[0]["masterImage"] + 1
    copy = dict(hash_["descrHash"][2])
    copy["value"] = Cell([StructArray(planes), copy["value"][1]])
    hash_["descrHash"][2] = copy


def one_record_less(s: Struct) -> None:
    for details in list(s["timeSeriesArrayHash"]["descrHash"])[1:]:
        details["value"][0] = StructArray([details["value"][0][0]])


def other_frames(s: Struct) -> None:
    plane = array(s, EVENT)["imagingPlane"][1]
    plane["sourceFileFrameIdx"] = plane["sourceFileFrameIdx"].copy()
    plane["sourceFileFrameIdx"][:, 0] = np.nan


@pytest.mark.parametrize(
    ("edit", "kind", "at", "found"),
    [
        (twin("dff"), "array-kind-twice", "value{5}", "dff in 'dffTSA_subvolume_01' and 'dff_again'"),
        (twin("other"), "array-kind-unknown", "value{5}", "key 'other_again'"),
        (change(DFF, "ids", (0, 1), 4001), "roi-without-plane", "value{2}", "[4001]"),
        (change(RAW, "time", (0, 0), 1.0), "arrays-disagree", "value{3}", ""),
        (change(EVENT, "trial", (0, 0), 99.0), "arrays-disagree", "value{4}", ""),
        (change(EVENT, "time", (0, 3), 1.0), "time-backwards", "value{4}.time", "1 ms after"),
        (other_frames, "arrays-disagree", "value{4}.imagingPlane{2}", ""),
        (other_masks, "arrays-disagree", "value{3}", "with other masks"),
        (one_record_less, "field-length", "value{2}", "1"),
        (in_two_planes, "roi-number-twice", "value{2}", "in fov_01002 and fov_01003"),
        (change_plane("ids", row([1001, 1001])), "roi-number-twice", "value{2}.imagingPlane{1}.ids", "[1001]"),
        (change_plane("ids", "x"), "field-type", "value{2}.imagingPlane{1}.ids", "text 'x'"),
        (lambda s: array(s, RAW).update(valueMatrix=np.zeros((4, 1))), "field-length", "value{3}.valueMatrix", "4x1"),
        (lambda s: array(s, RAW).update(valueMatrix=array(s, RAW)["valueMatrix"].T), "field-length",
         "value{3}.valueMatrix", "x4 double"),
        (lambda s: array(s, RAW).update(trial=EMPTY), "field-length", "value{3}.trial", "0x0"),
        (lambda s: array(s, RAW).pop("imagingPlane"), "field-missing", "value{3}", "struct with fields"),
        (lambda s: s["timeSeriesArrayHash"].pop("descrHash"), "field-length", "value{2}", "0"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, edit: Edit, kind: str, at: str, found: str) -> None:
    problem = problem_of(tmp_path, edit, **SMALL)
    assert (problem.kind.identifier, problem.field) == (kind, f"s.timeSeriesArrayHash.{at}")
    assert problem.expected or problem.found
    assert found in (problem.found or "")


def test_a_row_of_another_subvolumes_roi_is_not_lost_in_silence(tmp_path: Path) -> None:
    def edit(s: Struct) -> None:
        second = array(s, "dffTSA_subvolume_02")
        second["ids"] = second["ids"].copy()
        second["ids"][0, 0] = array(s, DFF)["ids"][0, 0]

    assert problem_of(tmp_path, edit, arrays=("dff",)).kind.identifier == "roi-without-plane"
