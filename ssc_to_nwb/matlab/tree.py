"""MATLAB values as a plain tree, the same for files of format 5, 7 and 7.3.

A value is one of: `MatStruct` (a 1x1 struct), `MatStructArray`, `MatCell`, `str` (a row of char, or the 0x0 char),
`MatChar` (any other char array), a numpy array in MATLAB's own shape (two dimensions or more) and MATLAB's own class,
`MatSparse`, or `MatUnsupported` (a value that cannot be read, with the reason).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np

_LARGEST_FULL = 1 << 27


@dataclass(frozen=True, slots=True, kw_only=True)
class MatStruct:
    """A 1x1 struct.

    fields: in MATLAB's order; shape, matlab_class: as of any value but texts and arrays.
    """

    matlab_class: ClassVar[str] = "struct"
    shape: ClassVar[tuple[int, ...]] = (1, 1)
    fields: dict[str, MatValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatStructArray:
    """A struct array of any other size.

    shape: MATLAB's size; field_names: in MATLAB's order; elements: in column-major order.
    """

    matlab_class: ClassVar[str] = "struct"
    shape: tuple[int, ...]
    field_names: tuple[str, ...]
    elements: tuple[MatStruct, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatCell:
    """A cell array.

    shape: MATLAB's size; items: in column-major order.
    """

    matlab_class: ClassVar[str] = "cell"
    shape: tuple[int, ...]
    items: tuple[MatValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatChar:
    """A char array that is neither a plain row nor the 0x0 char: a matrix, an empty of another size, a padded row.

    shape: MATLAB's size, in units of UTF-16; rows: a text per row, from top to bottom, those of further pages after
    those of the first; padding is kept.
    """

    matlab_class: ClassVar[str] = "char"
    shape: tuple[int, ...]
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MatSparse:
    """A sparse matrix; `np.asarray` gives the full one.

    shape: MATLAB's size; row_index: row of each stored value, counted from 0; column_start: position of the first
    value of each column; values: in MATLAB's class.
    """

    shape: tuple[int, ...]
    row_index: np.ndarray
    column_start: np.ndarray
    values: np.ndarray

    @classmethod
    def from_columns(
        cls, shape: tuple[int, ...], *, row_index: np.ndarray, column_start: np.ndarray, values: np.ndarray
    ) -> MatSparse:
        """A sparse matrix from MATLAB's arrays, which may be longer than what they hold.

        column_start: its last is the number of values in use. Raises ValueError where the arrays do not fit together.
        """
        starts = column_start.astype(np.int64)
        count = int(starts[-1]) if starts.size else 0
        rows = row_index[:count].astype(np.int64)
        fits = len(shape) == 2 and starts.size == shape[1] + 1 and starts[0] == 0 and (np.diff(starts) >= 0).all()
        if not fits or rows.size != count or values.size < count or ((rows < 0) | (rows >= shape[0])).any():
            raise ValueError(f"the arrays of a sparse matrix of size {_size(shape)} do not fit together")
        return cls(shape=shape, row_index=rows, column_start=starts, values=values[:count])

    @property
    def column_index(self) -> np.ndarray:
        """int64 (N,), column of each stored value, from 0."""
        return np.repeat(np.arange(self.shape[1]), np.diff(self.column_start))

    @property
    def fits_in_full(self) -> bool:
        """Whether the full matrix is no larger than any array of a session: a sparse one may be without bounds."""
        return math.prod(self.shape) <= _LARGEST_FULL

    def full(self) -> np.ndarray:
        """The full matrix, shape (rows, columns)."""
        matrix = np.zeros(self.shape, dtype=self.values.dtype)
        matrix[self.row_index, self.column_index] = self.values
        return matrix

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """The full matrix, for numpy."""
        matrix = self.full()
        return matrix if dtype is None else matrix.astype(dtype)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatUnsupported:
    """A value that cannot be read.

    matlab_class: its class in MATLAB; reason: why it cannot be read; shape: its size, as far as the file has it.
    """

    matlab_class: str
    reason: str
    shape: tuple[int, ...] = (1, 1)


MatValue: TypeAlias = "MatStruct | MatStructArray | MatCell | str | MatChar | np.ndarray | MatSparse | MatUnsupported"


def struct_value(
    shape: tuple[int, ...], field_names: tuple[str, ...], elements: tuple[MatStruct, ...] | None = None
) -> MatStruct | MatStructArray:
    """A struct array of this size, or its one element where it is 1x1.

    elements: None where a file has no data for it: without elements, or without fields. Raises ValueError where it has
    both.
    """
    if elements is None:
        elements = (MatStruct(fields={}),) * math.prod(shape)
        if elements and field_names:
            raise ValueError(f"a struct array of size {_size(shape)} without data")
    if shape == (1, 1):
        return elements[0]
    return MatStructArray(shape=shape, field_names=field_names, elements=elements)


def char_value(shape: tuple[int, ...], rows: tuple[str, ...]) -> str | MatChar:
    """A char array from its size and its rows: a str for a plain row or the 0x0 char, else a `MatChar`.

    shape: MATLAB's size; where rows are stored as UTF-8 it may count bytes.
    """
    if len(shape) == 2 and shape[0] == 1:
        # The size counts bytes where a row was stored as UTF-8, one byte per character.
        shape = (1, char_units(rows[0]))
        if rows[0] and not rows[0].endswith("\0"):
            return rows[0]
    return "" if shape == (0, 0) else MatChar(shape=shape, rows=rows)


def char_units(text: str) -> int:
    """Length of a text as MATLAB counts it, in units of UTF-16: characters beyond U+FFFF count twice."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def plain_text(value: MatValue) -> str | None:
    """The text of a char row or of an empty char, without NULs that pad its end; None for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, MatChar):
        if 0 in value.shape:
            return ""
        if len(value.rows) == 1:
            return value.rows[0].rstrip("\0")
    return None


def row_texts(value: MatValue) -> tuple[str, ...]:
    """The one text of a char array, or the rows of a matrix without the blanks that pad them; empty for all else."""
    if isinstance(value, MatChar) and len(value.rows) > 1:
        return tuple(row.rstrip(" \0") for row in value.rows)
    text = plain_text(value)
    return () if text is None else (text,)


def is_empty_value(value: MatValue) -> bool:
    """Whether a value is [], {}, an empty char or an empty struct array."""
    return plain_text(value) == "" if isinstance(value, str | MatChar) else 0 in value.shape


def _size(shape: tuple[int, ...]) -> str:
    return "x".join(str(length) for length in shape)
