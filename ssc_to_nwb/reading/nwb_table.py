"""A table of an NWB file as a DataFrame, made column by column: pynwb's own way is slow with ragged columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ssc_to_nwb import naming

if TYPE_CHECKING:
    import pandas as pd
    from hdmf.common import DynamicTable, VectorData
    from pynwb import NWBFile


def processed(nwbfile: NWBFile, module: str) -> Mapping[str, Any]:
    """What a module of /processing holds, by name, as pynwb has it; empty where the file has no such module."""
    found = nwbfile.processing.get(module)
    return {} if found is None else found.data_interfaces


def read_table(table: DynamicTable | None, *, ragged: bool = True) -> pd.DataFrame:
    """The rows of a table by their ids; columns with several values in a row hold arrays.

    ragged: whether such columns are read. A table that is not there has no columns.
    """
    import pandas as pd

    if table is None:
        return pd.DataFrame()
    columns: dict[str, Any] = {}
    for name in table.colnames if ragged else [name for name in table.colnames if not _is_ragged(table[name])]:
        values = _values(table[name])
        is_plain = isinstance(values, np.ndarray) and values.ndim == 1
        columns[name] = values if is_plain else pd.Series(list(values), dtype=object).to_numpy()
    return pd.DataFrame(columns, index=pd.Index(np.asarray(table.id.data[:], dtype=np.int64), name="id"))


def provenance_of(nwbfile: NWBFile) -> dict[str, str]:
    """What a file of this project says of how it was made, by item; nothing where it is none."""
    from hdmf.common import DynamicTable

    found = processed(nwbfile, naming.SOURCE_MODULE).get(naming.PROVENANCE)
    table = read_table(found if isinstance(found, DynamicTable) else None)
    return dict(zip(texts_of(table, "item").tolist(), texts_of(table, "value").tolist(), strict=True))


def numbers_of(table: pd.DataFrame, column: str) -> np.ndarray:
    """Values of a plain column, float64 (n,); all NaN where the table lacks the column."""
    return table[column].to_numpy(np.float64) if column in table else np.full(len(table), np.nan)


def integers_of(table: pd.DataFrame, column: str) -> np.ndarray:
    """Values of a plain column as int64 (n,); all -1 where the table lacks the column."""
    return table[column].to_numpy(np.int64) if column in table else np.full(len(table), -1, dtype=np.int64)


def texts_of(table: pd.DataFrame, column: str) -> np.ndarray:
    """Values of a plain column as str objects, (n,); all empty where the table lacks the column."""
    return np.array([str(value) for value in table[column]] if column in table else [""] * len(table), dtype=object)


def counts_of(table: pd.DataFrame, column: str) -> dict[str, int]:
    """How often each text of a plain column occurs, in the order of the texts."""
    return dict(sorted(Counter(texts_of(table, column).tolist()).items()))


def arrays_of(table: pd.DataFrame, column: str) -> list[np.ndarray]:
    """An array per row of a ragged column; all empty where the table lacks it."""
    return list(table[column]) if column in table else [np.zeros(0)] * len(table)


def _is_ragged(column: VectorData) -> bool:
    from hdmf.common import VectorIndex

    return isinstance(column, VectorIndex)


def _values(column: VectorData) -> np.ndarray | list[np.ndarray]:
    if not _is_ragged(column):
        return _array(column.data[:])
    ends = np.asarray(column.data[:], dtype=np.int64)
    # Splitting at the last end as well leaves an empty rest.
    return np.split(_array(column.target.data[:]), ends)[: ends.size]


def _array(values: object) -> np.ndarray:
    array = np.asarray(values)
    if array.dtype.kind not in "OSU":
        return array
    texts = [value.decode() if isinstance(value, bytes) else value for value in array.ravel().tolist()]
    return np.array(texts, dtype=object).reshape(array.shape)
