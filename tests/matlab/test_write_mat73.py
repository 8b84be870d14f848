"""Every form of the tree, written in format 7.3, is read back as it was; its layout is MATLAB's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from matlab_forms import BEYOND_THE_BASIC_PLANE, FORMS, assert_equal_values

from ssc_to_nwb.matlab.leaves import matlab_class, matlab_shape
from ssc_to_nwb.matlab.mat_file import read_mat
from ssc_to_nwb.matlab.tree import MatChar, MatSparse, MatStruct, MatStructArray, MatUnsupported, is_empty_value
from ssc_to_nwb.matlab.write_mat73 import write_mat73

ALL_FORMS = {**FORMS, **BEYOND_THE_BASIC_PLANE}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mat73") / "forms.mat"
    write_mat73(path, variables=ALL_FORMS)
    return path


def test_every_form_comes_back(written: Path) -> None:
    found = read_mat(written)
    assert set(found) == set(ALL_FORMS)
    for name, value in ALL_FORMS.items():
        assert_equal_values(found[name], value)


def test_every_variable_has_its_class_and_its_size_reversed(written: Path) -> None:
    with h5py.File(written) as file:
        for name, value in ALL_FORMS.items():
            item = file[name]
            assert item.attrs["MATLAB_class"].decode() == matlab_class(value).removeprefix("sparse "), name
            if isinstance(item, h5py.Group):
                assert isinstance(value, MatStruct | MatStructArray | MatSparse)
                continue
            is_empty = bool(item.attrs.get("MATLAB_empty", 0))
            assert is_empty == (is_empty_value(value) or name == "recordsWithoutFields"), name
            shape = tuple(item[()].tolist()) if is_empty else item.shape[::-1]
            assert shape == matlab_shape(value), name


def test_numbers_are_those_given(written: Path) -> None:
    with h5py.File(written) as file:
        for name, value in FORMS.items():
            if isinstance(value, np.ndarray) and value.size:
                stored = np.uint8 if value.dtype == bool else value.dtype
                assert file[name].dtype == stored, name
                np.testing.assert_array_equal(file[name][()].T, value, name)


def test_the_order_of_fields_is_noted(written: Path) -> None:
    with h5py.File(written) as file:
        for name in ("names", "records", "noRecords", "noFields"):
            value = FORMS[name]
            assert isinstance(value, MatStruct | MatStructArray)
            expected = tuple(value.fields) if isinstance(value, MatStruct) else value.field_names
            assert tuple(b"".join(n.tolist()).decode() for n in file[name].attrs["MATLAB_fields"]) == expected


def test_chars_are_codes_in_a_column(written: Path) -> None:
    with h5py.File(written) as file:
        item = file["textOfFour"]
        assert (item.dtype, item.shape) == (np.uint16, (4, 1))
        assert "".join(map(chr, item[:, 0])) == "whis"
        assert item.attrs["MATLAB_int_decode"] == 2


def test_cells_and_struct_arrays_refer_to_objects_of_the_file(written: Path) -> None:
    with h5py.File(written) as file:
        items = [file[reference] for reference in file["cell"][()].ravel()]
        assert [item.attrs["MATLAB_class"].decode() for item in items[:3]] == ["double", "char", "struct"]
        assert items[0][()].tolist() == [[1]]
        assert all(item.name.startswith("/#refs#/") for item in items)
        numbers = file["records/zeta"]
        assert numbers.shape == (3, 2)
        assert [float(file[reference][0, 0]) for reference in numbers[()].ravel()] == [1, 2, 3, 4, 5, 6]


def test_the_header_is_matlabs(written: Path) -> None:
    head = written.read_bytes()[:520]
    assert head.startswith(b"MATLAB 7.3 MAT-file")
    assert head[124:128] == b"\x00\x02IM"
    assert head[512:516] == b"\x89HDF"


def test_long_arrays_are_compressed(written: Path) -> None:
    with h5py.File(written) as file:
        assert file["long"].compression == "gzip"
        assert file["scalar"].compression is None


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (MatUnsupported(matlab_class="table", reason="an object"), "table"),
        (np.array([[1j]]), "complex128"),
        (np.zeros((1, 1), dtype=object), "object"),
        (np.arange(3.0), "1 dimensions"),
        (MatChar(shape=(2, 3), rows=("abc",)), "2x3"),
        (MatStruct(fields={"a/b": "x"}), "a/b"),
    ],
)
def test_what_has_no_place_in_a_file_is_refused(tmp_path: Path, value: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        write_mat73(tmp_path / "v.mat", variables={"s": MatStruct(fields={"v": value})})
