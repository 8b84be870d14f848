"""MATLAB 5 files as MATLAB writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import loadmat

from ssc_to_nwb.testing.matlab import Cell, StructArray, row, write_mat5


def round_trip(tmp_path: Path, value: Any, *, compressed: bool = True, **options: Any) -> Any:
    path = tmp_path / "file.mat"
    write_mat5(path=path, variables={"v": value}, compressed=compressed)
    return loadmat(path, **options)["v"]


@pytest.mark.parametrize(
    ("values", "stored"),
    [
        ([0, 255], "uint8"),
        ([256, 65535], "uint16"),
        ([-1, 40], "int16"),
        ([-40_000, 70_000], "int32"),
        ([0, 2**40], "float64"),
        ([0.5, 1], "float64"),
        ([1, 2.5], "float64"),
        ([1, np.nan], "float64"),
        ([np.inf, 1], "float64"),
    ],
)
def test_doubles_of_whole_numbers_are_stored_small_and_stay_class_double(
    tmp_path: Path, values: list[float], stored: str
) -> None:
    plain = round_trip(tmp_path, row(values))
    as_class = round_trip(tmp_path, row(values), mat_dtype=True)
    assert plain.dtype == stored
    assert as_class.dtype == np.float64
    np.testing.assert_array_equal(as_class, [values])


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "float32", "int64", "uint64"])
def test_other_classes_are_kept(tmp_path: Path, dtype: str) -> None:
    values = np.arange(6, dtype=dtype).reshape(2, 3)
    if dtype == "int64":  # the generator takes Python's integers for MATLAB's doubles
        assert round_trip(tmp_path, values, mat_dtype=True).dtype == np.float64
        return
    read = round_trip(tmp_path, values, mat_dtype=True)
    assert read.dtype == dtype
    np.testing.assert_array_equal(read, values)


def test_logical(tmp_path: Path) -> None:
    read = round_trip(tmp_path, np.array([[True, False, True]]), mat_dtype=True)
    assert read.dtype == np.bool_
    assert read.tolist() == [[True, False, True]]


@pytest.mark.parametrize("shape", [(2, 3), (3, 2), (2, 3, 4), (5, 1)])
def test_arrays_keep_shape_and_order(tmp_path: Path, shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).normal(size=shape)
    np.testing.assert_array_equal(round_trip(tmp_path, values), values)
    np.testing.assert_array_equal(round_trip(tmp_path, np.asfortranarray(values)), values)


@pytest.mark.parametrize("compressed", [True, False])
def test_structs_cells_and_chars(tmp_path: Path, compressed: bool) -> None:
    value = {
        "z_first": "text",
        "a_second": Cell(["one", row([1, 2]), Cell(), ""]),
        "array": StructArray([{"id": row([1]), "name": "x"}, {"id": row([2]), "name": "longer"}]),
        "none": StructArray([], field_names=("id", "corners")),
        "empty": np.zeros((0, 0)),
    }
    read = round_trip(tmp_path, value, compressed=compressed)
    assert read.shape == (1, 1)
    assert read.dtype.names == ("z_first", "a_second", "array", "none", "empty")
    top = read[0, 0]
    assert top["z_first"][0] == "text"
    assert top["a_second"].shape == (1, 4)
    assert top["a_second"][0, 0][0] == "one"
    assert top["a_second"][0, 1].tolist() == [[1, 2]]
    assert top["a_second"][0, 2].shape == (0, 0)
    assert top["a_second"][0, 3].size == 0
    assert top["array"].shape == (1, 2)
    assert [str(element["name"][0]) for element in top["array"][0]] == ["x", "longer"]
    assert top["none"].shape == (1, 0)
    assert top["none"].dtype.names == ("id", "corners")
    assert top["empty"].shape == (0, 0)


def test_text_beyond_ascii(tmp_path: Path) -> None:
    assert round_trip(tmp_path, "Größe in µm")[0] == "Größe in µm"


def test_several_variables_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "file.mat"
    write_mat5(path=path, variables={"dx_r": row([1, 2]), "dy_r": row([0.5, -0.5])})
    read = loadmat(path)
    assert read["dx_r"].tolist() == [[1, 2]]
    assert read["dy_r"].tolist() == [[0.5, -0.5]]
