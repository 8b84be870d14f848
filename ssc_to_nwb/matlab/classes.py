"""Class and size of a MATLAB value, in MATLAB's words."""

from __future__ import annotations

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


def matlab_class(value: MatValue) -> str:
    """`double`, `single`, `int32`, `logical`, `char`, `cell`, `struct`, or `sparse double`, `sparse logical`."""
    if isinstance(value, str | MatChar):
        return "char"
    if isinstance(value, MatCell):
        return "cell"
    if isinstance(value, MatStruct | MatStructArray):
        return "struct"
    if isinstance(value, MatUnsupported):
        return value.matlab_class
    if isinstance(value, MatSparse):
        return f"sparse {_numeric_class(value.values)}"
    return _numeric_class(value)


def _numeric_class(array: np.ndarray) -> str:
    return _class_of_type(array.dtype)


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
