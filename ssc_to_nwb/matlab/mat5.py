"""MATLAB files of format 5 (`-v6`) and 7 (the same, compressed) as the tree.

scipy reads such files too, but decodes text by itself and hands out neither the bytes of a text nor the place of a
complex number. Arrays of numbers are views of the bytes of their variable, where these are of their class already.
Layout: "MAT-File Format", The MathWorks.
"""

from __future__ import annotations

import math
import struct
import sys
import zlib
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

import numpy as np
from isal import isal_zlib

from ssc_to_nwb.matlab.bounds import Bounds
from ssc_to_nwb.matlab.stored_chars import Storage, StoredChars
from ssc_to_nwb.matlab.text import TextReader
from ssc_to_nwb.matlab.tree import MatCell, MatSparse, MatStruct, MatUnsupported, MatValue, struct_value
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error

# The numbers that format 5 has for types of elements and classes of arrays.
MI_INT8, MI_INT32, MI_UINT32, MI_DOUBLE, MI_MATRIX, MI_COMPRESSED = 1, 5, 6, 9, 14, 15
MI_UTF8, MI_UTF16, MI_UTF32 = 16, 17, 18
MX_CELL, MX_STRUCT, MX_OBJECT, MX_CHAR, MX_SPARSE, MX_FUNCTION, MX_OPAQUE = 1, 2, 3, 4, 5, 16, 17
# numpy's types: of the numbers of an element, of those of an array.
NUMBER_TYPES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
NUMBER_CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}
LOGICAL_FLAG, COMPLEX_FLAG = 0x0200, 0x0800

Order = Literal["<", ">"]
_HEADER_BYTES = 128
_PIECE_BYTES = 1 << 16
_INTEGER_TYPES, _NAME_TYPES = (MI_INT32, MI_UINT32), (1, 2, MI_UTF8)
# How the characters of a text are stored, and as which numbers, by the type of their element.
_CHAR_STORAGE: dict[int, tuple[Storage, str]] = {
    1: ("8-bit", "u1"), 2: ("8-bit", "u1"), 3: ("16-bit", "u2"), 4: ("16-bit", "u2"),
    MI_UTF8: ("utf-8", "u1"), MI_UTF16: ("utf-16", "u2"), MI_UTF32: ("utf-32", "u4"),
}  # fmt: skip
_TYPES = {number: np.dtype(code) for number, code in NUMBER_CLASSES.items()}
_LOGICAL, _DOUBLE = np.dtype("?"), np.dtype("f8")


class DamagedFileError(ValueError):
    """Bytes that are no MATLAB file of format 5; the text says where they fail."""


def read_mat5(path: Path, *, texts: TextReader, bounds: Bounds) -> dict[str, MatValue]:
    """All variables of a format 5 or 7 file.

    MATLAB stores whole-number doubles as the smallest integers; they come back as the doubles they are in MATLAB.
    texts: decodes the char arrays. Raises mat-variable-ambiguous; ValueError, struct.error and IsalError on a file that
    is damaged or unfolds beyond bounds.
    """
    variables: dict[str, MatValue] = {}
    with path.open("rb") as file:
        order: Order = "<" if file.read(_HEADER_BYTES)[-2:] == b"IM" else ">"
        file_bytes = path.stat().st_size
        while file.tell() < file_bytes:
            start = file.tell()
            try:
                content = _next_variable(file, order=order, bounds=bounds)
            except isal_zlib.error:  # type: ignore[misc]
                # The arrays before the damage show where it is: `bounds` keeps the place.
                with suppress(ValueError, OverflowError, struct.error):
                    part = _before_damage(file, start=start)
                    _Arrays(part, order=order, texts=texts, bounds=bounds).variable(is_whole=False)
                raise
            name, value = _Arrays(content, order=order, texts=texts, bounds=bounds).variable()
            if name in variables:
                expected = "one variable of a name"
                raise error(kinds.MAT_VARIABLE_AMBIGUOUS, file=path, field=name, expected=expected, found="two")
            # What handles and objects refer to is stored as a variable without a name.
            if name:
                variables[name] = value
    return variables


def _next_variable(file: BinaryIO, *, order: Order, bounds: Bounds) -> bytes | bytearray:
    """The array of the next variable with its tag, inflated where it is compressed, and then its checksum checked."""
    kind, size = struct.unpack(f"{order}II", file.read(8))
    if kind != MI_COMPRESSED:
        file.seek(-8, 1)
        return file.read(8 + size)
    content = bytearray()
    end = file.tell() + size
    # Twice as fast as zlib.
    inflater = isal_zlib.decompressobj()
    while not inflater.eof:
        piece = file.read(min(_PIECE_BYTES, end - file.tell()))
        if not piece:
            raise DamagedFileError("a compressed variable ends before its time")
        inflated = inflater.decompress(piece)
        bounds.hold(len(inflated))
        content += inflated
    file.seek(end)
    return content


def _before_damage(file: BinaryIO, *, start: int) -> bytearray:
    """What can be unpacked of a compressed variable that begins at `start`."""
    file.seek(start + 8)
    inflater, content = zlib.decompressobj(), bytearray()
    with suppress(zlib.error):
        while piece := file.read(_PIECE_BYTES):
            before = inflater.copy()
            try:
                content += inflater.decompress(piece)
            except zlib.error:
                for place in range(len(piece)):
                    content += before.decompress(piece[place : place + 1])
    return content


class _Header(NamedTuple):
    """What precedes the content of an array. There is one for every number of a struct: a tuple is made fast.

    number: of MATLAB's class; end: where the array ends; class_name: of an object behind a handle.
    """

    number: int
    end: int
    shape: tuple[int, ...] = (1, 1)
    is_logical: bool = False
    is_complex: bool = False
    name: str = ""
    class_name: str = ""

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def dtype(self) -> np.dtype:
        """Of the numbers, as MATLAB has them."""
        return _LOGICAL if self.is_logical else _TYPES.get(self.number, _DOUBLE)


class _Arrays:
    """Reads the arrays of one variable, nested ones included, from its bytes."""

    def __init__(self, content: bytes | bytearray, *, order: Order, texts: TextReader, bounds: Bounds) -> None:
        self._content = memoryview(content).toreadonly()
        self._place = 0
        self._order = order
        self._pair = struct.Struct(f"{order}II")
        self._types = {code: np.dtype(f"{order}{code}") for code in NUMBER_TYPES.values()}
        self._is_native = (order == "<") == (sys.byteorder == "little")
        self._texts = texts
        self._bounds = bounds

    def variable(self, *, is_whole: bool = True) -> tuple[str, MatValue]:
        """Name and value; of a variable that is not there as a whole, reading fails at its last array."""
        end = self._begin(end=len(self._content) if is_whole else sys.maxsize)
        if is_whole and end != len(self._content):
            raise DamagedFileError("bytes behind the array of a variable")
        if end == self._place:
            return "", np.zeros((0, 0))
        header = self._header(end)
        with self._bounds.within(header.name):
            return header.name, self._whole(header)

    def _nested(self, part: str, *, end: int) -> MatValue:
        # Where no array begins, what is before it may be damaged: it has no name of its own then.
        own_end = self._begin(end=end)
        self._bounds.enter(part)
        value = self._whole(self._header(own_end)) if own_end > self._place else np.zeros((0, 0))
        self._bounds.leave()
        return value

    def _begin(self, *, end: int) -> int:
        """Read the tag of an array; where the array ends, which is `end` or before. One without a byte is []."""
        kind, size = self._pair.unpack_from(self._content, self._place)
        self._place += 8
        own_end: int = self._place + size
        if kind != MI_MATRIX or own_end > end:
            raise DamagedFileError(f"an element of type {kind} and {size} bytes in the place of an array")
        return own_end

    def _whole(self, header: _Header) -> MatValue:
        value = self._value(header)
        if self._place > header.end:
            raise DamagedFileError(f"{self._place - header.end} bytes beyond the end of an array")
        self._place = header.end
        return value

    def _header(self, end: int) -> _Header:
        """What precedes the content of the array that ends there."""
        flags = self._integers(end)
        if len(flags) != 2:
            raise DamagedFileError(f"{4 * len(flags)} bytes of array flags, not 8")
        number, is_logical, is_complex = flags[0] & 0xFF, bool(flags[0] & LOGICAL_FLAG), bool(flags[0] & COMPLEX_FLAG)
        if number == MX_OPAQUE:
            # Names in the place of a size: of the variable, of the system of classes, of the class.
            name, _, class_name = self._name(end), self._name(end), self._name(end)
            return _Header(number, end, name=name, class_name=class_name)
        shape = self._integers(end)
        if len(shape) < 2 or min(shape) < 0:
            raise DamagedFileError(f"an array of size {shape}")
        return _Header(number, end, shape, is_logical, is_complex, self._name(end))

    def _value(self, header: _Header) -> MatValue:
        number = header.number
        if number == MX_CELL:
            places = range(1, self._count(header, fields=1) + 1)
            items = tuple(self._nested(f"{{{place}}}", end=header.end) for place in places)
            return MatCell(shape=header.shape, items=items)
        if number == MX_STRUCT:
            return self._struct(header)
        if number == MX_CHAR:
            return self._char(header)
        if number == MX_SPARSE or number in NUMBER_CLASSES:
            if header.is_complex:
                return _unsupported(header, "complex", "complex numbers")
            return self._sparse(header) if number == MX_SPARSE else self._numbers(header)
        if number == MX_OBJECT:
            return _unsupported(header, self._name(header.end), "an object")
        if number == MX_FUNCTION:
            return _unsupported(header, "function_handle", "a function handle")
        if number == MX_OPAQUE:
            return _unsupported(header, header.class_name, "an object")
        return _unsupported(header, f"class {number}", "an unknown class")

    def _struct(self, header: _Header) -> MatValue:
        (width,) = self._integers(header.end) or (0,)
        table = bytes(self._element(header.end)[1])
        if width < 1 or len(table) % width:
            raise DamagedFileError(f"field names of {width} bytes each in {len(table)} bytes")
        names = tuple(table[place : place + width].split(b"\0", 1)[0].decode() for place in range(0, len(table), width))
        if len(set(names)) < len(names):
            raise DamagedFileError("a struct with two fields of one name")
        count = self._count(header, fields=len(names))
        places = [""] if header.shape == (1, 1) else [f"({number})" for number in range(1, count + 1)]
        elements = tuple(
            MatStruct(fields={name: self._nested(f"{place}.{name}", end=header.end) for name in names})
            for place in places
        )
        return struct_value(header.shape, names, elements)

    def _count(self, header: _Header, *, fields: int) -> int:
        """Number of elements of so many fields each, refused where the array cannot hold them."""
        if 8 * fields * header.size > header.end:
            raise DamagedFileError(f"an array of size {header.shape} in {header.end} bytes")
        self._bounds.count(header.size * max(fields, 1))
        return header.size

    def _char(self, header: _Header) -> MatValue:
        kind, content = self._element(header.end)
        if kind not in _CHAR_STORAGE:
            return _unsupported(header, "char", f"characters stored as type {kind}")
        storage, code = _CHAR_STORAGE[kind]
        return self._texts.read(StoredChars(shape=header.shape, storage=storage, units=self._as_numbers(content, code)))

    def _numbers(self, header: _Header) -> np.ndarray:
        values = self._plain_numbers(header.end)
        if values.size != header.size:
            raise DamagedFileError(f"{values.size} numbers for an array of size {header.shape}")
        return values.astype(header.dtype, copy=False).reshape(header.shape, order="F")

    def _sparse(self, header: _Header) -> MatSparse:
        rows, starts = self._plain_numbers(header.end), self._plain_numbers(header.end)
        kind, content = self._element(header.end)
        code = NUMBER_TYPES.get(kind, "u1")
        if header.is_logical and len(content) < rows.size * int(code[1]):
            # MATLAB writes a byte for each, and calls them doubles.
            code = "u1"
        values = self._as_numbers(content, code).astype(header.dtype, copy=False)
        return MatSparse.from_columns(header.shape, row_index=rows, column_start=starts, values=values)

    # -- elements, each of which ends at the place `end` or before

    def _element(self, end: int) -> tuple[int, memoryview]:
        """Type and content of the next element; up to 4 bytes lie in its tag, in the place of the size."""
        kind, size = self._pair.unpack_from(self._content, self._place)
        start = self._place + 8
        if kind >> 16:
            kind, size = kind & 0xFFFF, kind >> 16
            if size > 4:
                raise DamagedFileError(f"{size} bytes in the tag of an element, which has room for 4")
            self._place = start
            return kind, self._content[start - 4 : start - 4 + size]
        if start + size > end:
            raise DamagedFileError(f"an element of {size} bytes where {max(end - start, 0)} are left")
        self._place = min(start + size + -size % 8, end)
        return kind, self._content[start : start + size]

    def _plain_numbers(self, end: int) -> np.ndarray:
        """The numbers of the next element, in native byte order, (N,)."""
        kind, content = self._element(end)
        if kind not in NUMBER_TYPES:
            raise DamagedFileError(f"an element of type {kind} in the place of numbers")
        return self._as_numbers(content, NUMBER_TYPES[kind])

    def _as_numbers(self, content: memoryview, code: str) -> np.ndarray:
        """Bytes of an element as numbers of one of numpy's types, in native byte order, (N,)."""
        if len(content) % int(code[1]):
            raise DamagedFileError(f"{len(content)} bytes for numbers of {code[1]} bytes each")
        array = np.frombuffer(content, dtype=self._types[code])
        return array if self._is_native else array.astype(array.dtype.newbyteorder("="))

    def _integers(self, end: int) -> tuple[int, ...]:
        """The 32-bit integers of the next element."""
        kind, content = self._element(end)
        if kind not in _INTEGER_TYPES or len(content) % 4:
            raise DamagedFileError(f"{len(content)} bytes of type {kind} in the place of integers")
        return struct.unpack(f"{self._order}{len(content) // 4}i", content)

    def _name(self, end: int) -> str:
        """The name in the next element. MATLAB's names are ASCII."""
        kind, content = self._element(end)
        if kind not in _NAME_TYPES:
            raise DamagedFileError(f"an element of type {kind} in the place of a name")
        return bytes(content).rstrip(b"\0").decode()


def _unsupported(header: _Header, matlab_class: str, reason: str) -> MatUnsupported:
    return MatUnsupported(matlab_class=matlab_class, reason=reason, shape=header.shape)
