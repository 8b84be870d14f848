"""MATLAB values as the generator builds them, before they are written to a file.

A struct is a dict (field order kept), a struct array a `StructArray`, a cell array a `Cell`, a char row a str. Numbers
are numpy arrays of two or more dimensions, float64 for MATLAB's double. Bare numbers are 1x1 doubles. `Chars` is a char
array of any size and encoding, `sparse` makes a sparse matrix, `Handle` a function handle or an object, `NEVER_FILLED`
a place in a cell that nothing was ever put into.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ssc_to_nwb.matlab import tree

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


@dataclass(frozen=True)
class Chars:
    """A char array as it is stored: numbers, column by column, and the type of their element in format 5.

    stored_as: MATLAB's number of that type: 2 bytes, 4 numbers of 16 bits, 16 UTF-8, 17 UTF-16, 18 UTF-32.
    """

    units: Sequence[int]
    shape: tuple[int, ...]
    stored_as: int = 4

    @classmethod
    def matrix(cls, *rows: str) -> Chars:
        """A char matrix of equally long rows of characters of the basic plane."""
        columns = zip(*rows, strict=True)
        return cls([ord(letter) for column in columns for letter in column], shape=(len(rows), len(rows[0])))

    @classmethod
    def row(cls, units: Iterable[int], *, stored_as: int = 4) -> Chars:
        """A row of char with one number per character."""
        found = list(units)
        return cls(found, shape=(1, len(found)), stored_as=stored_as)


def sparse(full: np.ndarray) -> tree.MatSparse:
    """A sparse matrix, made from the full one."""
    columns, rows = np.nonzero(full.T)
    starts = np.searchsorted(columns, np.arange(full.shape[1] + 1))
    return tree.MatSparse(shape=full.shape, row_index=rows, column_start=starts, values=full[rows, columns])


@dataclass(frozen=True)
class Handle:
    """A value that MATLAB alone understands: a function handle, or an object of another class."""

    matlab_class: str = "function_handle"


class _NeverFilled:
    """See `NEVER_FILLED`."""


NEVER_FILLED = _NeverFilled()
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
    """A value in the form of the tree; what the tree does not have (`Chars`, `Handle`, `NEVER_FILLED`) as it is."""
    if isinstance(value, Mapping):
        return tree.MatStruct(fields={name: to_tree(content) for name, content in value.items()})
    if isinstance(value, StructArray):
        elements = tuple(map(to_tree, value))
        return tree.MatStructArray(shape=value.shape, field_names=value.field_names, elements=elements)
    if isinstance(value, Cell):
        return tree.MatCell(shape=value.shape, items=tuple(map(to_tree, value)))
    known = str | Chars | Handle | tree.MatSparse | _NeverFilled
    return value if isinstance(value, known) else as_array(value)


def hash_struct(entries: Sequence[tuple[str, str, MatValue]]) -> MatStruct:
    """A Hash with descr: `entries` are (key, description, value)."""
    return {
        "keyNames": Cell(key for key, _, _ in entries),
        "descr": Cell(text for _, text, _ in entries),
        "value": Cell(value for _, _, value in entries),
    }
