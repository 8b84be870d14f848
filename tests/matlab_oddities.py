"""Values that MATLAB files may hold besides those of a session, as they are stored: odd chars, handles, and more."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ssc_to_nwb.matlab import mat5
from ssc_to_nwb.matlab.tree import MatSparse, MatStruct
from ssc_to_nwb.matlab.write_mat5 import Piece, body, element, header, matrix
from ssc_to_nwb.matlab.write_mat73 import REFERENCES, described, put, put_array, put_chars, put_empty

_CHAR_BYTES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 16: "u1", 17: "u2", 18: "u4"}
_DOUBLE = next(number for number, code in mat5.NUMBER_CLASSES.items() if code == "f8")
_COMPLEX_FLAG = mat5.COMPLEX_FLAG


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


@body.register
def _(value: Chars, name: str) -> list[Piece]:
    units = np.array(list(value.units), dtype="<u4").astype(f"<{_CHAR_BYTES[value.stored_as]}")
    return header(name, mat5.MX_CHAR, value.shape) + element(value.stored_as, units.tobytes())


@put.register
def _(value: Chars, group: Any, name: str) -> Any:
    units = np.array(list(value.units), dtype=np.uint16).reshape(value.shape, order="F")
    return put_chars(group, name, units)


@dataclass(frozen=True)
class Handle:
    """A value that MATLAB alone understands: a function handle, or an object of another class; its outline."""

    matlab_class: str = "function_handle"


@body.register
def _(value: Handle, name: str) -> list[Piece]:
    if value.matlab_class == "function_handle":
        function = matrix("", MatStruct(fields={"function": "sin"}))
        return header(name, mat5.MX_FUNCTION, (1, 1)) + function
    flags = element(mat5.MI_UINT32, struct.pack("<II", mat5.MX_OPAQUE, 0))
    names = (name, "MCOS", value.matlab_class)
    texts = [piece for text in names for piece in element(mat5.MI_INT8, text.encode("ascii"))]
    return [*flags, *texts, *matrix("", np.array([[3707764736.0]]))]


@put.register
def _(value: Handle, group: Any, name: str) -> Any:
    made = described(group.create_dataset(name, data=np.zeros((1, 6), np.uint32)), value.matlab_class)
    made.attrs["MATLAB_object_decode"] = np.int32(3)
    return made


@dataclass(frozen=True)
class Complex:
    """Complex numbers."""

    numbers: np.ndarray


@body.register
def _(value: Complex, name: str) -> list[Piece]:
    parts = [part.astype("<f8").tobytes(order="F") for part in (value.numbers.real, value.numbers.imag)]
    pieces = header(name, _DOUBLE, value.numbers.shape, _COMPLEX_FLAG)
    return [*pieces, *element(mat5.MI_DOUBLE, parts[0]), *element(mat5.MI_DOUBLE, parts[1])]


@put.register
def _(value: Complex, group: Any, name: str) -> Any:
    parts = np.zeros(value.numbers.shape, dtype=[("real", "f8"), ("imag", "f8")])
    parts["real"], parts["imag"] = value.numbers.real, value.numbers.imag
    return put_array(group, name, parts, "double")


class NeverFilled:
    """A place in a cell that nothing was ever put into: an array without a byte, or one object for all such."""


@body.register
def _(value: NeverFilled, name: str) -> list[Piece]:
    return []


@put.register
def _(value: NeverFilled, group: Any, name: str) -> Any:
    # Only places in cells and struct arrays share one object for it.
    if group.name != f"/{REFERENCES}":
        return put_empty(group, name, (0, 0), "double")
    return group["a"] if "a" in group else put_empty(group, "a", (0, 0), "canonical empty")


NEVER_FILLED = NeverFilled()


def sparse(full: np.ndarray) -> MatSparse:
    """A sparse matrix, made from the full one."""
    columns, rows = np.nonzero(full.T)
    starts = np.searchsorted(columns, np.arange(full.shape[1] + 1))
    return MatSparse.from_columns(full.shape, row_index=rows, column_start=starts, values=full[rows, columns])
