"""MATLAB 7.3 files: what MATLAB's layout asks for, read with h5py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from scipy.io import loadmat

from ssc_to_nwb.testing.matlab import EMPTY, Cell, StructArray, row, write_mat73

VALUE = {
    "zebra": "text",
    "apple": Cell(["one", row([1, 2]), Cell(), ""], shape=(2, 2)),
    "planes": StructArray([{"id": row([1]), "name": "x"}, {"id": row([2]), "name": "y"}]),
    "lone": StructArray([{"id": row([7])}]),
    "none": StructArray([], field_names=("id", "corners")),
    "matrix": np.arange(6.0).reshape(2, 3),
    "cube": np.arange(24.0).reshape(2, 3, 4),
    "single": np.ones((1, 2), dtype=np.float32),
    "flag": np.array([[True, False]]),
    "empty": EMPTY,
    "long": np.zeros((1, 2000)),
}


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "file.mat"
    write_mat73(path=path, variables={"s": VALUE})
    return path


def text(dataset: Any) -> str:
    return "".join(chr(code) for code in dataset[()].ravel())


def matlab_class(item: Any) -> str:
    return item.attrs["MATLAB_class"].decode()


def test_header_is_matlabs(written: Path) -> None:
    head = written.read_bytes()[:520]
    assert head.startswith(b"MATLAB 7.3 MAT-file")
    assert head[124:128] == b"\x00\x02IM"
    assert head[512:516] == b"\x89HDF"
    with pytest.raises(NotImplementedError, match="HDF"):
        loadmat(written)


def test_structs_are_groups_whose_fields_have_an_order(written: Path) -> None:
    with h5py.File(written) as file:
        fields = ["".join(letter.decode() for letter in name) for name in file["s"].attrs["MATLAB_fields"]]
        assert matlab_class(file["s"]) == "struct"
    assert fields == list(VALUE)


def test_chars_are_codes_in_a_column(written: Path) -> None:
    with h5py.File(written) as file:
        item = file["s/zebra"]
        assert (item.dtype, item.shape, text(item)) == (np.uint16, (4, 1), "text")
        assert matlab_class(item) == "char"
        assert item.attrs["MATLAB_int_decode"] == 2


def test_cells_are_references_in_transposed_shape(written: Path) -> None:
    with h5py.File(written) as file:
        cell = file["s/apple"]
        assert matlab_class(cell) == "cell"
        assert cell.shape == (2, 2)
        items = [file[reference] for reference in cell[()].ravel()]
        assert text(items[0]) == "one"
        assert items[1][()].tolist() == [[1], [2]]
        assert (matlab_class(items[2]), items[2].attrs["MATLAB_empty"], items[2][()].tolist()) == ("cell", 1, [0, 0])
        assert (matlab_class(items[3]), items[3].attrs["MATLAB_empty"]) == ("char", 1)
        assert all(item.name.startswith("/#refs#/") for item in items)


def test_struct_arrays_are_groups_of_references(written: Path) -> None:
    with h5py.File(written) as file:
        assert matlab_class(file["s/planes"]) == "struct"
        assert file["s/planes/id"].shape == (2, 1)
        assert [float(file[reference][0, 0]) for reference in file["s/planes/id"][:, 0]] == [1, 2]
        assert float(file["s/lone/id"][0, 0]) == 7
        assert file["s/none"].attrs["MATLAB_empty"] == 1
        assert file["s/none"][()].tolist() == [1, 0]


def test_arrays_are_transposed_and_keep_their_class(written: Path) -> None:
    with h5py.File(written) as file:
        np.testing.assert_array_equal(file["s/matrix"][()].T, VALUE["matrix"])
        np.testing.assert_array_equal(file["s/cube"][()].T, VALUE["cube"])
        assert matlab_class(file["s/matrix"]) == "double"
        assert (matlab_class(file["s/single"]), file["s/single"].dtype) == ("single", np.float32)
        assert (matlab_class(file["s/flag"]), file["s/flag"].dtype) == ("logical", np.uint8)
        assert file["s/empty"].attrs["MATLAB_empty"] == 1
        assert file["s/long"].compression == "gzip"
