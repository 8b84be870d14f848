"""From the JSON of the table of the source struct back to the values of leaves that are kept verbatim, exactly."""

from __future__ import annotations

from typing import Any

import numpy as np

from ssc_to_nwb.data_types.rule import STRUCT_TABLE
from ssc_to_nwb.matlab.tree import MatCell, MatChar, MatSparse, MatStruct, MatStructArray, MatValue
from ssc_to_nwb.proof.comparison import SOURCE, Comparison

_TYPES = {"double": "float64", "single": "float32", "logical": "bool"}
_SPECIALS = {"Infinity": np.inf, "-Infinity": -np.inf, None: np.nan}
_SPARSE = ("row", "column", "value")
_PLACE = f"{STRUCT_TABLE}/value"


def compare_kept(work: Comparison, path: str, value: MatValue, *, matlab_class: str, size: str, content: Any) -> None:
    """Compare a leaf with what its row gives: class, size, and the content of its JSON. Raises ValueError."""
    found = _decode(work, matlab_class, size, content)
    if isinstance(value, np.ndarray) and isinstance(found, np.ndarray):
        work.proof.dtype(_PLACE, found.dtype, expected=value.dtype, leaf=path)
        work.proof.numbers(_PLACE, expected=value, found=found, leaf=path)
    elif isinstance(value, MatSparse):
        _compare_sparse(work, path, value, found=found)
    elif isinstance(value, MatStruct | MatStructArray):
        names = list(value.field_names) if isinstance(value, MatStructArray) else []
        work.proof.equal(_PLACE, expected={"fields": names}, found=found, leaf=path)
    else:
        plain = list(value.rows) if isinstance(value, MatChar) else value
        work.proof.equal(_PLACE, expected=[] if isinstance(value, MatCell) else plain, found=found, leaf=path)


def _compare_sparse(work: Comparison, path: str, value: MatSparse, *, found: dict[str, np.ndarray]) -> None:
    """Row, column and value of every number that a sparse matrix stores, in its order."""
    work.proof.dtype(_PLACE, found["value"].dtype, expected=value.values.dtype, leaf=path)
    counts = np.diff(value.column_start)
    columns = np.array([column + 1 for column, count in enumerate(counts) for _ in range(count)], dtype=np.int64)
    work.proof.numbers(_PLACE, expected=value.row_index + 1, found=found["row"], leaf=path)
    work.proof.numbers(_PLACE, expected=columns, found=found["column"], leaf=path)
    work.proof.numbers(_PLACE, expected=value.values, found=found["value"], leaf=path)


def _decode(work: Comparison, name: str, size: str, content: Any) -> Any:
    """A value as it was in MATLAB; ValueError where it can't be decoded."""
    if name in ("char", "cell", "struct"):
        return content
    in_table = isinstance(content, dict) and "table" in content
    table = work.table(f"{SOURCE}/{content['table']}") if in_table else None
    sparse_of = name.removeprefix("sparse ")
    dtype = np.dtype(_TYPES.get(sparse_of, sparse_of))
    if sparse_of != name:
        if table is not None:
            return {part: table.column(part) for part in _SPARSE}
        types = dict(zip(_SPARSE, (np.dtype(np.int64), np.dtype(np.int64), dtype), strict=True))
        return {part: _array(content[part], types[part]) for part in _SPARSE}
    shape = tuple(int(length) for length in size.split("x"))
    if table is not None:
        return table.column("value").reshape(shape, order="F")
    return _array(content, dtype).reshape(shape)


def _array(content: Any, dtype: np.dtype) -> np.ndarray:
    if dtype.kind != "f":
        return np.array(content, dtype=dtype)
    plain = np.array(content, dtype=object)
    flat = [_SPECIALS[one] if one is None or isinstance(one, str) else one for one in plain.reshape(-1).tolist()]
    return np.array(flat, dtype=np.float64).reshape(plain.shape).astype(dtype)
