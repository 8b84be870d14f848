"""MATLAB values as the generator builds them, and files of formats 5 and 7.3 with them.

A struct is a dict (field order kept), a struct array a `StructArray`, a cell array a `Cell`, a char row a str. Numbers
are numpy arrays of two or more dimensions, float64 for MATLAB's double. Bare numbers are 1x1 doubles. What else a value
may be is an `OwnForm`, or one of the tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ssc_to_nwb.matlab import tree
from ssc_to_nwb.matlab.write_mat5 import Mat5Writer, Piece
from ssc_to_nwb.matlab.write_mat73 import Mat73Writer

_HEADER_TEXT = "MATLAB 5.0 MAT-file, Platform: GLNXA64, Created on: Fri Mar  8 12:00:00 2013 (synthetic)"
_HEADER_TEXT_73 = "MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: Fri Mar  8 12:00:00 2013 HDF5 schema 1.00 ."

MatValue = Any
MatStruct = dict[str, Any]


class Cell(list[MatValue]):
    """A cell array, items in MATLAB's column-major order. Shape 1xN (0x0 where empty) where none is given."""

    def __init__(self, items: Iterable[MatValue] = (), *, shape: tuple[int, int] | None = None) -> None:
        super().__init__(items)
        self._shape = shape

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, columns."""
        return self._shape or ((1, len(self)) if self else (0, 0))


class StructArray(list[MatStruct]):
    """A struct array, 1xN where no shape is given: all elements have the same fields in the same order."""

    def __init__(
        self,
        elements: Iterable[Mapping[str, MatValue]],
        *,
        field_names: Sequence[str] = (),
        shape: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(dict(element) for element in elements)
        self._field_names = tuple(field_names)
        self._shape = shape

    @property
    def field_names(self) -> tuple[str, ...]:
        """The fields, in order; kept for an array without elements too."""
        return tuple(self[0]) if self else self._field_names

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, columns."""
        return self._shape or (1, len(self))


class OwnForm:
    """A value that the tree does not have and that writes itself, such as one that MATLAB alone makes."""

    def mat5(self, writer: Mat5Writer, name: str) -> list[Piece]:
        """Header and content of an array of format 5."""
        raise NotImplementedError

    def mat73(self, writer: Mat73Writer, group: Any, name: str) -> Any:
        """Write it as `name` into a group of format 7.3; the HDF5 object made."""
        raise NotImplementedError

    def reference(self, writer: Mat73Writer) -> Any:
        """A reference to it, as a cell has it."""
        return Mat73Writer.refer(writer, self)  # type: ignore[arg-type]


EMPTY = np.zeros((0, 0))


def row(values: Any) -> np.ndarray:
    """A 1xN double; 0x0 for no values, as MATLAB's `[]`."""
    array = np.asarray(values, dtype=np.float64).reshape(1, -1)
    return array if array.size else EMPTY


def as_array(value: Any) -> np.ndarray:
    """A number or array as a MATLAB array of at least two dimensions."""
    array = np.asarray(value)
    if array.dtype == np.int64:
        array = array.astype(np.float64)
    return array if array.ndim >= 2 else array.reshape(1, -1)


def to_tree(value: MatValue) -> Any:
    """A value in the form of the tree; one of an own form as it is."""
    if isinstance(value, Mapping):
        return tree.MatStruct(fields={name: to_tree(content) for name, content in value.items()})
    if isinstance(value, StructArray):
        elements = tuple(map(to_tree, value))
        return tree.MatStructArray(shape=value.shape, field_names=value.field_names, elements=elements)
    if isinstance(value, Cell):
        return tree.MatCell(shape=value.shape, items=tuple(map(to_tree, value)))
    return value if isinstance(value, str | tree.MatSparse | OwnForm) else as_array(value)


def hash_struct(entries: Sequence[tuple[str, str, MatValue]]) -> MatStruct:
    """A Hash with descr: `entries` are (key, description, value)."""
    return {
        "keyNames": Cell(key for key, _, _ in entries),
        "descr": Cell(text for _, text, _ in entries),
        "value": Cell(value for _, _, value in entries),
    }


def write_mat5(*, path: Path, variables: Mapping[str, MatValue], compressed: bool = True) -> None:
    """Write `variables` to `path`, format 5."""
    writer = _Writer(header_text=_HEADER_TEXT, compressed=compressed)
    writer.write(path, variables={name: to_tree(value) for name, value in variables.items()})


class _Writer(Mat5Writer):
    def body(self, name: str, value: Any) -> list[Piece]:
        """As of any value; one of an own form writes itself."""
        return value.mat5(self, name) if isinstance(value, OwnForm) else super().body(name, value)


def write_mat73(*, path: Path, variables: Mapping[str, MatValue], compressed: bool = True) -> None:
    """Write `variables` to `path`."""
    writer = _Writer73(header_text=_HEADER_TEXT_73, compressed=compressed)
    writer.write(path, variables={name: to_tree(value) for name, value in variables.items()})


class _Writer73(Mat73Writer):
    def put(self, group: Any, name: str, value: Any) -> Any:
        """As any value; one of an own form writes itself."""
        return value.mat73(self, group, name) if isinstance(value, OwnForm) else super().put(group, name, value)

    def refer(self, value: Any) -> Any:
        """As to any value."""
        return value.reference(self) if isinstance(value, OwnForm) else super().refer(value)
