"""Values as the generator builds them are written in the form of the tree."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matlab_forms import assert_equal_values, number, structs

from ssc_to_nwb.matlab.mat_file import read_mat
from ssc_to_nwb.matlab.tree import MatCell, MatStruct, MatValue
from ssc_to_nwb.testing.matlab import EMPTY, Cell, StructArray, row, write_mat5, write_mat73

CUBE = np.random.default_rng(0).normal(size=(2, 3, 4))
# A value, and what it is in a file.
VALUES: dict[str, tuple[Any, MatValue]] = {
    "text": ("Größe in µm", "Größe in µm"),
    "cell": (Cell(["one", row([1, 2]), Cell(), ""]), MatCell(
        shape=(1, 4), items=("one", np.array([[1.0, 2.0]]), MatCell(shape=(0, 0), items=()), ""),
    )),
    "square": (Cell("abcd", shape=(2, 2)), MatCell(shape=(2, 2), items=("a", "b", "c", "d"))),
    "structs": (StructArray([{"id": 1, "name": "x"}, {"id": 2, "name": "longer"}]), structs(
        (1, 2), MatStruct(fields={"id": number(1), "name": "x"}), MatStruct(fields={"id": number(2), "name": "longer"}),
        names=("id", "name"),
    )),
    "none": (StructArray([], field_names=("id", "corners")), structs((1, 0), names=("id", "corners"))),
    "lone": (StructArray([{"id": 7}]), MatStruct(fields={"id": number(7)})),
    # Python's whole numbers are MATLAB's doubles.
    "number": (0.25, number(0.25)),
    "whole": (np.arange(3), np.array([[0.0, 1.0, 2.0]])),
    "other": (np.arange(6, dtype="uint8").reshape(2, 3), np.arange(6, dtype="uint8").reshape(2, 3)),
    "flags": (np.array([True, False]), np.array([[True, False]])),
    "turned": (np.asfortranarray(CUBE), CUBE),
    "nothing": (row([]), EMPTY),
}  # fmt: skip


@pytest.mark.parametrize("write", [write_mat5, partial(write_mat5, compressed=False), write_mat73])
def test_values_are_those_of_the_tree(tmp_path: Path, write: Callable[..., None]) -> None:
    values = {name: value for name, (value, _) in VALUES.items()}
    write(path=tmp_path / "file.mat", variables={"s": values, "t": "beside it"})
    found = read_mat(tmp_path / "file.mat")
    assert_equal_values(found["s"], MatStruct(fields={name: expected for name, (_, expected) in VALUES.items()}))
    assert found["t"] == "beside it"
