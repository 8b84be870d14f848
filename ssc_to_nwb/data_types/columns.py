"""Columns of tables: plain, of texts, and ragged, all of a known type even where they are empty; and plain tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hdmf.common import DynamicTable, VectorData, VectorIndex


def column(name: str, description: str, values: np.ndarray | Sequence[object]) -> VectorData:
    """A column of numbers, (n,) or (n, ...)."""
    return VectorData(name=name, description=description, data=values)


def text_column(name: str, description: str, texts: Sequence[str]) -> VectorData:
    """A column of texts, as an array: hdmf cannot find the type of an empty list, and looks at every item of others."""
    return VectorData(name=name, description=description, data=np.array(list(texts), dtype=object))


def plain_table(name: str, description: str, columns: Sequence[VectorData]) -> DynamicTable:
    """A table of columns of equal length, none of them ragged; row ids count from 0."""
    return DynamicTable(
        name=name,
        description=description,
        columns=list(columns),
        colnames=[one.name for one in columns],
        id=np.arange(len(columns[0].data)),
    )


def ragged_column(
    name: str, description: str, parts: Sequence[np.ndarray], *, empty: np.ndarray, is_required: bool = False
) -> list[VectorData]:
    """A column with an array per row, and its index; no column where no row has anything.

    empty: without elements, of the right type and further axes; is_required: whether the table is none without the
    column. Readers and validators look at a column's first item,
    so that a column without any is worse than none.
    """
    data = column(name, description, np.concatenate([*parts, empty]))
    if not len(data.data) and not is_required:
        return []
    ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
    return [data, VectorIndex(name=f"{name}_index", data=ends, target=data)]
