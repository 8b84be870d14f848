"""Tables are as their layout declares them, and keep a type even where they hold nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hdmf.common import VectorIndex
from pynwb import NWBHDF5IO, NWBFile
from pynwb.testing.mock.file import mock_NWBFile

from ssc_to_nwb.data_types.declared import TEXT, Column, Table
from ssc_to_nwb.data_types.from_layout import make_table

NUMBER = Column("number", np.float64, "n")
WORD = Column("word", TEXT, "t")
PARTS = Column("parts", np.int64, "p", ragged=True)
OUTLINE = Column("outline", np.float64, "o", axes=2, ragged=True)


def written(folder: Path, columns: tuple[Column, ...], values: dict[str, Any]) -> h5py.Group:
    nwbfile: NWBFile = mock_NWBFile()
    declared = Table(path="/acquisition/t", text="d", columns=columns)
    nwbfile.add_acquisition(make_table(declared, values))
    with NWBHDF5IO(folder / "t.nwb", "w") as io:
        io.write(nwbfile)
    return h5py.File(folder / "t.nwb", "r")["acquisition/t"]


def test_columns_with_rows(tmp_path: Path) -> None:
    parts = [np.array([1, 2]), np.zeros(0, dtype=np.int64), np.array([3])]
    values = {"number": np.array([1.0, np.nan, 3.0]), "word": ["a", "", "c"], "parts": parts}
    table = written(tmp_path, (NUMBER, WORD, PARTS), values)
    np.testing.assert_array_equal(table["number"][()], [1, np.nan, 3])
    assert [text.decode() for text in table["word"][()]] == ["a", "", "c"]
    assert table["parts"][()].tolist() == [1, 2, 3]
    assert table["parts_index"][()].tolist() == [2, 2, 3]
    assert table["id"][()].tolist() == [0, 1, 2]
    assert table["number"].attrs["description"] == "n"


def test_columns_without_rows_have_their_type(tmp_path: Path) -> None:
    table = written(tmp_path, (NUMBER, WORD), {"number": [], "word": []})
    assert {name: table[name].shape for name in ("number", "word")} == {"number": (0,), "word": (0,)}
    assert table["number"].dtype == np.float64
    assert h5py.check_string_dtype(table["word"].dtype) is not None


def made(column: Column, values: dict[str, Any]) -> Any:
    columns = (NUMBER, column) if column.ragged else (column,)
    return make_table(Table(path="/acquisition/t", text="d", columns=columns), values)


def test_values_get_the_declared_type() -> None:
    assert made(NUMBER, {"number": [1, 2]})["number"].data.dtype == np.float64


def test_a_column_without_values_is_an_error() -> None:
    with pytest.raises(KeyError, match="word"):
        made(WORD, {"number": [1]})


def test_a_ragged_column_keeps_further_axes() -> None:
    outlines = [np.ones((2, 2)), np.zeros((0, 2)), np.ones((1, 2))]
    index = made(OUTLINE, {"number": [1, 2, 3], "outline": outlines})["outline"]
    assert index.target.data.shape == (3, 2)
    assert isinstance(index, VectorIndex)
    assert list(index.data) == [2, 2, 3]
