"""MATLAB files of format 7.3: the same tree as from format 5."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from made_sessions import problem_raised, read, write

from ssc_to_nwb.matlab.leaves import describe, walk_leaves
from ssc_to_nwb.matlab.mat_file import read_mat, read_session_struct
from ssc_to_nwb.matlab.tree import MatCell, MatChar, MatStruct, MatStructArray
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.testing.matlab import Cell, StructArray, write_mat73
from ssc_to_nwb.testing.spec import SubvolumeSpec

AWKWARD = {
    "subvolumes": (SubvolumeSpec(planes=(2,), rois_per_plane=2),),
    "whiskers": ("c1", "c2"),
    "lone_plane_as_struct": True,
    "traces_without_roi": 1,
    "empty_event_series": ("touches", "leftLicks"),
    "further_metadata": (("note", ""), ("room", "Zürich"), ("weight", 21.5)),
}


def same(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.shape == other.shape and one.dtype == other.dtype and np.array_equal(one, other, equal_nan=True)
    return bool(one == other)


def test_a_session_is_the_same_in_both_formats(tmp_path: Path) -> None:
    trees = []
    for mat_format in ("5", "7.3"):
        made = write(tmp_path / mat_format, mat_format=mat_format, **AWKWARD)
        trees.append(list(walk_leaves(read_session_struct(made.mat_path)[1], "s")))
    first, second = trees
    assert [path for path, _ in first] == [path for path, _ in second]
    different = [path for (path, one), (_, other) in zip(first, second, strict=True) if not same(one, other)]
    assert different == []


def test_classes_and_empties(tmp_path: Path) -> None:
    path = tmp_path / "values.mat"
    values = {
        "flags": np.array([[True, False]]),
        "single": np.array([[0.5, 1.5]], dtype=np.float32),
        "int16": np.array([[-3], [4]], dtype=np.int16),
        "cube": np.arange(24.0).reshape(2, 3, 4),
        "no_text": "",
        "no_cell": Cell(shape=(0, 3)),
        "no_columns": np.zeros((3, 0)),
        "no_records": StructArray([], field_names=("id", "rois")),
        "column": Cell(["a", "b"], shape=(2, 1)),
        "no_fields": {},
    }
    write_mat73(path=path, variables={"s": values})
    fields = read_session_struct(path)[1].fields
    assert {name: describe(value) for name, value in fields.items()} == {
        "flags": "1x2 logical",
        "single": "1x2 single",
        "int16": "2x1 int16",
        "cube": "2x3x4 double",
        "no_text": "text ''",
        "no_cell": "0x3 cell",
        "no_columns": "3x0 double",
        "no_records": "1x0 struct array",
        "column": "2x1 cell",
        "no_fields": "struct with fields (none)",
    }
    np.testing.assert_array_equal(np.asarray(fields["cube"]), values["cube"])
    assert fields["column"] == MatCell(shape=(2, 1), items=("a", "b"))
    assert fields["no_records"] == MatStructArray(shape=(1, 0), field_names=("id", "rois"), elements=())


@pytest.mark.parametrize("mat_format", ["5", "7.3"])
def test_padding_at_the_end_of_a_text_is_kept_and_no_part_of_the_text(tmp_path: Path, mat_format: str) -> None:
    made = write(tmp_path, mat_format=mat_format, further_metadata=(("room", "2W\0\0"),), subvolumes=())
    value = read_session_struct(made.mat_path)[1].fields["metaDataHash"].fields["value"].items[-1]
    assert value == MatChar(shape=(1, 4), rows=("2W\0\0",))
    assert read(made)[0].metadata_text("room") == "2W"


def test_struct_arrays_and_cells_of_structs(tmp_path: Path) -> None:
    path = tmp_path / "values.mat"
    rois = StructArray([{"id": np.array([[float(n)]]), "name": f"roi {n}"} for n in (7, 8, 9)])
    write_mat73(path=path, variables={"s": {"rois": rois, "planes": Cell([{"ids": np.array([[1.0]])}])}})
    fields = read_session_struct(path)[1].fields
    array, planes = fields["rois"], fields["planes"]
    assert isinstance(array, MatStructArray)
    assert [one.fields["name"] for one in array.elements] == ["roi 7", "roi 8", "roi 9"]
    assert isinstance(planes, MatCell)
    assert isinstance(planes.items[0], MatStruct)


def test_fields_without_a_listed_order_are_still_read(tmp_path: Path) -> None:
    """MATLAB leaves MATLAB_fields out where it would be too long."""
    path = tmp_path / "values.mat"
    write_mat73(path=path, variables={"s": {"b": "x", "a": "y"}})
    with h5py.File(path, "r+") as file:
        del file["s"].attrs["MATLAB_fields"]
    assert read_session_struct(path)[1] == MatStruct(fields={"a": "y", "b": "x"})


def test_a_cell_that_another_program_wrote_without_its_class(tmp_path: Path) -> None:
    path = tmp_path / "values.mat"
    write_mat73(path=path, variables={"s": {"names": Cell(["a", "b"]), "n": np.array([[1.0]])}})
    with h5py.File(path, "r+") as file:
        del file["s/names"].attrs["MATLAB_class"]
    assert read_session_struct(path)[1].fields["names"] == MatCell(shape=(1, 2), items=("a", "b"))


def test_a_sparse_matrix_is_known_as_one(tmp_path: Path) -> None:
    path = tmp_path / "sparse.mat"
    with h5py.File(path, "w") as file:
        group = file.create_group("s")
        group.attrs["MATLAB_class"] = np.bytes_("double")
        group.attrs["MATLAB_sparse"] = np.uint64(3)
        group["data"], group["ir"], group["jc"] = [5.0, 6.0], np.uint64([0, 2]), np.uint64([0, 1, 1, 2])
    matrix = read_mat(path)["s"]
    assert describe(matrix) == "3x3 sparse double"
    np.testing.assert_array_equal(np.asarray(matrix), [[5, 0, 0], [0, 0, 0], [0, 0, 6]])


@pytest.mark.parametrize("change", [{"MATLAB_class": "quaternion"}, {"MATLAB_class": "quaternion", "MATLAB_empty": 1}])
def test_a_class_that_nobody_knows_is_no_damage(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "object.mat"
    write_mat73(path=path, variables={"s": {"inner": Cell(["x", np.array([[0.0, 0.0]])])}})
    with h5py.File(path, "r+") as file:
        for name, value in change.items():
            file["#refs#/r000002"].attrs[name] = np.bytes_(value) if isinstance(value, str) else np.uint8(value)
    with problem_raised() as problems:
        read_session_struct(path)
    assert (problems[0].kind.identifier, problems[0].field) == ("mat-class-unsupported", "s.inner{2}")
    assert "quaternion" in (problems[0].found or "")


@pytest.mark.parametrize("share", [0.9, 0.5, 0.02])
def test_a_truncated_file(tmp_path: Path, share: float) -> None:
    path = write(tmp_path, mat_format="7.3", subvolumes=()).mat_path
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with problem_raised() as problems:
        read_session_struct(path)
    assert (problems[0].kind.identifier, problems[0].file) == ("mat-unreadable", str(path))


def test_an_hdf5_file_that_matlab_never_saw(tmp_path: Path) -> None:
    path = tmp_path / "s.mat"
    with h5py.File(path, "w") as file:
        file["data"] = np.arange(3.0)
        file["text"] = "no class at all"
        file["records"] = np.zeros(2, dtype=[("a", "i4"), ("b", "f8")])
    with problem_raised() as problems:
        read_session_struct(path)
    assert (problems[0].kind.identifier, problems[0].found) == ("mat-variable-missing", "data, records, text")


def test_damaged_bytes_are_found_or_harmless_but_never_a_crash(tmp_path: Path) -> None:
    path = write(tmp_path, mat_format="7.3", n_trials=2, trial_number_gap_after=(), subvolumes=()).mat_path
    content = path.read_bytes()
    rng = np.random.default_rng(3)
    refused = 0
    for _ in range(20):
        damaged = bytearray(content)
        for place in rng.integers(512, len(content), 20):
            damaged[place] = rng.integers(0, 256)
        path.write_bytes(bytes(damaged))
        try:
            read_session_struct(path)
        except SscError:
            refused += 1
    assert refused > 5
