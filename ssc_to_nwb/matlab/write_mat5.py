"""Writes MATLAB files of format 5 (`-v6` and, compressed, `-v7`) from the tree, the way MATLAB itself does.

scipy's `savemat` cannot: it makes every empty char 0x0, has no struct arrays without fields, and stores a double as 64
bits. MATLAB stores a double array of whole numbers in the smallest integer type that holds it and keeps the class
double in the header; `scipy.io.loadmat` hands that integer type out. Layout: "MAT-File Format", The MathWorks.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping
from functools import singledispatch
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ssc_to_nwb.matlab import mat5
from ssc_to_nwb.matlab.leaves import matlab_class, matlab_shape
from ssc_to_nwb.matlab.text import utf16_units
from ssc_to_nwb.matlab.tree import MatCell, MatChar, MatSparse, MatStruct, MatStructArray, MatValue

LARGEST_VARIABLE_BYTES = 2**31 - 1
_LARGEST_LENGTH = 2**31 - 1
_TYPE_NUMBERS = {code: number for number, code in mat5.NUMBER_TYPES.items()}
_CLASS_NUMBERS = {code: number for number, code in mat5.NUMBER_CLASSES.items()}
_SMALLEST_FIRST = ("u1", "u2", "i2", "i4")
_HEADER_TEXT = b"MATLAB 5.0 MAT-file, Platform: GLNXA64, Created by: ssc-to-nwb"

Piece = bytes | memoryview


class TooLargeForFormat5Error(ValueError):
    """A variable or an array beyond what format 5 can hold; the text says which."""


def write_mat5(path: Path, *, variables: Mapping[str, MatValue], compressed: bool = True) -> None:
    """Write `variables` to `path`. compressed: as `-v7` does, else as `-v6`.

    Raises TooLargeForFormat5Error, ValueError for a value that cannot be written, OSError.
    """
    with path.open("wb") as stream:
        stream.write(_HEADER_TEXT.ljust(116, b" ") + bytes(8))
        stream.write(struct.pack("<H2s", 0x0100, b"IM"))
        for name, value in variables.items():
            pieces = matrix(name, value)
            size = sum(map(len, pieces))
            if size > LARGEST_VARIABLE_BYTES:
                raise TooLargeForFormat5Error(f"{name}: {size} bytes")
            if compressed:
                _write_compressed(stream, pieces)
            else:
                stream.writelines(pieces)


def _write_compressed(stream: BinaryIO, pieces: Iterable[Piece]) -> None:
    """Write an element compressed; its size, known at the end, goes into the tag then."""
    place = stream.tell()
    stream.write(bytes(8))
    press = zlib.compressobj(1)
    for piece in pieces:
        stream.write(press.compress(piece))
    stream.write(press.flush())
    end = stream.tell()
    stream.seek(place)
    stream.write(struct.pack("<II", mat5.MI_COMPRESSED, end - place - 8))
    stream.seek(end)


def matrix(name: str, value: MatValue) -> list[Piece]:
    """A whole array element: its tag and its body."""
    pieces = body(value, name)
    # A size beyond 32 bits makes the variable too large, which `write_mat5` finds.
    return [struct.pack("<II", mat5.MI_MATRIX, min(sum(map(len, pieces)), 2**32 - 1)), *pieces]


@singledispatch
def body(value: MatValue, name: str) -> list[Piece]:  # noqa: ARG001
    """Header and content of an array, by what the value is."""
    raise ValueError(f"a value of class {matlab_class(value)} cannot be written")


@body.register
def _(value: MatStruct, name: str) -> list[Piece]:
    return body(MatStructArray(shape=(1, 1), field_names=tuple(value.fields), elements=(value,)), name)


@body.register
def _(value: MatStructArray, name: str) -> list[Piece]:
    names = [field.encode() for field in value.field_names]
    width = max(map(len, names), default=0) + 1
    table = b"".join(field.ljust(width, b"\0") for field in names)
    pieces = header(name, mat5.MX_STRUCT, value.shape)
    pieces += element(mat5.MI_INT32, struct.pack("<i", width)) + element(mat5.MI_INT8, table)
    for one in value.elements:
        for field in value.field_names:
            pieces += matrix("", one.fields[field])
    return pieces


@body.register
def _(value: MatCell, name: str) -> list[Piece]:
    pieces = header(name, mat5.MX_CELL, value.shape)
    for item in value.items:
        pieces += matrix("", item)
    return pieces


@body.register
def _(value: str | MatChar, name: str) -> list[Piece]:
    units = utf16_units(value).reshape(-1, order="F")
    kind, code = (mat5.MI_UTF8, "u1") if units.max(initial=0) < 0x80 else (mat5.MI_UTF16, "<u2")
    return header(name, mat5.MX_CHAR, matlab_shape(value)) + element(kind, units.astype(code).tobytes())


@body.register
def _(value: MatSparse, name: str) -> list[Piece]:
    kind, stored, flags = _stored(value.values)
    return [
        *header(name, mat5.MX_SPARSE, value.shape, flags),
        *element(mat5.MI_INT32, value.row_index.astype("<i4").tobytes()),
        *element(mat5.MI_INT32, value.column_start.astype("<i4").tobytes()),
        # Of logical values MATLAB says that they are doubles, and writes bytes.
        *element(mat5.MI_DOUBLE if flags else kind, _bytes_of(stored)),
    ]


@body.register
def _(value: np.ndarray, name: str) -> list[Piece]:
    code = "u1" if value.dtype == np.bool_ else value.dtype.str[1:]
    if code not in _CLASS_NUMBERS or value.ndim < 2:
        raise ValueError(f"an array of {value.ndim} dimensions and {value.dtype} cannot be written")
    kind, stored, flags = _stored(value)
    return [*header(name, _CLASS_NUMBERS[code], value.shape, flags), *element(kind, _bytes_of(stored))]


def element(kind: int, data: Piece) -> list[Piece]:
    """A data element: tag, bytes, padding to 8; up to 4 bytes go into the tag itself, as MATLAB writes them."""
    size = len(data)
    if 0 < size <= 4:
        return [struct.pack("<HH", kind, size) + bytes(data).ljust(4, b"\0")]
    # A size beyond 32 bits makes the variable too large, which `write_mat5` finds.
    return [struct.pack("<II", kind, min(size, 2**32 - 1)), data, bytes(-size % 8)]


def header(name: str, kind: int, shape: tuple[int, ...], flags: int = 0) -> list[Piece]:
    """Class and flags, size and name of an array."""
    if max(shape) > _LARGEST_LENGTH:
        raise TooLargeForFormat5Error(f"an array of size {'x'.join(map(str, shape))}")
    return [
        *element(mat5.MI_UINT32, struct.pack("<II", kind | flags, 0)),
        *element(mat5.MI_INT32, np.array(shape, dtype="<i4").tobytes()),
        *element(mat5.MI_INT8, name.encode()),
    ]


def stored_form(array: np.ndarray) -> np.ndarray:
    """`array` in the smallest integer type that holds it, if it is a double of whole numbers; else itself."""
    if array.dtype != np.float64:
        return array
    if array.size == 0:
        return array.astype(np.uint8)
    low, high = float(array.min()), float(array.max())
    # Most arrays that are not whole show it at once.
    if not (float(array.flat[0]).is_integer() and np.isfinite((low, high)).all()):
        return array
    for code in _SMALLEST_FIRST:
        limits = np.iinfo(code)
        if limits.min <= low and high <= limits.max:
            whole = array.astype(code)
            # An integer has no zero below zero.
            keeps_all = np.array_equal(whole, array) and not np.signbit(array[array == 0]).any()
            return whole if keeps_all else array
    return array


def _stored(array: np.ndarray) -> tuple[int, np.ndarray, int]:
    """Type of the element, its numbers, and flags of the array."""
    is_logical = array.dtype == np.bool_
    stored = array.astype(np.uint8) if is_logical else stored_form(array)
    return _TYPE_NUMBERS[stored.dtype.str[1:]], stored, mat5.LOGICAL_FLAG if is_logical else 0


def _bytes_of(array: np.ndarray) -> Piece:
    """The numbers, column by column; without a copy where they lie so already."""
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return np.ascontiguousarray(little.reshape(-1, order="F")).data.cast("B") if array.size else b""
