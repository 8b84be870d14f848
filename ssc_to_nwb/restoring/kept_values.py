"""From the JSON of the table of the source struct back to the values of leaves that are kept verbatim, exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ssc_to_nwb.matlab.classes import CLASS_TYPES
from ssc_to_nwb.matlab.tree import MatCell, MatChar, MatSparse, MatStruct, MatStructArray, MatValue
from ssc_to_nwb.restoring.nwb_table import NwbTable
from ssc_to_nwb.restoring.struct_table import StructNode

_SPECIALS = {"Infinity": np.inf, "-Infinity": -np.inf, None: np.nan}
_SPARSE = ("row", "column", "value")


def dtype_of(matlab_class: str) -> np.dtype:
    """Element type of a class of numbers. Raises KeyError for any other class."""
    return np.dtype(CLASS_TYPES[matlab_class])


def kept_value(node: StructNode, *, table: Callable[[str], NwbTable]) -> MatValue:
    """The value of a leaf that its row keeps.

    table: gives the table of this name in `processing/source`, which holds a large array. Raises KeyError, TypeError,
    ValueError where the row makes no sense.
    """
    if node.matlab_class == "char":
        rows = node.content
        return rows if isinstance(rows, str) else MatChar(shape=node.size, rows=tuple(rows))
    if node.matlab_class == "cell":
        return MatCell(shape=node.size, items=())
    if node.matlab_class == "struct":
        return empty_struct(node.size, tuple(node.content["fields"]))
    in_table = isinstance(node.content, dict) and "table" in node.content
    large = table(node.content["table"]) if in_table else None
    sparse_of = node.matlab_class.removeprefix("sparse ")
    dtype = dtype_of(sparse_of)
    if sparse_of != node.matlab_class:
        parts = node.content if large is None else {part: large.column(part) for part in _SPARSE}
        return _sparse(parts, node.size, dtype)
    if large is not None:
        return large.column("value").astype(dtype, copy=False).reshape(node.size, order="F")
    return _array(node.content, dtype).reshape(node.size)


def empty_struct(size: tuple[int, ...], names: tuple[str, ...]) -> MatStruct | MatStructArray:
    """A struct without fields, or a struct array without elements or without fields."""
    if size == (1, 1) and not names:
        return MatStruct(fields={})
    elements = () if names else (MatStruct(fields={}),) * int(np.prod(size))
    return MatStructArray(shape=size, field_names=names, elements=elements)


def _sparse(parts: dict[str, Any], size: tuple[int, ...], dtype: np.dtype) -> MatSparse:
    """Rows and columns count from 1 in the file."""
    rows, columns = (_array(parts[name], np.dtype(np.int64)) - 1 for name in ("row", "column"))
    values = _array(parts["value"], dtype)
    starts = np.searchsorted(columns, np.arange(size[1] + 1))
    return MatSparse.from_columns(size, row_index=rows, column_start=starts, values=values)


def _array(content: Any, dtype: np.dtype) -> np.ndarray:
    if isinstance(content, np.ndarray):
        return content.astype(dtype, copy=False)
    if dtype.kind != "f":
        return np.array(content, dtype=dtype)
    plain = np.array(content, dtype=object)
    flat = [_SPECIALS[one] if one is None or isinstance(one, str) else one for one in plain.reshape(-1).tolist()]
    return np.array(flat, dtype=np.float64).reshape(plain.shape).astype(dtype)
