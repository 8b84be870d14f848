"""MATLAB files of format 5 and 7, and what is no MATLAB file at all."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import scipy.io
from made_sessions import problem_raised, write

from ssc_to_nwb.matlab.leaves import describe, leaf_bytes, walk_leaves
from ssc_to_nwb.matlab.mat_file import read_mat, read_session_struct
from ssc_to_nwb.matlab.tree import MatCell, MatChar, MatSparse, MatStruct, MatStructArray, MatUnsupported
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.testing.matlab import Cell, StructArray, write_mat5

_MATLAB_MADE = Path(scipy.io.__file__).parent / "matlab" / "tests" / "data"
VALUES = {
    "numbers": np.array([[1.5, np.nan, -2.0], [0.0, 1e9, 3.25]]),
    "small": np.array([[1.0, 255.0]]),
    "negative": np.array([[-129.0, 4.0]]),
    "single": np.array([[0.5]], dtype=np.float32),
    "int16": np.array([[-7, 9]], dtype=np.int16),
    "flags": np.array([[True, False]]),
    "cube": np.arange(24.0).reshape(2, 3, 4),
    "text": "Angle for c2",
    "no_text": "",
    "nothing": np.zeros((0, 0)),
    "no_columns": np.zeros((3, 0)),
    "cell": Cell(["a", np.array([[2.0]]), Cell()], shape=(3, 1)),
    "matrix_cell": Cell([np.array([[float(n)]]) for n in range(4)], shape=(2, 2)),
    "no_cell": Cell(),
    "record": {"zeta": np.array([[1.0]]), "alpha": {"inner": "x"}},
    "records": StructArray([{"id": np.array([[1.0]])}, {"id": np.array([[2.0]])}]),
    "one_record": StructArray([{"id": np.array([[1.0]])}]),
    "no_records": StructArray([], field_names=("id", "cornersXY")),
    "no_fields": {},
}


def _as_scipy(value: object) -> object:
    return value.tolist() if isinstance(value, np.ndarray) else value


def _last(value: np.ndarray) -> object:
    """The last leaf of a value as scipy gives it."""
    while value.dtype.names or value.dtype == object:
        record = value.reshape(-1, order="F")[-1]
        value = record[value.dtype.names[-1]] if value.dtype.names else record
    return str(value.reshape(-1)[0]) if value.dtype.kind == "U" else value.tolist()


@pytest.fixture(params=[False, True], ids=["v6", "v7"])
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> MatStruct:
    path = tmp_path / "values.mat"
    write_mat5(path=path, variables={"s": VALUES}, compressed=request.param)
    return read_session_struct(path)[1]


def test_numbers_keep_shape_and_class(tree: MatStruct) -> None:
    for name, dtype in (("numbers", "f8"), ("single", "f4"), ("int16", "i2"), ("flags", "?"), ("cube", "f8")):
        value = tree.fields[name]
        assert isinstance(value, np.ndarray)
        np.testing.assert_array_equal(value, VALUES[name])
        assert value.dtype == np.dtype(dtype)


@pytest.mark.parametrize("name", ["small", "negative"])
def test_whole_doubles_stored_as_small_integers_come_back_as_doubles(tree: MatStruct, name: str) -> None:
    value = tree.fields[name]
    assert isinstance(value, np.ndarray)
    assert value.dtype == np.float64
    np.testing.assert_array_equal(value * 1000, VALUES[name] * 1000)


def test_texts(tree: MatStruct) -> None:
    assert tree.fields["text"] == "Angle for c2"
    assert tree.fields["no_text"] == ""


def test_empties_keep_their_shape(tree: MatStruct) -> None:
    assert describe(tree.fields["nothing"]) == "0x0 double"
    assert describe(tree.fields["no_columns"]) == "3x0 double"
    assert tree.fields["no_cell"] == MatCell(shape=(0, 0), items=())
    assert tree.fields["no_records"] == MatStructArray(shape=(1, 0), field_names=("id", "cornersXY"), elements=())
    assert tree.fields["no_fields"] == MatStruct(fields={})


def test_cells_are_read_down_the_columns(tree: MatStruct) -> None:
    cell, matrix = tree.fields["cell"], tree.fields["matrix_cell"]
    assert isinstance(cell, MatCell)
    assert isinstance(matrix, MatCell)
    assert (cell.shape, cell.items[0], cell.items[2]) == ((3, 1), "a", MatCell(shape=(0, 0), items=()))
    assert matrix.shape == (2, 2)
    assert [float(np.asarray(item)[0, 0]) for item in matrix.items] == [0, 1, 2, 3]


def test_structs_keep_the_order_of_their_fields(tree: MatStruct) -> None:
    assert list(tree.fields) == list(VALUES)
    record = tree.fields["record"]
    assert isinstance(record, MatStruct)
    assert list(record.fields) == ["zeta", "alpha"]


def test_a_struct_array_of_one_is_a_struct(tree: MatStruct) -> None:
    records = tree.fields["records"]
    assert isinstance(records, MatStructArray)
    assert [float(np.asarray(one.fields["id"])[0, 0]) for one in records.elements] == [1, 2]
    assert isinstance(tree.fields["one_record"], MatStruct)


def test_every_leaf_is_walked_once_with_its_path(tree: MatStruct) -> None:
    leaves = dict(walk_leaves(tree, "s"))
    assert len(leaves) == len(list(walk_leaves(tree, "s")))
    assert "s.record.alpha.inner" in leaves
    assert "s.records(2).id" in leaves
    assert "s.matrix_cell{4}" in leaves
    assert "s.cell{3}" in leaves, "an empty cell is a value"
    assert "s.no_fields" in leaves, "so is a struct without fields"
    assert leaf_bytes(leaves["s.numbers"]) == 48
    assert leaf_bytes(leaves["s.text"]) == 24


def test_the_first_variable_name_that_is_there_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "variant.mat"
    write_mat5(path=path, variables={"other": np.array([[1.0]]), "dat": {"a": "x"}})
    assert read_session_struct(path)[:2] == ("dat", MatStruct(fields={"a": "x"}))
    assert read_session_struct(path, variable_names=("q", "dat"))[0] == "dat"


def test_the_variable_is_absent(tmp_path: Path) -> None:
    path = tmp_path / "other.mat"
    write_mat5(path=path, variables={"obj": {"a": "x"}, "info": "text"})
    with problem_raised() as found:
        read_session_struct(path)
    assert (found[0].kind.identifier, found[0].file) == ("mat-variable-missing", str(path))
    assert found[0].expected == "a variable s or a variable dat"
    assert found[0].found == "obj, info"


def test_the_variable_is_no_struct(tmp_path: Path) -> None:
    path = tmp_path / "numbers.mat"
    write_mat5(path=path, variables={"s": np.zeros((2, 3))})
    with problem_raised() as found:
        read_session_struct(path)
    assert (found[0].kind.identifier, found[0].field) == ("field-type", "s")
    assert (found[0].expected, found[0].found) == ("a 1x1 struct", "2x3 double")


@pytest.mark.parametrize(
    ("content", "reported"),
    [
        (b"", "an empty file"),
        (b"PK\x03\x04 a zip file", "15 bytes that begin with"),
        (b"#!/bin/sh\n" + b"echo no mat file\n" * 60, "begin with"),
    ],
    ids=["empty", "short", "long"],
)
def test_no_mat_file(tmp_path: Path, content: bytes, reported: str) -> None:
    path = tmp_path / "s.mat"
    path.write_bytes(content)
    with problem_raised() as found:
        read_mat(path)
    assert (found[0].kind.identifier, found[0].file) == ("mat-unreadable", str(path))
    assert reported in (found[0].found or "")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with problem_raised() as found:
        read_mat(tmp_path / "absent.mat")
    assert found[0].kind.identifier == "source-not-readable"
    assert found[0].found == "nothing"


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("share", [0.999, 0.7, 0.3, 0.01])
def test_a_truncated_file(tmp_path: Path, share: float, compressed: bool) -> None:
    path = write(tmp_path, compressed=compressed).mat_path
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with problem_raised() as found:
        read_session_struct(path)
    assert found[0].kind.identifier == "mat-unreadable"
    assert "Error" not in str(found[0].found)


def test_damage_is_said_without_the_names_of_exceptions(tmp_path: Path) -> None:
    path = write(tmp_path).mat_path
    content = bytearray(path.read_bytes())
    content[-1] ^= 0xFF
    path.write_bytes(content)
    with problem_raised() as found:
        read_session_struct(path)
    assert str(found[0].found).startswith("a compressed variable that cannot be unpacked (")

    hdf5 = write(tmp_path / "hdf5", mat_format="7.3", subvolumes=()).mat_path
    content = bytearray(hdf5.read_bytes())
    hdf5.write_bytes(content[: len(content) // 2])
    with problem_raised() as found:
        read_session_struct(hdf5)
    assert re.fullmatch(r"only the first [\d.]+ kB of [\d.]+ kB", str(found[0].found))


def test_a_file_cut_after_its_header_holds_no_variable(tmp_path: Path) -> None:
    path = write(tmp_path).mat_path
    path.write_bytes(path.read_bytes()[:128])
    with problem_raised() as found:
        read_session_struct(path)
    assert found[0].kind.identifier in ("mat-variable-missing", "mat-unreadable")


def test_damage_inside_a_compressed_file_is_found(tmp_path: Path) -> None:
    path = write(tmp_path, n_trials=2, trials_without_whisker=(), subvolumes=()).mat_path
    content = path.read_bytes()
    rng = np.random.default_rng(5)
    for place in rng.integers(136, len(content), 15):
        damaged = bytearray(content)
        damaged[place] ^= 1 << int(rng.integers(0, 8))
        path.write_bytes(bytes(damaged))
        with problem_raised() as found:
            read_session_struct(path)
        assert found[0].kind.identifier == "mat-unreadable"


@pytest.mark.skipif(not _MATLAB_MADE.is_dir(), reason="this scipy came without its test files")
class TestFilesThatMatlabWrote:
    """The files that come with scipy's tests, written by MATLAB 6 to 8 itself."""

    @pytest.mark.parametrize("name", ["testdouble_7.4_GLNX86", "testdouble_6.1_SOL2", "testhdf5_7.4_GLNX86"])
    def test_doubles_in_either_byte_order(self, name: str) -> None:
        value = read_mat(_MATLAB_MADE / f"{name}.mat")["testdouble"]
        assert isinstance(value, np.ndarray)
        assert value.dtype == np.dtype("=f8")
        np.testing.assert_allclose(value, [np.arange(0, 2 * np.pi + 0.1, np.pi / 4)])

    def test_struct_arrays(self) -> None:
        value = read_mat(_MATLAB_MADE / "teststructarr_7.4_GLNX86.mat")["teststructarr"]
        assert isinstance(value, MatStructArray)
        assert value.elements[1].fields == {"one": "number 1", "two": "number 2"}

    def test_nested_cells(self) -> None:
        value = read_mat(_MATLAB_MADE / "testcellnest_7.4_GLNX86.mat")["testcellnest"]
        assert [path for path, _ in walk_leaves(value, "c")] == [
            "c{1}",
            "c{2}{1}",
            "c{2}{2}",
            "c{2}{3}{1}",
            "c{2}{3}{2}",
        ]

    @pytest.mark.parametrize("version", ["6.1_SOL2", "6.5.1_GLNX86", "7.4_GLNX86"])
    def test_a_char_matrix_has_a_text_per_row(self, version: str) -> None:
        value = read_mat(_MATLAB_MADE / f"teststringarray_{version}.mat")["teststringarray"]
        assert value == MatChar(shape=(3, 5), rows=("one  ", "two  ", "three"))

    @pytest.mark.parametrize(
        "name", ["test3dmatrix", "testbool", "testmatrix", "teststructnest", "testcell", "testunicode"]
    )
    def test_values_are_those_that_scipy_reads(self, name: str) -> None:
        for path in _MATLAB_MADE.glob(f"{name}_[67]*.mat"):
            ours = dict(walk_leaves(read_mat(path)[name], name))
            theirs = scipy.io.loadmat(path, mat_dtype=True, chars_as_strings=True)[name]
            assert _as_scipy(ours.popitem()[1]) == _last(theirs), path.name

    @pytest.mark.parametrize("name", ["testsparse_6.1_SOL2", "testsparse_7.4_GLNX86", "logical_sparse"])
    def test_sparse_matrices_keep_their_class(self, name: str) -> None:
        (value,) = read_mat(_MATLAB_MADE / f"{name}.mat").values()
        (theirs,) = (v for k, v in scipy.io.loadmat(_MATLAB_MADE / f"{name}.mat").items() if k[:2] != "__")
        assert isinstance(value, MatSparse)
        np.testing.assert_array_equal(np.asarray(value), theirs.toarray())
        assert value.values.dtype == ("?" if "logical" in name else "f8")

    def test_a_struct_without_fields(self) -> None:
        assert list(read_mat(_MATLAB_MADE / "test_empty_struct.mat").values()) == [MatStruct(fields={})]

    @pytest.mark.parametrize(
        ("name", "found"),
        [
            ("testfunc_7.4_GLNX86", "function_handle (a function handle)"),
            ("testobject_7.4_GLNX86", "inline (an object)"),
            ("testcomplex_7.4_GLNX86", "complex (complex numbers)"),
            ("broken_utf8", "char (bytes 80 20 61 6d that are no UTF-8)"),
        ],
    )
    def test_what_cannot_be_read_says_so(self, name: str, found: str) -> None:
        (value,) = read_mat(_MATLAB_MADE / f"{name}.mat").values()
        assert isinstance(value, MatUnsupported)
        assert describe(value) == found

    def test_a_complex_field_is_named(self) -> None:
        path = _MATLAB_MADE / "teststruct_7.4_GLNX86.mat"
        with problem_raised() as problems:
            read_session_struct(path, variable_names=("teststruct",))
        assert (problems[0].kind.identifier, problems[0].field) == ("mat-class-unsupported", "teststruct.complexfield")

    def test_every_file_is_read_or_refused_by_name(self) -> None:
        for path in sorted(_MATLAB_MADE.glob("*.mat")):
            try:
                read_mat(path)
            except SscError as failure:
                assert failure.problem.kind.identifier == "mat-unreadable", path.name
