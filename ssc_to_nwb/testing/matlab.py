"""MATLAB values as the generator builds them, and files of formats 5 and 7.3 with them.

A struct is a dict (field order kept), a struct array a `StructArray`, a cell array a `Cell`, a char row a str. Numbers
are numpy arrays of two or more dimensions, float64 for MATLAB's double. Bare numbers are 1x1 doubles. `Chars` is a char
array of any size and encoding, `sparse` makes a sparse matrix, `Handle` a function handle or an object, `NEVER_FILLED`
a place in a cell that nothing was ever put into.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ssc_to_nwb.matlab import mat5, tree
from ssc_to_nwb.matlab.write_mat5 import Mat5Writer, Piece, element, header
from ssc_to_nwb.matlab.write_mat73 import Mat73Writer, described

_CHAR_BYTES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 16: "u1", 17: "u2", 18: "u4"}
_DOUBLE = next(number for number, code in mat5.NUMBER_CLASSES.items() if code == "f8")
_COMPLEX_FLAG = mat5.COMPLEX_FLAG
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


def write_mat5(*, path: Path, variables: Mapping[str, MatValue], compressed: bool = True) -> None:
    """Write `variables` to `path`, format 5."""
    writer = _Writer(header_text=_HEADER_TEXT, compressed=compressed)
    writer.write(path, variables={name: to_tree(value) for name, value in variables.items()})


class _Writer(Mat5Writer):
    def matrix(self, name: str, value: Any) -> list[Piece]:
        """As of any value; without a byte for what was never filled."""
        return [struct.pack("<II", mat5.MI_MATRIX, 0)] if value is NEVER_FILLED else super().matrix(name, value)

    def body(self, name: str, value: Any) -> list[Piece]:
        """As of any value; and of what the tree does not have."""
        if isinstance(value, Chars):
            units = np.array(list(value.units), dtype="<u4").astype(f"<{_CHAR_BYTES[value.stored_as]}")
            return header(name, mat5.MX_CHAR, value.shape) + element(value.stored_as, units.tobytes())
        if isinstance(value, Handle):
            return self._handle(name, value)
        if isinstance(value, np.ndarray) and value.dtype.kind == "c":
            parts = [part.astype("<f8").tobytes(order="F") for part in (value.real, value.imag)]
            pieces = header(name, _DOUBLE, value.shape, _COMPLEX_FLAG)
            return [*pieces, *element(mat5.MI_DOUBLE, parts[0]), *element(mat5.MI_DOUBLE, parts[1])]
        return super().body(name, value)

    def _handle(self, name: str, value: Handle) -> list[Piece]:
        """The outline of a function handle or an object; what it refers to is left out."""
        if value.matlab_class == "function_handle":
            return header(name, mat5.MX_FUNCTION, (1, 1)) + self.matrix("", tree.MatStruct(fields={"function": "sin"}))
        names = (name, "MCOS", value.matlab_class)
        flags = element(mat5.MI_UINT32, struct.pack("<II", mat5.MX_OPAQUE, 0))
        texts = [piece for text in names for piece in element(mat5.MI_INT8, text.encode("ascii"))]
        return [*flags, *texts, *self.matrix("", np.array([[3707764736.0]]))]


def write_mat73(*, path: Path, variables: Mapping[str, MatValue], compressed: bool = True) -> None:
    """Write `variables` to `path`."""
    writer = _Writer73(header_text=_HEADER_TEXT_73, compressed=compressed)
    writer.write(path, variables={name: to_tree(value) for name, value in variables.items()})


class _Writer73(Mat73Writer):
    def put(self, group: Any, name: str, value: Any) -> Any:
        """As any value; and what the tree does not have."""
        if value is NEVER_FILLED:
            # Only places in cells and struct arrays share one object for it.
            return self.put_empty(group, name, (0, 0), "double")
        if isinstance(value, Chars):
            units = np.array(list(value.units), dtype=np.uint16).reshape(value.shape, order="F")
            return self.put_chars(group, name, units)
        if isinstance(value, Handle):
            made = described(group.create_dataset(name, data=np.zeros((1, 6), np.uint32)), value.matlab_class)
            made.attrs["MATLAB_object_decode"] = np.int32(3)
            return made
        if isinstance(value, np.ndarray) and value.dtype.kind == "c":
            parts = np.zeros(value.shape, dtype=[("real", "f8"), ("imag", "f8")])
            parts["real"], parts["imag"] = value.real, value.imag
            return self.put_array(group, name, parts, "double")
        return super().put(group, name, value)

    def refer(self, value: Any) -> Any:
        """As of any value; of all that was never filled, to one object."""
        if value is not NEVER_FILLED:
            return super().refer(value)
        store = self.references
        if "a" not in store:
            self.put_empty(store, "a", (0, 0), "canonical empty")
        return store["a"].ref
