"""What a MATLAB value is: its class and size, and its leaves, which have no values below them, each with its path."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from ssc_to_nwb.matlab.tree import (
    MatCell,
    MatChar,
    MatSparse,
    MatStruct,
    MatStructArray,
    MatUnsupported,
    MatValue,
    char_units,
)

# Element type of each class of numbers.
CLASS_TYPES = {
    "double": "f8", "single": "f4", "logical": "?", "int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2",
    "int32": "i4", "uint32": "u4", "int64": "i8", "uint64": "u8",
}  # fmt: skip
_CLASSES = {"float64": "double", "float32": "single", "bool": "logical", "complex128": "double", "complex64": "single"}


def parts_of(value: MatValue) -> list[tuple[str, MatValue]]:
    """The values in a struct, struct array or cell, with their places in MATLAB's notation: `.name`, `(2)`, `{3}`."""
    if isinstance(value, MatStruct):
        return [(f".{name}", child) for name, child in value.fields.items()]
    if isinstance(value, MatCell):
        return [(f"{{{number}}}", item) for number, item in enumerate(value.items, start=1)]
    if isinstance(value, MatStructArray) and value.field_names:
        return [(f"({number})", element) for number, element in enumerate(value.elements, start=1)]
    return []


def walk_leaves(value: MatValue, path: str) -> Iterator[tuple[str, MatValue]]:
    """Every leaf of a value, depth first, with its path in MATLAB's notation, such as `s.a.value{2}(3).id`.

    path: of the value itself; those of the leaves begin with it. Leaves are numbers, texts, values that cannot be read,
    and what has a size but no content: empty cells, empty struct arrays, structs and struct arrays without fields.
    """
    # A generator in a generator for every level costs several times as much.
    waiting = [(path, value)]
    while waiting:
        path, value = waiting.pop()
        parts = parts_of(value)
        if parts:
            waiting += [(path + place, child) for place, child in reversed(parts)]
        else:
            yield path, value


def leaf_bytes(value: MatValue) -> int:
    """Size of a leaf in memory: of the array, of what a sparse matrix stores, of the text in UTF-16; 0 for all else."""
    if isinstance(value, np.ndarray):
        return int(value.nbytes)
    if isinstance(value, MatSparse):
        return int(value.values.nbytes + value.row_index.nbytes + value.column_start.nbytes)
    if isinstance(value, str):
        return 2 * char_units(value)
    return 2 * sum(map(char_units, value.rows)) if isinstance(value, MatChar) else 0


def matlab_class(value: MatValue) -> str:
    """`double`, `single`, `int32`, `logical`, `char`, `cell`, `struct`, or `sparse double`, `sparse logical`."""
    if isinstance(value, np.ndarray):
        return _class_of_type(value.dtype)
    if isinstance(value, MatSparse):
        return f"sparse {_class_of_type(value.values.dtype)}"
    return "char" if isinstance(value, str) else value.matlab_class


@cache
def _class_of_type(dtype: np.dtype) -> str:
    return _CLASSES.get(dtype.name, dtype.name)


def matlab_shape(value: MatValue) -> tuple[int, ...]:
    """Size as MATLAB's `size` gives it."""
    if isinstance(value, str):
        return (1, char_units(value)) if value else (0, 0)
    return value.shape


def describe(value: MatValue) -> str:
    """What a value is, for messages: `2x18 double`, `text 'abc'`, `1x3 cell` or `struct with fields a, b`."""
    if isinstance(value, str):
        return f"text {value[:60]!r}"
    if isinstance(value, MatStruct):
        return f"struct with fields {', '.join(value.fields) or '(none)'}"
    if isinstance(value, MatUnsupported):
        return f"{value.matlab_class} ({value.reason})"
    kind = "struct array" if isinstance(value, MatStructArray) else matlab_class(value)
    return f"{'x'.join(map(str, value.shape))} {kind}"
