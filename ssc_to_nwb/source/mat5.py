"""MATLAB files of format 5 and 7, read with scipy."""

from __future__ import annotations

import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from ssc_to_nwb.problems import source_kinds as kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.source.mat_tree import MatCell, MatStruct, MatStructArray, MatValue

# What scipy's reader raises on files that are cut short or damaged, found by cutting and flipping bytes.
_DAMAGE = (
    ValueError, TypeError, KeyError, IndexError, EOFError, OSError, OverflowError, MemoryError,
    NotImplementedError, AttributeError, SystemError, zlib.error,
)  # fmt: skip


def read_mat5(path: Path) -> dict[str, MatValue]:
    """All variables of a format 5 or 7 file.

    MATLAB stores whole-number doubles as the smallest integers; they come back as the doubles they are in MATLAB.
    Raises mat-unreadable on a damaged file, mat-class-unsupported on function handles, objects and complex numbers.
    """
    import scipy.io
    from numpy.exceptions import ComplexWarning
    from scipy.io.matlab import MatReadError

    try:
        with warnings.catch_warnings():
            # With mat_dtype scipy drops imaginary parts, and warns of it.
            warnings.simplefilter("error", ComplexWarning)
            variables = scipy.io.loadmat(str(path), mat_dtype=True, squeeze_me=False, chars_as_strings=True)
    except ComplexWarning as loss:
        raise error(kinds.MAT_CLASS_UNSUPPORTED, file=path, found="complex numbers") from loss
    except (*_DAMAGE, MatReadError) as damage:
        raise error(
            kinds.MAT_UNREADABLE,
            file=path,
            expected="a MATLAB file of format 5 or 7",
            found=f"{type(damage).__name__}: {damage}",
        ) from damage
    return {
        name: _convert(value, file=path, path=name) for name, value in variables.items() if not name.startswith("__")
    }


def _convert(value: Any, *, file: Path, path: str) -> MatValue:
    from scipy.io.matlab import MatlabFunction, MatlabObject, MatlabOpaque
    from scipy.sparse import csc_matrix, issparse

    if isinstance(value, MatlabOpaque | MatlabFunction | MatlabObject):
        raise error(kinds.MAT_CLASS_UNSUPPORTED, file=file, field=path, found=type(value).__name__)
    if issparse(value):
        return np.asarray(csc_matrix(value).toarray())
    if value.dtype.names is not None:
        return _convert_struct(value, file=file, path=path)
    if value.dtype == object:
        if value.size and all(item is None for item in value.flat):
            # scipy has no other form for a struct without fields.
            return _struct_value([MatStruct(fields={})] * value.size, shape=value.shape, field_names=())
        return _convert_cell(value, file=file, path=path)
    if value.dtype.kind in "US":
        return _convert_text(value)
    return np.asarray(value, dtype=value.dtype.newbyteorder("="))


def _convert_struct(value: np.ndarray, *, file: Path, path: str) -> MatValue:
    names = tuple(value.dtype.names or ())
    single = value.size == 1
    elements = []
    for number, record in enumerate(value.ravel(order="F"), start=1):
        element_path = path if single else f"{path}({number})"
        elements.append(
            MatStruct(fields={name: _convert(record[name], file=file, path=f"{element_path}.{name}") for name in names})
        )
    return _struct_value(elements, shape=value.shape, field_names=names)


def _struct_value(elements: list[MatStruct], *, shape: tuple[int, ...], field_names: tuple[str, ...]) -> MatValue:
    if len(elements) == 1:
        return elements[0]
    return MatStructArray(shape=shape, field_names=field_names, elements=tuple(elements))


def _convert_cell(value: np.ndarray, *, file: Path, path: str) -> MatCell:
    items = tuple(
        _convert(item, file=file, path=f"{path}{{{number}}}")
        for number, item in enumerate(value.ravel(order="F"), start=1)
    )
    return MatCell(shape=value.shape, items=items)


def _convert_text(value: np.ndarray) -> MatValue:
    if value.size == 0:
        return ""
    if value.size == 1:
        return str(value.reshape(-1)[0])
    # A char matrix: one text per row, as a column of texts.
    return MatCell(shape=(value.size, 1), items=tuple(str(row) for row in value.reshape(-1)))
