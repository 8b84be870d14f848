"""Writes MATLAB 5 files (`-v6` and, compressed, `-v7`) the way MATLAB itself does.

scipy's `savemat` stores a double as 64-bit floats. MATLAB stores a double array of whole numbers in the smallest
integer type that holds it and keeps the class double in the header, and `scipy.io.loadmat` hands that integer type
out. Readers have to meet that, so the generator writes it. Layout: "MAT-File Format", The MathWorks.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from ssc_to_nwb.testing.matlab import (
    NEVER_FILLED,
    Cell,
    Chars,
    Handle,
    MatValue,
    Sparse,
    StructArray,
    as_array,
)

_MI_INT8, _MI_INT32, _MI_UINT32, _MI_MATRIX, _MI_COMPRESSED, _MI_UTF8 = 1, 5, 6, 14, 15, 16
_MX_CELL, _MX_STRUCT, _MX_CHAR, _MX_SPARSE, _MX_FUNCTION, _MX_OPAQUE = 1, 2, 4, 5, 16, 17
_LOGICAL_FLAG, _COMPLEX_FLAG = 0x0200, 0x0800
_CHAR_BYTES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 16: "u1", 17: "u2", 18: "u4"}
_STORED_AS = {"i1": 1, "u1": 2, "i2": 3, "u2": 4, "i4": 5, "u4": 6, "f4": 7, "f8": 9, "i8": 12, "u8": 13}
_CLASS_OF = {"f8": 6, "f4": 7, "i1": 8, "u1": 9, "i2": 10, "u2": 11, "i4": 12, "u4": 13, "i8": 14, "u8": 15}
_SMALLEST_FIRST = ("u1", "u2", "i2", "i4")
_HEADER_TEXT = "MATLAB 5.0 MAT-file, Platform: GLNXA64, Created on: Fri Mar  8 12:00:00 2013 (synthetic)"

_Piece = bytes | memoryview


def write_mat5(*, path: Path, variables: Mapping[str, MatValue], compressed: bool = True) -> None:
    """Write `variables` to `path`."""
    with path.open("wb") as stream:
        stream.write(_HEADER_TEXT.encode().ljust(116, b" ") + bytes(8) + struct.pack("<H2s", 0x0100, b"IM"))
        for name, value in variables.items():
            pieces = _matrix(name, value)
            for piece in _compressed(pieces) if compressed else pieces:
                stream.write(piece)


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
            return whole if np.array_equal(whole, array) else array
    return array


def _compressed(pieces: Iterable[_Piece]) -> Iterator[bytes]:
    press = zlib.compressobj(1)
    body = [press.compress(piece) for piece in pieces]
    body.append(press.flush())
    yield struct.pack("<II", _MI_COMPRESSED, sum(map(len, body)))
    yield from body


def _element(kind: int, data: _Piece) -> list[_Piece]:
    """A data element: tag, bytes, padding to 8; up to 4 bytes go into the tag itself, as MATLAB writes them."""
    size = len(data)
    if 0 < size <= 4:
        return [struct.pack("<HH", kind, size) + bytes(data).ljust(4, b"\0")]
    return [struct.pack("<II", kind, size), data, bytes(-size % 8)]


def _matrix(name: str, value: MatValue) -> list[_Piece]:
    """A whole miMATRIX element; without a byte for what was never filled."""
    if value is NEVER_FILLED:
        return [struct.pack("<II", _MI_MATRIX, 0)]
    body = _body(name, value)
    return [struct.pack("<II", _MI_MATRIX, sum(map(len, body))), *body]


def _header(name: str, kind: int, shape: Iterable[int], flags: int = 0) -> list[_Piece]:
    sizes = tuple(shape)
    return [
        *_element(_MI_UINT32, struct.pack("<II", kind | flags, 0)),
        *_element(_MI_INT32, struct.pack(f"<{len(sizes)}i", *sizes)),
        *_element(_MI_INT8, name.encode("ascii")),
    ]


def _body(name: str, value: MatValue) -> list[_Piece]:
    if isinstance(value, Mapping):
        value = StructArray([value])
    if isinstance(value, StructArray):
        return _header(name, _MX_STRUCT, value.shape) + _fields(value)
    if isinstance(value, Cell):
        pieces = _header(name, _MX_CELL, value.shape)
        for item in value.items:
            pieces += _matrix("", item)
        return pieces
    if isinstance(value, str):
        shape = (1, len(value.encode("utf-16-le")) // 2) if value else (0, 0)
        return _header(name, _MX_CHAR, shape) + _element(_MI_UTF8, value.encode())
    if isinstance(value, Chars):
        units = np.array(value.units, dtype="<u4").astype(f"<{_CHAR_BYTES[value.stored_as]}")
        return _header(name, _MX_CHAR, value.shape) + _element(value.stored_as, units.tobytes())
    if isinstance(value, Handle):
        return _handle(name, value)
    return _sparse(name, value) if isinstance(value, Sparse) else _numeric(name, as_array(value))


def _handle(name: str, value: Handle) -> list[_Piece]:
    """The outline of a function handle or an object; what it refers to is left out."""
    if value.matlab_class == "function_handle":
        return _header(name, _MX_FUNCTION, (1, 1)) + _matrix("", {"function": "sin"})
    names = (name, "MCOS", value.matlab_class)
    flags = _element(_MI_UINT32, struct.pack("<II", _MX_OPAQUE, 0))
    texts = [piece for text in names for piece in _element(_MI_INT8, text.encode("ascii"))]
    return [*flags, *texts, *_matrix("", np.array([[3707764736.0]]))]


def _sparse(name: str, value: Sparse) -> list[_Piece]:
    flags = _LOGICAL_FLAG if value.values.dtype == np.bool_ else 0
    stored = value.values.astype(np.uint8) if flags else stored_form(value.values)
    return [
        *_header(name, _MX_SPARSE, value.shape, flags),
        *_element(_MI_INT32, value.rows.astype("<i4").tobytes()),
        *_element(_MI_INT32, value.starts.astype("<i4").tobytes()),
        # Of logical values MATLAB says that they are doubles, and writes bytes.
        *_element(9 if flags else _STORED_AS[stored.dtype.str[1:]], stored.tobytes()),
    ]


def _fields(value: StructArray) -> list[_Piece]:
    names = value.field_names
    width = max((len(name) for name in names), default=0) + 1
    table = b"".join(name.encode("ascii").ljust(width, b"\0") for name in names)
    pieces = _element(_MI_INT32, struct.pack("<i", width)) + _element(_MI_INT8, table)
    for element in value.elements:
        for name in names:
            pieces += _matrix("", element[name])
    return pieces


def _numeric(name: str, array: np.ndarray) -> list[_Piece]:
    if array.dtype.kind == "c":
        parts = [np.asfortranarray(part).reshape(-1, order="F").tobytes() for part in (array.real, array.imag)]
        header = _header(name, _CLASS_OF["f8"], array.shape, _COMPLEX_FLAG)
        return [*header, *_element(_STORED_AS["f8"], parts[0]), *_element(_STORED_AS["f8"], parts[1])]
    if array.dtype == np.bool_:
        code, flags, stored = "u1", _LOGICAL_FLAG, array.astype(np.uint8)
    else:
        code, flags, stored = array.dtype.str[1:], 0, stored_form(array)
    data = np.asfortranarray(stored).reshape(-1, order="F")
    kind = _STORED_AS[stored.dtype.str[1:]]
    return _header(name, _CLASS_OF[code], array.shape, flags) + _element(
        kind, data.data.cast("B") if data.size else b""
    )
