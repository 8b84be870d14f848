"""Every form of the tree, written in format 5, is read back as it was: by our reader and by scipy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io
import scipy.sparse
from matlab_forms import BEYOND_THE_BASIC_PLANE, FORMS, assert_equal_values, number

from ssc_to_nwb.matlab import write_mat5 as module
from ssc_to_nwb.matlab.mat_file import read_mat
from ssc_to_nwb.matlab.tree import (
    MatCell,
    MatChar,
    MatSparse,
    MatStruct,
    MatStructArray,
    MatUnsupported,
    MatValue,
)
from ssc_to_nwb.matlab.write_mat5 import TooLargeForFormat5Error, stored_form, write_mat5


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mat5") / "forms.mat"
    write_mat5(path, variables=FORMS)
    return path


def test_every_form_comes_back(written: Path) -> None:
    found = read_mat(written)
    assert list(found) == list(FORMS)
    for name, value in FORMS.items():
        assert_equal_values(found[name], value)


def test_scipy_reads_every_form_as_it_is(written: Path) -> None:
    found = scipy.io.loadmat(written, mat_dtype=True, chars_as_strings=False)
    assert [name for name in found if not name.startswith("__")] == list(FORMS)
    for name, value in FORMS.items():
        assert_as_scipy_has_it(found[name], value, name)


def assert_as_scipy_has_it(found: Any, value: MatValue, place: str) -> None:
    """Class, size and content of a value as scipy hands it out; a struct is an array there."""
    if isinstance(value, str | MatChar):
        rows = (value,) if isinstance(value, str) else value.rows
        assert found.dtype.kind == "U", place
        assert found.shape == (value.shape if isinstance(value, MatChar) else (min(1, len(value)), len(value))), place
        if found.size:
            pages = np.moveaxis(found.reshape((*found.shape[:2], -1), order="F"), 2, 0)
            # numpy cuts NULs off single characters.
            assert tuple("".join(letter or "\0" for letter in row) for page in pages for row in page) == rows, place
    elif isinstance(value, MatSparse):
        assert scipy.sparse.issparse(found), place
        assert (found.shape, (found.dtype == bool)) == (value.shape, value.values.dtype == bool), place
        np.testing.assert_array_equal(found.toarray(), value.full(), place)
    elif isinstance(value, MatStruct):
        assert_structs(found, (1, 1), tuple(value.fields), (value,), place)
    elif isinstance(value, MatStructArray):
        assert_structs(found, value.shape, value.field_names, value.elements, place)
    elif isinstance(value, MatCell):
        assert (found.dtype, found.shape) == (np.dtype(object), value.shape), place
        for number_, (one, item) in enumerate(zip(found.ravel(order="F"), value.items, strict=True), start=1):
            assert_as_scipy_has_it(one, item, f"{place}{{{number_}}}")
    else:
        assert isinstance(value, np.ndarray)
        assert (found.dtype, found.shape) == (value.dtype, value.shape), place
        assert found.tobytes(order="F") == value.tobytes(order="F"), place


def assert_structs(
    found: Any, shape: tuple[int, ...], names: tuple[str, ...], elements: tuple[MatStruct, ...], place: str
) -> None:
    assert found.shape == shape, place
    assert (found.dtype.names or ()) == names, place
    for number_, (one, struct) in enumerate(zip(found.ravel(order="F"), elements, strict=True), start=1):
        for name, content in struct.fields.items():
            assert_as_scipy_has_it(one[name], content, f"{place}({number_}).{name}")


def test_text_beyond_the_basic_plane_is_counted_as_matlab_counts_it(tmp_path: Path) -> None:
    write_mat5(tmp_path / "v.mat", variables=BEYOND_THE_BASIC_PLANE)
    found = read_mat(tmp_path / "v.mat")
    for name, value in BEYOND_THE_BASIC_PLANE.items():
        assert_equal_values(found[name], value)


def test_a_restored_file_is_small(tmp_path: Path) -> None:
    """Doubles of whole numbers take a byte each before they are compressed."""
    values = np.random.default_rng(1).integers(0, 256, (100, 100)).astype(float)
    write_mat5(tmp_path / "v.mat", variables={"v": values})
    assert (tmp_path / "v.mat").stat().st_size < 11_000


@pytest.mark.parametrize(
    ("values", "stored"),
    [
        ([0, 255], "uint8"), ([0, 256], "uint16"), ([-1, 40], "int16"), ([-40_000, 70_000], "int32"),
        ([0, 2.0**40], "float64"), ([1, 2.5], "float64"), ([1, np.nan], "float64"), ([0.0, -0.0], "float64"),
    ],
)  # fmt: skip
def test_stored_form_holds_the_same_values(values: list[float], stored: str) -> None:
    array = np.array([values], dtype=np.float64)
    assert stored_form(array).dtype == stored
    np.testing.assert_array_equal(stored_form(array), array)
    assert stored_form(array.astype(np.float32)).dtype == np.float32


def test_the_same_values_make_the_same_bytes(written: Path, tmp_path: Path) -> None:
    write_mat5(tmp_path / "again.mat", variables=FORMS)
    assert (tmp_path / "again.mat").read_bytes() == written.read_bytes()


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("dtype", ["f8", "f4", "i4"])
def test_numbers_in_any_byte_order(tmp_path: Path, dtype: str, order: str) -> None:
    array = np.array([[1, 70_000, -3]], dtype=f"{order}{dtype}")
    write_mat5(tmp_path / "v.mat", variables={"v": array, "w": array + array.dtype.type(0.5)}, compressed=False)
    found = read_mat(tmp_path / "v.mat")
    np.testing.assert_array_equal(found["v"], array)
    np.testing.assert_array_equal(found["w"], array + array.dtype.type(0.5))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (MatUnsupported(matlab_class="table", reason="an object"), "table"),
        (np.array([[1j]]), "complex128"),
        (np.array(["text"]), "<U4"),
        (np.arange(3.0), "1 dimensions"),
        (MatChar(shape=(2, 3), rows=("abc",)), "2x3"),
        (MatChar(shape=(2, 3), rows=("abc", "de")), "2x3"),
    ],
)
def test_what_has_no_place_in_a_file_is_refused(tmp_path: Path, value: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        write_mat5(tmp_path / "v.mat", variables={"s": MatStruct(fields={"v": value})})


def test_a_variable_beyond_the_format_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_VARIABLE_BYTES", 1000)
    write_mat5(tmp_path / "v.mat", variables={"v": np.full((10, 10), 0.5)})
    with pytest.raises(TooLargeForFormat5Error, match="w: "):
        write_mat5(tmp_path / "v.mat", variables={"v": number(1), "w": np.full((20, 10), 0.5)})


def test_a_length_beyond_the_format_is_refused(tmp_path: Path) -> None:
    vast = MatSparse(shape=(2**31, 1), row_index=np.zeros(0, int), column_start=np.zeros(2, int), values=np.zeros(0))
    with pytest.raises(TooLargeForFormat5Error, match="2147483648x1"):
        write_mat5(tmp_path / "v.mat", variables={"v": vast})
