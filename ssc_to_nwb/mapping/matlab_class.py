"""Class and size of a MATLAB value, in MATLAB's words."""

from __future__ import annotations

import numpy as np

from ssc_to_nwb.source.mat_tree import MatCell, MatStruct, MatStructArray, MatValue

_CLASSES = {"float64": "double", "float32": "single", "bool": "logical", "complex128": "double", "complex64": "single"}


def matlab_class(value: MatValue) -> str:
    """`double`, `single`, `int32`, `logical`, `char`, `cell` or `struct`."""
    if isinstance(value, str):
        return "char"
    if isinstance(value, MatCell):
        return "cell"
    if isinstance(value, MatStruct | MatStructArray):
        return "struct"
    return _CLASSES.get(value.dtype.name, value.dtype.name)


def matlab_shape(value: MatValue) -> tuple[int, ...]:
    """Size as MATLAB's `size` gives it; an empty text counts as 0x0."""
    if isinstance(value, str):
        return (1, len(value)) if value else (0, 0)
    if isinstance(value, MatStruct):
        return (1, 1)
    if isinstance(value, np.ndarray):
        return tuple(int(length) for length in value.shape)
    return tuple(value.shape)
