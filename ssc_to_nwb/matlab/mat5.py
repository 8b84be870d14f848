"""MATLAB files of format 5 and 7 as a tree."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np
from isal import igzip_lib

from ssc_to_nwb.matlab.bounds import Bounds
from ssc_to_nwb.matlab.mat5_elements import (
    HEADER_BYTES,
    MI_COMPRESSED,
    MI_MATRIX,
    MI_UTF8,
    MI_UTF16,
    MI_UTF32,
    MX_CELL,
    MX_CHAR,
    MX_FUNCTION,
    MX_OBJECT,
    MX_OPAQUE,
    MX_SPARSE,
    MX_STRUCT,
    NUMBER_CLASSES,
    NUMBER_TYPES,
    ArrayHeader,
    ByteStream,
    DamagedFileError,
    ElementReader,
    inflated,
)
from ssc_to_nwb.matlab.stored_chars import Storage, StoredChars
from ssc_to_nwb.matlab.text import TextReader
from ssc_to_nwb.matlab.tree import (
    MatCell,
    MatSparse,
    MatStruct,
    MatStructArray,
    MatUnsupported,
    MatValue,
)
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error

# How the characters of a text are stored, and as which numbers, by the type of their element.
_CHAR_STORAGE: dict[int, tuple[Storage, str]] = {
    1: ("8-bit", "u1"), 2: ("8-bit", "u1"), 3: ("16-bit", "u2"), 4: ("16-bit", "u2"),
    MI_UTF8: ("utf-8", "u1"), MI_UTF16: ("utf-16", "u2"), MI_UTF32: ("utf-32", "u4"),
}  # fmt: skip
_TYPES = {number: np.dtype(code) for number, code in NUMBER_CLASSES.items()}
_LOGICAL, _DOUBLE = np.dtype("?"), np.dtype("f8")
_DAMAGE = (ValueError, OSError, OverflowError, MemoryError, RecursionError, igzip_lib.IsalError)


def read_mat5(path: Path, *, texts: TextReader) -> dict[str, MatValue]:
    """All variables of a format 5 or 7 file.

    MATLAB stores whole-number doubles as the smallest integers; they come back as the doubles they are in MATLAB.
    texts: decodes the char arrays. Raises mat-unreadable on a file that is damaged or unfolds beyond bounds, and
    mat-variable-ambiguous.
    """
    variables: dict[str, MatValue] = {}
    bounds = Bounds.of(path, "5")
    try:
        with path.open("rb") as file:
            file.seek(HEADER_BYTES - 2)
            order: Literal["<", ">"] = "<" if file.read(2) == b"IM" else ">"
            file_bytes = path.stat().st_size
            while file.tell() < file_bytes:
                name, value = _Variable(file, order=order, file_bytes=file_bytes, texts=texts, bounds=bounds).read()
                if name in variables:
                    expected = "one variable of a name"
                    raise error(kinds.MAT_VARIABLE_AMBIGUOUS, file=path, field=name, expected=expected, found="two")
                # What handles and objects refer to is stored as a variable without a name.
                if name:
                    variables[name] = value
    except _DAMAGE as damage:  # type: ignore[misc]
        raise error(
            kinds.MAT_UNREADABLE,
            file=path,
            field=bounds.field or None,
            expected="a MATLAB file of format 5 or 7",
            found=_fault(damage),
        ) from damage
    return variables


def _fault(damage: Exception) -> str:
    """What is wrong with the file, in words."""
    if isinstance(damage, DamagedFileError):
        return str(damage)
    if isinstance(damage, igzip_lib.IsalError):  # type: ignore[arg-type]
        return f"a compressed variable that cannot be unpacked ({damage})"
    return f"{type(damage).__name__}: {damage}"


class _Variable:
    """One variable, from its place in the file on."""

    def __init__(
        self, file: BinaryIO, *, order: Literal["<", ">"], file_bytes: int, texts: TextReader, bounds: Bounds
    ) -> None:
        self._file = file
        self._order = order
        self._left = file_bytes - file.tell()
        self._texts = texts
        self._bounds = bounds

    def read(self) -> tuple[str, MatValue]:
        """Name and value; the file is positioned after the variable then."""
        start = self._file.tell()
        kind, size, content = self._elements(ByteStream(self._file.read)).tag()
        if content is not None or size > self._left - 8:
            raise DamagedFileError(f"a variable of {size} bytes where {self._left - 8} are left")
        self._file.seek(start + 8)
        if kind == MI_COMPRESSED:
            stream = inflated(self._file, compressed_bytes=size)
            reader = self._elements(stream)
            kind, inner_size, content = reader.tag()
            named = self._array(reader, kind, inner_size)
            if not stream.is_exhausted:
                raise DamagedFileError("bytes behind the array in a compressed variable")
        else:
            named = self._array(self._elements(ByteStream(self._file.read)), kind, size)
        self._file.seek(start + 8 + size)
        return named

    def _elements(self, stream: ByteStream) -> ElementReader:
        return ElementReader(stream, order=self._order, bounds=self._bounds)

    def _array(self, reader: ElementReader, kind: int, size: int) -> tuple[str, MatValue]:
        if kind != MI_MATRIX:
            raise DamagedFileError(f"an element of type {kind} in the place of an array")
        return _Arrays(reader, texts=self._texts).read(size=size)


class _Arrays:
    """Arrays from a reader of elements, nested ones included."""

    def __init__(self, reader: ElementReader, *, texts: TextReader) -> None:
        self._reader = reader
        self._bounds = reader.bounds
        self._texts = texts

    def read(self, *, size: int) -> tuple[str, MatValue]:
        """Name and value of a variable whose tag was read; an array without a byte is []."""
        if not size:
            return "", np.zeros((0, 0))
        header = self._reader.array_header(end=self._reader.stream.offset + size)
        self._bounds.enter(header.name)
        value = self._whole(header)
        self._bounds.leave()
        return header.name, value

    def _whole(self, header: ArrayHeader) -> MatValue:
        value = self._value(header)
        beyond = self._reader.stream.offset - header.end
        if beyond > 0:
            raise DamagedFileError(f"{beyond} bytes beyond the end of an array")
        if beyond:
            self._reader.stream.skip_to(header.end)
        return value

    def _nested(self, part: str, *, end: int) -> MatValue:
        self._bounds.enter(part)
        kind, size, content = self._reader.tag()
        start = self._reader.stream.offset
        if kind != MI_MATRIX or content is not None or size > end - start:
            raise DamagedFileError(f"an element of type {kind} and {size} bytes in the place of an array")
        value = self._whole(self._reader.array_header(end=start + size)) if size else np.zeros((0, 0))
        self._bounds.leave()
        return value

    def _value(self, header: ArrayHeader) -> MatValue:
        number = header.class_number
        if number == MX_CELL:
            count = self._count(header, fields=1)
            items = tuple(self._nested(f"{{{number}}}", end=header.end) for number in range(1, count + 1))
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
            name = self._reader.name(end=header.end)
            return _unsupported(header, name, "an object")
        if number == MX_FUNCTION:
            return _unsupported(header, "function_handle", "a function handle")
        if number == MX_OPAQUE:
            return _unsupported(header, header.class_name, "an object")
        return _unsupported(header, f"class {number}", "an unknown class")

    def _struct(self, header: ArrayHeader) -> MatValue:
        (width,) = self._reader.integers(end=header.end) or [0]
        _, table = self._reader.element(end=header.end)
        if width < 1 or len(table) % width:
            raise DamagedFileError(f"field names of {width} bytes each in {len(table)} bytes")
        names = tuple(
            bytes(table[place : place + width]).split(b"\0", 1)[0].decode() for place in range(0, len(table), width)
        )
        if len(set(names)) < len(names):
            raise DamagedFileError("a struct with two fields of one name")
        count = self._count(header, fields=len(names))
        if header.shape == (1, 1):
            return MatStruct(fields={name: self._nested(f".{name}", end=header.end) for name in names})
        elements = tuple(
            MatStruct(fields={name: self._nested(f"({number}).{name}", end=header.end) for name in names})
            for number in range(1, count + 1)
        )
        return MatStructArray(shape=header.shape, field_names=names, elements=elements)

    def _count(self, header: ArrayHeader, *, fields: int) -> int:
        """Number of elements of so many fields each, refused where the array cannot hold them."""
        if 8 * fields * header.size > header.end:
            raise DamagedFileError(f"an array of size {header.shape} in {header.end} bytes")
        self._bounds.count(header.size * max(fields, 1))
        return header.size

    def _char(self, header: ArrayHeader) -> MatValue:
        kind, content = self._reader.element(end=header.end)
        if kind not in _CHAR_STORAGE:
            return _unsupported(header, "char", f"characters stored as type {kind}")
        storage, code = _CHAR_STORAGE[kind]
        units = self._reader.as_numbers(content, code)
        return self._texts.read(StoredChars(shape=header.shape, storage=storage, units=units))

    def _numbers(self, header: ArrayHeader) -> np.ndarray:
        values = self._reader.numbers(end=header.end)
        if values.size != header.size:
            raise DamagedFileError(f"{values.size} numbers for an array of size {header.shape}")
        return values.astype(_dtype(header), copy=False).reshape(header.shape, order="F")

    def _sparse(self, header: ArrayHeader) -> MatSparse:
        rows, starts = (self._reader.numbers(end=header.end) for _ in range(2))
        kind, content = self._reader.element(end=header.end)
        code = NUMBER_TYPES.get(kind, "u1")
        if header.is_logical and len(content) < rows.size * int(code[1]):
            # MATLAB writes a byte for each, and calls them doubles.
            code = "u1"
        values = self._reader.as_numbers(content, code)
        values = values.astype(_dtype(header), copy=False)
        return MatSparse.from_columns(header.shape, row_index=rows, column_start=starts, values=values)


def _dtype(header: ArrayHeader) -> np.dtype:
    return _LOGICAL if header.is_logical else _TYPES.get(header.class_number, _DOUBLE)


def _unsupported(header: ArrayHeader, matlab_class: str, reason: str) -> MatUnsupported:
    return MatUnsupported(matlab_class=matlab_class, reason=reason, shape=header.shape)
