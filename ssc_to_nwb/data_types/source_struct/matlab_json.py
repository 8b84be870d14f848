"""MATLAB values as JSON, and large ones as tables."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from ssc_to_nwb.matlab.tree import MatChar, MatSparse, MatStruct, MatStructArray, MatValue

# An array of more elements is no reading matter: it has a table of its own.
LARGE_ELEMENTS = 10_000
# How a value is written in the file, for the table's description.
TEXT = (
    "a row of char as a text, other char arrays as the list of their rows; numbers as nested lists in MATLAB's shape, "
    'null for NaN, "Infinity" and "-Infinity"; a sparse matrix as {"row": [...], "column": [...], "value": [...]}, '
    'counted from 1; {"table": name} where they are in a table of this module of that name, flattened column by '
    'column; a struct array without elements or fields as {"fields": [...]}'
)


def is_large(value: MatValue) -> bool:
    """Whether a value has a table of its own."""
    stored = value.values if isinstance(value, MatSparse) else value
    return isinstance(stored, np.ndarray) and stored.size > LARGE_ELEMENTS


def flat_parts(value: MatValue) -> dict[str, np.ndarray]:
    """The numbers of a large value in a column, or those of a sparse matrix with their rows and columns."""
    return _triplets(value) if isinstance(value, MatSparse) else {"value": np.asarray(value).reshape(-1, order="F")}


def _triplets(value: MatSparse) -> dict[str, np.ndarray]:
    """Rows, columns and values of a sparse matrix as MATLAB's `find` gives them, counted from 1."""
    return {"row": value.row_index + 1, "column": value.column_index + 1, "value": value.values}


def as_json(value: MatValue) -> str:
    """A leaf as JSON from which it can be had back, given its class and shape."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, MatChar):
        return json.dumps(value.rows, ensure_ascii=False)
    if isinstance(value, MatSparse):
        return json.dumps({part: _plain(data) for part, data in _triplets(value).items()}, allow_nan=False)
    if isinstance(value, MatStruct | MatStructArray):
        # As a leaf, a struct is one without fields, a struct array one without elements or fields.
        return json.dumps({"fields": list(value.field_names) if isinstance(value, MatStructArray) else []})
    if not isinstance(value, np.ndarray):
        return "[]"
    return json.dumps(_plain(value), allow_nan=False)


def _plain(value: np.ndarray) -> Any:
    """Nested lists of Python numbers; what JSON has no number for becomes null or a text."""
    values = value.tolist()
    return values if value.dtype.kind != "f" or np.isfinite(value).all() else _without_specials(values)


def _without_specials(values: Any) -> Any:
    if isinstance(values, list):
        return [_without_specials(one) for one in values]
    if math.isnan(values):
        return None
    if math.isinf(values):
        return "Infinity" if values > 0 else "-Infinity"
    return values
