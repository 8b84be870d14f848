"""Tables come back as plain columns, whatever is in them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hdmf.common import DynamicTable, VectorData, VectorIndex
from pynwb import NWBHDF5IO, NWBFile

from ssc_to_nwb.reading.nwb_table import arrays_of, integers_of, numbers_of, read_table, texts_of


def _round_trip(table: DynamicTable, folder: Path) -> pd.DataFrame:
    """Write a table to a file and read it back."""
    start = datetime(2013, 3, 8, tzinfo=UTC)
    nwbfile = NWBFile(session_description="table", identifier="table", session_start_time=start)
    nwbfile.add_scratch(table)
    with NWBHDF5IO(folder / "table.nwb", "w") as io:
        io.write(nwbfile)
    with NWBHDF5IO(folder / "table.nwb", "r") as io:
        return read_table(io.read().scratch[table.name])


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    ragged = VectorData(name="ragged", description="lists", data=np.array([1.5, 2.5, 3.5]))
    columns = [
        VectorData(name="number", description="numbers", data=np.array([3, 4, 5], dtype=np.int16)),
        VectorData(name="text", description="texts", data=["a", "ä", ""]),
        VectorData(name="flag", description="flags", data=np.array([True, False, True])),
        ragged,
        VectorIndex(name="ragged_index", target=ragged, data=np.array([2, 2, 3])),
    ]
    made = DynamicTable(
        name="made",
        description="all sorts",
        id=[7, 9, 11],
        columns=columns,
        colnames=["number", "text", "flag", "ragged"],
    )
    return _round_trip(made, tmp_path_factory.mktemp("table"))


def test_ids(table: pd.DataFrame) -> None:
    assert table.index.tolist() == [7, 9, 11]
    assert len(table) == 3


def test_plain_columns(table: pd.DataFrame) -> None:
    assert numbers_of(table, "number").tolist() == [3.0, 4.0, 5.0]
    assert integers_of(table, "number").dtype == np.int64
    assert texts_of(table, "text").tolist() == ["a", "ä", ""]
    assert table["flag"].tolist() == [True, False, True]


def test_ragged_columns(table: pd.DataFrame) -> None:
    assert [part.tolist() for part in arrays_of(table, "ragged")] == [[1.5, 2.5], [], [3.5]]


def test_a_column_the_table_lacks_is_said_to_be_unknown(table: pd.DataFrame) -> None:
    assert "absent" not in table
    assert np.isnan(numbers_of(table, "absent")).all()
    assert integers_of(table, "absent").tolist() == [-1, -1, -1]
    assert texts_of(table, "absent").tolist() == ["", "", ""]
    assert [part.size for part in arrays_of(table, "absent")] == [0, 0, 0]


def test_an_empty_table(tmp_path: Path) -> None:
    values = VectorData(name="values", description="empty", data=np.zeros(0))
    made = DynamicTable(
        name="made",
        description="nothing",
        columns=[
            VectorData(name="number", description="numbers", data=np.zeros(0)),
            values,
            VectorIndex(name="values_index", target=values, data=np.zeros(0, dtype=np.uint8)),
        ],
        colnames=["number", "values"],
    )
    found = _round_trip(made, tmp_path)
    assert len(found) == 0
    assert numbers_of(found, "number").size == 0
    assert arrays_of(found, "values") == []


def test_no_table_has_no_columns() -> None:
    assert read_table(None).columns.empty
