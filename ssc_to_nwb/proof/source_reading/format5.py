"""Format 5 and 7 for the proof: scipy reads the arrays, and a look at their headers finds what scipy does not say.

- How a text is stored: scipy decodes it by itself, and cannot decode all.
- Whether an empty array is a cell or a struct, where a struct has no fields.
- Whether an array without a byte, which is 0x0, has the size 1x0.
- Whether a sparse matrix of ones is logical, where its values are stored as doubles.
- Of what class an object or a handle is. These, and complex numbers, are no values of a session.

All else is left to scipy, which refuses names of variables and fields beyond ASCII; MATLAB has none. The file is
inflated once, for both. Layout: "MAT-File Format", The MathWorks.
"""

from __future__ import annotations

import io
import math
import struct
import warnings
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, Literal, TypeAlias

import numpy as np
from isal import isal_zlib
from scipy.io import loadmat

from ssc_to_nwb.matlab.bounds import Bounds
from ssc_to_nwb.matlab.stored_chars import Storage, StoredChars
from ssc_to_nwb.matlab.tree import MatCell, MatSparse, MatStruct, MatUnsupported, MatValue, struct_value
from ssc_to_nwb.proof.source_reading.text import ProofTexts

Order = Literal["<", ">"]
_HEADER_BYTES = 128
_PIECE_BYTES = 1 << 16
# Numbers of elements, and of classes of arrays.
_MATRIX, _COMPRESSED, _UTF8 = 14, 15, 16
_CELL, _STRUCT, _OBJECT, _CHAR, _SPARSE, _LAST_NUMBERS, _FUNCTION, _OPAQUE = 1, 2, 3, 4, 5, 15, 16, 17
_LOGICAL, _COMPLEX = 0x200, 0x800
_NUMBERS = (1, 2, 3, 4, 5, 6, 7, 9, 12, 13)
_TEXTS: Mapping[int, tuple[Storage, str]] = {
    1: ("8-bit", "u1"), 2: ("8-bit", "u1"), 3: ("16-bit", "u2"), 4: ("16-bit", "u2"),
    _UTF8: ("utf-8", "u1"), 17: ("utf-16", "u2"), 18: ("utf-32", "u4"),
}  # fmt: skip


# What a look finds: of a cell or struct what it finds of all below it, the type of a sparse matrix' values, None of
# numbers that are as scipy has them, and the value itself where scipy does not say it.
Look: TypeAlias = "list[Look] | type[np.bool_ | np.float64] | MatValue | None"


def read_format5(path: Path, *, texts: ProofTexts, bounds: Bounds) -> dict[str, MatValue]:
    """All variables by name. Raises whatever scipy raises on a file that it cannot read, struct.error, ValueError."""
    plain = io.BytesIO()
    with path.open("rb") as file:
        order = _copy_header(file, plain)
        ends = [plain.tell() for _ in _copy_variables(file, plain, order=order, bounds=bounds)]
    looks: dict[str, Look] = {}
    in_place: list[tuple[int, bytes]] = []
    # Not `getbuffer`: with it, Python 3.12 crashes when garbage is collected. The value shares the memory.
    with memoryview(plain.getvalue()) as content:
        for begin, end in pairwise([_HEADER_BYTES, *ends]):
            with content[begin:end] as part:
                variable = _Variable(part, order=order, texts=texts, bounds=bounds)
                name, look = variable.look()
            in_place += [(begin + place, put) for place, put in variable.in_place_of_texts]
            if name in looks:
                raise ValueError("two variables of one name")
            # What handles and objects refer to has no name.
            if name:
                looks[name] = look
    for place, put in in_place:
        plain.seek(place)
        plain.write(put)
    plain.seek(0)
    loaded = _load(plain, [name for name, look in looks.items() if not isinstance(look, MatUnsupported)])
    return {name: _value(loaded.pop(name, None), look) for name, look in looks.items()}


def _copy_header(file: BinaryIO, plain: BinaryIO) -> Order:
    """Copy the header; the byte order that it has."""
    header = file.read(_HEADER_BYTES)
    version, mark = header[-4:-2], header[-2:]
    if mark not in (b"IM", b"MI") or version not in (b"\0\1", b"\1\0"):
        raise ValueError("no header of a MATLAB file")
    plain.write(header)
    return "<" if mark == b"IM" else ">"


def _copy_variables(file: BinaryIO, plain: BinaryIO, *, order: Order, bounds: Bounds) -> Iterator[None]:
    """Copy variable after variable, each inflated where it is compressed."""
    while tag := file.read(8):
        kind, size = struct.unpack(f"{order}II", tag)
        pieces = _pieces(file, size)
        if kind != _COMPRESSED:
            plain.write(tag)
        for piece in _inflated(pieces) if kind == _COMPRESSED else pieces:
            bounds.hold(len(piece))
            plain.write(piece)
        yield


def _pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    while size:
        piece = file.read(min(_PIECE_BYTES, size))
        if not piece:
            raise ValueError(f"the file ends {size} bytes before its last variable does")
        size -= len(piece)
        yield piece


def _inflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    inflater = isal_zlib.decompressobj()
    try:
        yield from map(inflater.decompress, pieces)
    except isal_zlib.error as failure:  # type: ignore[misc]
        raise ValueError(f"a compressed variable is damaged: {failure}") from failure
    if not inflater.eof:
        raise ValueError("a compressed variable ends before its time")


def _load(file: BinaryIO, names: list[str]) -> dict[str, Any]:
    """The variables in MATLAB's classes and sizes."""
    with warnings.catch_warnings():
        # Complex numbers are refused by their header.
        warnings.simplefilter("ignore", np.exceptions.ComplexWarning)
        found: dict[str, Any] = loadmat(file, variable_names=names, mat_dtype=True, chars_as_strings=False)
    return {name: found[name] for name in names}


def _value(found: Any, look: Look) -> MatValue:
    """An array of scipy as a value of the tree, with what a look at it found."""
    if isinstance(look, list):
        in_order = found.reshape(-1, order="F").tolist()
        if found.dtype.names is not None:
            return _struct(found.shape, found.dtype.names, in_order, look)
        if found.dtype.kind != "O":
            raise ValueError(f"values of {found.dtype} in the place of a cell")
        return MatCell(shape=found.shape, items=tuple(map(_value, in_order, look)))
    if isinstance(look, type):
        return MatSparse(
            shape=tuple(int(length) for length in found.shape),
            row_index=found.indices.astype(np.int64),
            column_start=found.indptr.astype(np.int64),
            values=found.data.astype(look),
        )
    if look is not None:
        return look
    if not isinstance(found, np.ndarray) or found.dtype.kind not in "biuf":
        raise ValueError(f"values of {found.dtype} in the place of numbers")
    return found if found.dtype.isnative else found.astype(found.dtype.newbyteorder("="))


def _struct(
    shape: tuple[int, ...], names: tuple[str, ...], records: list[tuple[Any, ...]], looks: list[Look]
) -> MatValue:
    below = iter(looks)
    elements = tuple(
        MatStruct(fields={name: _value(one, next(below)) for name, one in zip(names, record, strict=True)})
        for record in records
    )
    return struct_value(shape, names, elements)


class _Variable:
    """A variable as its bytes have it.

    in_place_of_texts: what to put into them, and where, so that scipy can decode every text: NULs.
    """

    def __init__(self, content: memoryview, *, order: Order, texts: ProofTexts, bounds: Bounds) -> None:
        self.in_place_of_texts: list[tuple[int, bytes]] = []
        self._content = content
        self._place = 0
        self._order = order
        self._tag = struct.Struct(f"{order}II")
        # Begin of an array: its tag, and its flags behind a tag of theirs.
        self._begin = struct.Struct(f"{order}II8xI4x")
        self._texts = texts
        self._bounds = bounds

    def look(self) -> tuple[str, Look]:
        """Its name, and what is found of it."""
        found = self._array("")
        if self._place != len(self._content):
            raise ValueError("bytes behind the array of a variable")
        return found

    def _array(self, part: str) -> tuple[str, Look]:
        kind, size = self._tag.unpack_from(self._content, self._place)
        if kind != _MATRIX:
            raise ValueError(f"an element of type {kind} in the place of an array")
        end = self._place + 8 + size
        if not size:
            self._place = end
            return "", np.zeros((0, 0))
        flags = self._begin.unpack_from(self._content, self._place)[2]
        self._place += self._begin.size
        look: Look
        if flags & 0xFF == _OPAQUE:
            # Names in the place of a size: of the variable, of the system of classes, of the class.
            name, _, matlab_class = self._text_of_name(), self._text_of_name(), self._text_of_name()
            look = MatUnsupported(matlab_class=matlab_class, reason="an object")
        else:
            shape, name = self._integers(), self._text_of_name()
            self._bounds.enter(part or name)
            look = self._look_into(flags, shape)
            self._bounds.leave()
        if not self._place <= end <= len(self._content):
            raise ValueError("an array that does not end where its size has it")
        self._place = end
        return name, look

    def _look_into(self, flags: int, shape: tuple[int, ...]) -> Look:
        kind = flags & 0xFF
        if kind == _CHAR:
            return self._text(shape)
        if kind == _CELL:
            return [self._array(f"{{{place + 1}}}")[1] for place in range(self._count(shape))]
        if kind == _STRUCT:
            return self._look_into_struct(shape)
        if kind == _OBJECT:
            return MatUnsupported(matlab_class=self._text_of_name(), reason="an object", shape=shape)
        if kind == _FUNCTION:
            return MatUnsupported(matlab_class="function_handle", reason="a function handle", shape=shape)
        if not _SPARSE <= kind <= _LAST_NUMBERS:
            return MatUnsupported(matlab_class=f"class {kind}", reason="an unknown class", shape=shape)
        for _ in range((3 if kind == _SPARSE else 1) + bool(flags & _COMPLEX)):
            stored_as = self._element()[0]
            # scipy looks no type up without going astray in memory.
            if stored_as not in _NUMBERS:
                raise ValueError(f"an element of type {stored_as} in the place of numbers")
        if flags & _COMPLEX:
            return MatUnsupported(matlab_class="complex", reason="complex numbers", shape=shape)
        if kind == _SPARSE:
            return np.bool_ if flags & _LOGICAL else np.float64
        return None

    def _look_into_struct(self, shape: tuple[int, ...]) -> Look:
        (width,) = self._integers()
        table = bytes(self._element()[1])
        names = [table[place : place + width].split(b"\0")[0].decode() for place in range(0, len(table), width)]
        if len(set(names)) < len(names):
            raise ValueError("a struct with two fields of one name")
        count = self._count(shape)
        if not names:
            return struct_value(shape, ())
        places = [""] if shape == (1, 1) else [f"({place + 1})" for place in range(count)]
        return [self._array(f"{place}.{name}")[1] for place in places for name in names]

    def _count(self, shape: tuple[int, ...]) -> int:
        if min(shape, default=-1) < 0:
            raise ValueError(f"an array of size {shape}")
        self._bounds.count(math.prod(shape))
        return math.prod(shape)

    def _text(self, shape: tuple[int, ...]) -> MatValue:
        tag = self._place
        kind, content = self._element()
        stored = bytes(content)
        # A text of up to 4 bytes lies in its tag.
        within = self._tag.unpack_from(self._content, tag)[0] >> 16
        utf8 = struct.pack(f"{self._order}I", within << 16 | _UTF8)
        self.in_place_of_texts += [(tag, utf8), (tag + (4 if within else 8), bytes(len(stored)))]
        if kind not in _TEXTS:
            return MatUnsupported(matlab_class="char", reason=f"characters stored as type {kind}", shape=shape)
        storage, code = _TEXTS[kind]
        units = np.frombuffer(stored, dtype=f"{self._order}{code}").astype(code)
        return self._texts.leaf(StoredChars(shape=shape, storage=storage, units=units))

    def _text_of_name(self) -> str:
        return bytes(self._element()[1]).rstrip(b"\0").decode()

    def _integers(self) -> tuple[int, ...]:
        content = self._element()[1]
        return struct.unpack(f"{self._order}{len(content) // 4}i", content)

    def _element(self) -> tuple[int, memoryview]:
        """Type and content of the next element; up to 4 bytes lie in its tag, in the place of the size."""
        kind, size = self._tag.unpack_from(self._content, self._place)
        start = self._place + 8
        if kind >> 16:
            kind, size, start, self._place = kind & 0xFFFF, kind >> 16, start - 4, start
        else:
            self._place = start + size + -size % 8
        if start + size > len(self._content):
            raise ValueError("the variable ends before its last array does")
        return kind, self._content[start : start + size]
