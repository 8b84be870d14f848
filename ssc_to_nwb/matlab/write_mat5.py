"""Writes MATLAB files of format 5 (`-v6` and, compressed, `-v7`) from the tree, the way MATLAB itself does.

scipy's `savemat` cannot: it makes every empty char 0x0, has no struct arrays without fields, and stores a double as 64
bits. MATLAB stores a double array of whole numbers in the smallest integer type that holds it and keeps the class
double in the header; `scipy.io.loadmat` hands that integer type out. Layout: "MAT-File Format", The MathWorks.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ssc_to_nwb.matlab import mat5
from ssc_to_nwb.matlab.leaves import matlab_shape
from ssc_to_nwb.matlab.text import utf16_units
from ssc_to_nwb.matlab.tree import MatCell, MatChar, MatSparse, MatStruct, MatStructArray, MatUnsupported, MatValue

LARGEST_VARIABLE_BYTES = 2**31 - 1
_LARGEST_LENGTH = 2**31 - 1
_TYPE_NUMBERS = {code: number for number, code in mat5.NUMBER_TYPES.items()}
_CLASS_NUMBERS = {code: number for number, code in mat5.NUMBER_CLASSES.items()}
_SMALLEST_FIRST = ("u1", "u2", "i2", "i4")
_HEADER_TEXT = "MATLAB 5.0 MAT-file, Platform: GLNXA64, Created by: ssc-to-nwb"

Piece = bytes | memoryview


class TooLargeForFormat5Error(ValueError):
    """A variable or an array beyond what format 5 can hold; the text says which."""


class Mat5Writer:
    """Makes the bytes of values; what else a value may be, a subclass says (`body`, `matrix`).

    header_text: ASCII, of up to 116 characters; compressed: as `-v7` does, else as `-v6`.
    """

    def __init__(self, *, header_text: str = _HEADER_TEXT, compressed: bool = True) -> None:
        self._header_text = header_text
        self._compressed = compressed

    def write(self, path: Path, *, variables: Mapping[str, MatValue]) -> None:
        """Write `variables` to `path`.

        Raises TooLargeForFormat5Error, ValueError for a value that cannot be written, OSError.
        """
        with path.open("wb") as stream:
            stream.write(self._header_text.encode("ascii").ljust(116, b" ") + bytes(8))
            stream.write(struct.pack("<H2s", 0x0100, b"IM"))
            for name, value in variables.items():
                pieces = self.matrix(name, value)
                size = sum(map(len, pieces))
                if size > LARGEST_VARIABLE_BYTES:
                    raise TooLargeForFormat5Error(f"{name}: {size} bytes")
                if self._compressed:
                    _write_compressed(stream, pieces)
                else:
                    stream.writelines(pieces)

    def matrix(self, name: str, value: MatValue) -> list[Piece]:
        """A whole array element: its tag and its body."""
        body = self.body(name, value)
        size = sum(map(len, body))
        # A size beyond 32 bits makes the variable too large, which `write` finds.
        return [struct.pack("<II", mat5.MI_MATRIX, min(size, 2**32 - 1)), *body]

    def body(self, name: str, value: MatValue) -> list[Piece]:
        """Header and content of an array, by what the value is."""
        if isinstance(value, MatStruct):
            value = MatStructArray(shape=(1, 1), field_names=tuple(value.fields), elements=(value,))
        if isinstance(value, MatStructArray):
            return header(name, mat5.MX_STRUCT, value.shape) + self._fields(value)
        if isinstance(value, MatCell):
            pieces = header(name, mat5.MX_CELL, value.shape)
            for item in value.items:
                pieces += self.matrix("", item)
            return pieces
        if isinstance(value, str | MatChar):
            return header(name, mat5.MX_CHAR, matlab_shape(value)) + _chars(value)
        if isinstance(value, MatSparse):
            return _sparse(name, value)
        if isinstance(value, MatUnsupported):
            raise ValueError(f"a value of class {value.matlab_class} cannot be written")
        return _numbers(name, value)

    def _fields(self, value: MatStructArray) -> list[Piece]:
        names = [name.encode() for name in value.field_names]
        width = max(map(len, names), default=0) + 1
        table = b"".join(name.ljust(width, b"\0") for name in names)
        pieces = element(mat5.MI_INT32, struct.pack("<i", width)) + element(mat5.MI_INT8, table)
        for one in value.elements:
            for name in value.field_names:
                pieces += self.matrix("", one.fields[name])
        return pieces


def element(kind: int, data: Piece) -> list[Piece]:
    """A data element: tag, bytes, padding to 8; up to 4 bytes go into the tag itself, as MATLAB writes them."""
    size = len(data)
    if 0 < size <= 4:
        return [struct.pack("<HH", kind, size) + bytes(data).ljust(4, b"\0")]
    # A size beyond 32 bits makes the variable too large, which `Mat5Writer.write` finds.
    return [struct.pack("<II", kind, min(size, 2**32 - 1)), data, bytes(-size % 8)]


def header(name: str, kind: int, shape: Iterable[int], flags: int = 0) -> list[Piece]:
    """Class and flags, size and name of an array."""
    sizes = tuple(shape)
    if max(sizes) > _LARGEST_LENGTH:
        raise TooLargeForFormat5Error(f"an array of size {'x'.join(map(str, sizes))}")
    return [
        *element(mat5.MI_UINT32, struct.pack("<II", kind | flags, 0)),
        *element(mat5.MI_INT32, np.array(sizes, dtype="<i4").tobytes()),
        *element(mat5.MI_INT8, name.encode()),
    ]


def stored_form(array: np.ndarray) -> np.ndarray:
    """`array` in the smallest integer type that holds it, if it is a double of whole numbers; else itself."""
    if array.dtype != np.float64:
        return array
    if array.size == 0:
        return array.astype(np.uint8)
    if not np.isfinite(array.flat[0]) or array.flat[0] != np.floor(array.flat[0]):
        return array
    low, high = float(array.min()), float(array.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        return array
    for code in _SMALLEST_FIRST:
        limits = np.iinfo(code)
        if limits.min <= low and high <= limits.max:
            whole = array.astype(code)
            # An integer has no zero below zero.
            keeps_all = np.array_equal(whole, array) and not np.signbit(array[array == 0]).any()
            return whole if keeps_all else array
    return array


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


def _chars(value: str | MatChar) -> list[Piece]:
    units = utf16_units(value).reshape(-1, order="F")
    if units.max(initial=0) < 0x80:
        return element(mat5.MI_UTF8, units.astype("u1").tobytes())
    return element(mat5.MI_UTF16, units.astype("<u2").tobytes())


def _sparse(name: str, value: MatSparse) -> list[Piece]:
    kind, stored, flags = _stored(value.values)
    return [
        *header(name, mat5.MX_SPARSE, value.shape, flags),
        *element(mat5.MI_INT32, value.row_index.astype("<i4").tobytes()),
        *element(mat5.MI_INT32, value.column_start.astype("<i4").tobytes()),
        # Of logical values MATLAB says that they are doubles, and writes bytes.
        *element(mat5.MI_DOUBLE if flags else kind, _bytes_of(stored)),
    ]


def _numbers(name: str, array: np.ndarray) -> list[Piece]:
    code = "u1" if array.dtype == np.bool_ else array.dtype.str[1:]
    if code not in _CLASS_NUMBERS or array.ndim < 2:
        raise ValueError(f"an array of {array.ndim} dimensions and {array.dtype} cannot be written")
    kind, stored, flags = _stored(array)
    return [*header(name, _CLASS_NUMBERS[code], array.shape, flags), *element(kind, _bytes_of(stored))]


def _stored(array: np.ndarray) -> tuple[int, np.ndarray, int]:
    """Type of the element, its numbers, and flags of the array."""
    is_logical = array.dtype == np.bool_
    stored = array.astype(np.uint8) if is_logical else stored_form(array)
    return _TYPE_NUMBERS[stored.dtype.str[1:]], stored, mat5.LOGICAL_FLAG if is_logical else 0


def _bytes_of(array: np.ndarray) -> Piece:
    """The numbers, column by column; without a copy where they lie so already."""
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return np.ascontiguousarray(little.reshape(-1, order="F")).data.cast("B") if array.size else b""
