"""A table of an NWB file as plain columns, read one by one: as a DataFrame, ragged columns are slow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from hdmf.common import DynamicTable, VectorData
    from pynwb import NWBFile


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTable:
    """The rows of a DynamicTable.

    ids: (n,), row ids; columns: (n,) or (n, ...) each, texts as arrays of str objects; a ragged column is a tuple of n
    arrays.
    """

    ids: np.ndarray
    columns: Mapping[str, np.ndarray | tuple[np.ndarray, ...]]

    def __len__(self) -> int:
        return int(self.ids.size)

    def __contains__(self, column: object) -> bool:
        return column in self.columns

    def numbers(self, column: str) -> np.ndarray:
        """Values of a plain column, float64 (n,); all NaN where the table lacks the column."""
        values = self.columns.get(column)
        return np.full(len(self), np.nan) if values is None else np.asarray(values, dtype=np.float64)

    def texts(self, column: str) -> np.ndarray:
        """Values of a plain column as str objects, (n,); all empty where the table lacks the column."""
        values = self.columns.get(column)
        return np.array([""] * len(self) if values is None else [str(value) for value in values], dtype=object)

    def integers(self, column: str) -> np.ndarray:
        """Values of a plain column as int64 (n,); all -1 where the table lacks the column."""
        values = self.columns.get(column)
        return np.full(len(self), -1, dtype=np.int64) if values is None else np.asarray(values, dtype=np.int64)

    def flags(self, column: str) -> np.ndarray | None:
        """Values of a plain column as bool (n,); None where the table lacks the column."""
        values = self.columns.get(column)
        return None if values is None else np.asarray(values, dtype=bool)

    def lists(self, column: str) -> tuple[np.ndarray, ...]:
        """An array per row of a ragged column; all empty where the table lacks it."""
        values = self.columns.get(column)
        return tuple(values) if values is not None else tuple(np.zeros(0) for _ in range(len(self)))


def processed(nwbfile: NWBFile, module: str) -> Mapping[str, Any]:
    """What a module of /processing holds, by name, as pynwb has it; empty where the file has no such module."""
    found = nwbfile.processing.get(module)
    return {} if found is None else found.data_interfaces


def read_table(table: DynamicTable) -> SessionTable:
    """Read every column of a table into memory."""
    return SessionTable(
        ids=np.asarray(table.id.data[:], dtype=np.int64),
        columns={name: _values(table[name]) for name in table.colnames},
    )


def _values(column: VectorData) -> np.ndarray | tuple[np.ndarray, ...]:
    from hdmf.common import VectorIndex

    if not isinstance(column, VectorIndex):
        return _array(column.data[:])
    ends = np.asarray(column.data[:], dtype=np.int64)
    # Splitting at the last end as well leaves an empty rest.
    return tuple(np.split(_array(column.target.data[:]), ends)[: ends.size])


def _array(values: object) -> np.ndarray:
    array = np.asarray(values)
    if array.dtype.kind not in "OSU":
        return array
    texts = [value.decode() if isinstance(value, bytes) else value for value in array.ravel().tolist()]
    return np.array(texts, dtype=object).reshape(array.shape)
