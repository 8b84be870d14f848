"""Columns of tables keep a type even where they hold nothing."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from hdmf.common import DynamicTable, VectorIndex
from pynwb import NWBHDF5IO, NWBFile
from pynwb.testing.mock.file import mock_NWBFile

from ssc_to_nwb.data_types.columns import column, ragged_column, text_column


def written(folder: Path, columns: list[object]) -> h5py.Group:
    nwbfile: NWBFile = mock_NWBFile()
    names = [one.name for one in columns if not isinstance(one, VectorIndex)]
    nwbfile.add_acquisition(DynamicTable(name="t", description="d", columns=columns, colnames=names))
    with NWBHDF5IO(folder / "t.nwb", "w") as io:
        io.write(nwbfile)
    return h5py.File(folder / "t.nwb", "r")["acquisition/t"]


def test_columns_with_rows(tmp_path: Path) -> None:
    parts = [np.array([1, 2]), np.zeros(0, dtype=np.int64), np.array([3])]
    table = written(
        tmp_path,
        [
            column("number", "n", np.array([1.0, np.nan, 3.0])),
            text_column("text", "t", ["a", "", "c"]),
            *ragged_column("parts", "p", parts, empty=np.zeros(0, dtype=np.int64)),
        ],
    )
    np.testing.assert_array_equal(table["number"][()], [1, np.nan, 3])
    assert [text.decode() for text in table["text"][()]] == ["a", "", "c"]
    assert table["parts"][()].tolist() == [1, 2, 3]
    assert table["parts_index"][()].tolist() == [2, 2, 3]


def test_columns_without_rows_have_their_type(tmp_path: Path) -> None:
    table = written(
        tmp_path,
        [
            column("number", "n", np.zeros(0)),
            text_column("text", "t", []),
        ],
    )
    assert {name: table[name].shape for name in ("number", "text")} == {"number": (0,), "text": (0,)}
    assert table["number"].dtype == np.float64
    assert h5py.check_string_dtype(table["text"].dtype) is not None


@pytest.mark.parametrize("rows", [0, 2])
def test_a_ragged_column_without_any_item_is_left_out(rows: int) -> None:
    assert ragged_column("outline", "o", [np.zeros((0, 2))] * rows, empty=np.zeros((0, 2))) == []


def test_a_ragged_column_keeps_further_axes(tmp_path: Path) -> None:
    table = written(
        tmp_path,
        ragged_column("outline", "o", [np.ones((2, 2)), np.zeros((0, 2)), np.ones((1, 2))], empty=np.zeros((0, 2))),
    )
    assert table["outline"].shape == (3, 2)
    assert table["outline_index"][()].tolist() == [2, 2, 3]
