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


def is_leaf(value: MatValue) -> bool:
    """Whether a value is a leaf, as `walk_leaves` has it: nothing is below it."""
    if isinstance(value, MatStruct):
        return not value.fields
    if isinstance(value, MatStructArray):
        return not (value.elements and value.field_names)
    return not (isinstance(value, MatCell) and value.items)


def walk_leaves(value: MatValue, path: str) -> Iterator[tuple[str, MatValue]]:
    """Every leaf of a value, depth first, with its path in MATLAB's notation, such as `s.a.value{2}(3).id`.

    path: of the value itself; those of the leaves begin with it. Leaves are numbers, texts, values that cannot be read,
    and what has a size but no content: empty cells, empty struct arrays, structs and struct arrays without fields.
    """
    # A generator in a generator for every level costs several times as much.
    waiting = [(path, value)]
    while waiting:
        path, value = waiting.pop()
        if is_leaf(value):
            yield path, value
        elif isinstance(value, MatStruct):
            waiting += [(f"{path}.{name}", child) for name, child in reversed(value.fields.items())]
        elif isinstance(value, MatStructArray):
            numbered = enumerate(value.elements, start=1)
            waiting += reversed([(f"{path}({number})", element) for number, element in numbered])
        elif isinstance(value, MatCell):
            waiting += reversed([(f"{path}{{{number}}}", item) for number, item in enumerate(value.items, start=1)])


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
    if isinstance(value, MatUnsupported):
        return value.matlab_class
    return _CLASS_OF[type(value)]


_CLASS_OF = {str: "char", MatChar: "char", MatCell: "cell", MatStruct: "struct", MatStructArray: "struct"}


@cache
def _class_of_type(dtype: np.dtype) -> str:
    return _CLASSES.get(dtype.name, dtype.name)


def matlab_shape(value: MatValue) -> tuple[int, ...]:
    """Size as MATLAB's `size` gives it."""
    if isinstance(value, str):
        return (1, char_units(value)) if value else (0, 0)
    if isinstance(value, MatStruct):
        return (1, 1)
    return tuple(int(length) for length in value.shape)
