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
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
from isal import igzip_lib
from scipy.io import loadmat

from ssc_to_nwb.matlab.bounds import Bounds
from ssc_to_nwb.matlab.stored_chars import Storage, StoredChars
from ssc_to_nwb.matlab.tree import MatCell, MatSparse, MatStruct, MatStructArray, MatUnsupported, MatValue
from ssc_to_nwb.proof.source_reading.text import ProofTexts

Order = Literal["<", ">"]
_HEADER_BYTES = 128
_PIECE_BYTES = 1 << 20
# Numbers of elements, and of classes of arrays.
_MATRIX, _COMPRESSED, _UTF8 = 14, 15, 16
_CELL, _STRUCT, _OBJECT, _CHAR, _SPARSE, _LAST_NUMBERS, _FUNCTION, _OPAQUE = 1, 2, 3, 4, 5, 15, 16, 17
_LOGICAL, _COMPLEX = 0x200, 0x800
_NUMBERS = (1, 2, 3, 4, 5, 6, 7, 9, 12, 13)
_TEXTS: Mapping[int, tuple[Storage, str]] = {
    1: ("8-bit", "u1"), 2: ("8-bit", "u1"), 3: ("16-bit", "u2"), 4: ("16-bit", "u2"),
    _UTF8: ("utf-8", "u1"), 17: ("utf-16", "u2"), 18: ("utf-32", "u4"),
}  # fmt: skip


def read_format5(path: Path, *, texts: ProofTexts, bounds: Bounds) -> dict[str, MatValue]:
    """All variables by name. Raises whatever scipy raises on a file that it cannot read, struct.error, ValueError."""
    plain = io.BytesIO()
    with path.open("rb") as file:
        order = _copy_header(file, plain)
        ends = [plain.tell() for _ in _copy_variables(file, plain, order=order, bounds=bounds)]
    looked: dict[str, _Variable] = {}
    in_place: list[tuple[int, bytes]] = []
    # Not `getbuffer`: with it, Python 3.12 crashes when garbage is collected. The value shares the memory.
    with memoryview(plain.getvalue()) as content:
        for begin, end in zip([_HEADER_BYTES, *ends], ends, strict=False):
            with content[begin:end] as part:
                variable = _Variable(part, order=order, texts=texts, bounds=bounds)
            in_place += [(begin + place, put) for place, put in variable.in_place_of_texts]
            if variable.name in looked:
                raise ValueError("two variables of one name")
            # What handles and objects refer to has no name.
            if variable.name:
                looked[variable.name] = variable
    for place, put in in_place:
        plain.seek(place)
        plain.write(put)
    plain.seek(0)
    loaded = _load(plain, [name for name, variable in looked.items() if variable.is_readable])
    return {name: variable.value(loaded.pop(name, None)) for name, variable in looked.items()}


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
    inflater = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_ZLIB)
    while not inflater.eof:
        waiting = next(pieces, None) if inflater.needs_input else b""
        if waiting is None:
            raise ValueError("a compressed variable ends before its time")
        try:
            yield inflater.decompress(waiting, _PIECE_BYTES)
        except igzip_lib.IsalError as failure:  # type: ignore[misc]
            raise ValueError(f"a compressed variable is damaged: {failure}") from failure
    # What a damaged size lets follow.
    for _ in pieces:
        pass


def _load(file: BinaryIO, names: list[str]) -> dict[str, Any]:
    """The variables in MATLAB's classes and sizes."""
    with warnings.catch_warnings():
        # Complex numbers are refused by their header.
        warnings.simplefilter("ignore", np.exceptions.ComplexWarning)
        found: dict[str, Any] = loadmat(file, variable_names=names, mat_dtype=True, chars_as_strings=False)
    return {name: found[name] for name in names}


class _Variable:
    """A look at one variable; its arrays are numbered in the order of the file, the variable itself is 0.

    in_place_of_texts: what to put into the content, and where, so that scipy can decode it: NULs for each text.
    """

    def __init__(self, content: memoryview, *, order: Order, texts: ProofTexts, bounds: Bounds) -> None:
        self.name = ""
        self.in_place_of_texts: list[tuple[int, bytes]] = []
        self._content = content
        self._place = 0
        self._order = order
        self._tag = struct.Struct(f"{order}II")
        # Begin of an array: its tag, and its flags behind a tag of theirs.
        self._begin = struct.Struct(f"{order}II8xI4x")
        self._texts = texts
        self._bounds = bounds
        self._next = 0
        # Values that scipy does not say, and sparse matrices that are logical.
        self._unsaid: dict[int, MatValue] = {}
        self._sparse_logical: set[int] = set()
        self._array("")
        if self._place != len(content):
            raise ValueError("bytes behind the array of a variable")
        self._next = 0

    @property
    def is_readable(self) -> bool:
        """Whether the variable is one that scipy can read."""
        return not isinstance(self._unsaid.get(0), MatUnsupported)

    # -- the look

    def _array(self, part: str) -> None:
        number, self._next = self._next, self._next + 1
        kind, size = self._tag.unpack_from(self._content, self._place)
        if kind != _MATRIX:
            raise ValueError(f"an element of type {kind} in the place of an array")
        end = self._place + 8 + size
        if not size:
            self._unsaid[number], self._place = np.zeros((0, 0)), end
            return
        flags = self._begin.unpack_from(self._content, self._place)[2]
        self._place += self._begin.size
        if flags & 0xFF == _OPAQUE:
            # Names in the place of a size: of the variable, of the system of classes, of the class.
            name, _, matlab_class = self._text_of_name(), self._text_of_name(), self._text_of_name()
            self._unsaid[number] = MatUnsupported(matlab_class=matlab_class, reason="an object")
        else:
            shape, name = self._integers(), self._text_of_name()
            self._bounds.enter(part or name)
            self._look_into(number, flags, shape)
            self._bounds.leave()
        if not number:
            self.name = name
        if not self._place <= end <= len(self._content):
            raise ValueError("an array that does not end where its size has it")
        self._place = end

    def _look_into(self, number: int, flags: int, shape: tuple[int, ...]) -> None:
        kind, unsaid = flags & 0xFF, self._unsaid
        if kind == _CHAR:
            unsaid[number] = self._text(shape)
        elif kind == _CELL:
            for place in range(self._count(shape)):
                self._array(f"{{{place + 1}}}")
        elif kind == _STRUCT:
            self._look_into_struct(number, shape)
        elif kind == _OBJECT:
            unsaid[number] = MatUnsupported(matlab_class=self._text_of_name(), reason="an object", shape=shape)
        elif kind == _FUNCTION:
            reason = "a function handle"
            unsaid[number] = MatUnsupported(matlab_class="function_handle", reason=reason, shape=shape)
        elif not _SPARSE <= kind <= _LAST_NUMBERS:
            unsaid[number] = MatUnsupported(matlab_class=f"class {kind}", reason="an unknown class", shape=shape)
        else:
            self._look_at_numbers(count=(3 if kind == _SPARSE else 1) + bool(flags & _COMPLEX))
            if flags & _COMPLEX:
                unsaid[number] = MatUnsupported(matlab_class="complex", reason="complex numbers", shape=shape)
            elif kind == _SPARSE and flags & _LOGICAL:
                self._sparse_logical.add(number)

    def _look_at_numbers(self, *, count: int) -> None:
        """See that so many elements hold numbers: scipy looks no type up without going astray in memory."""
        for _ in range(count):
            kind = self._element()[0]
            if kind not in _NUMBERS:
                raise ValueError(f"an element of type {kind} in the place of numbers")

    def _look_into_struct(self, number: int, shape: tuple[int, ...]) -> None:
        (width,) = self._integers()
        table = bytes(self._element()[1])
        names = [table[place : place + width].split(b"\0")[0].decode() for place in range(0, len(table), width)]
        if len(set(names)) < len(names):
            raise ValueError("a struct with two fields of one name")
        count = self._count(shape)
        if not names:
            empty = MatStruct(fields={})
            array = MatStructArray(shape=shape, field_names=(), elements=(empty,) * count)
            self._unsaid[number] = empty if shape == (1, 1) else array
        for place in range(count):
            for name in names:
                self._array(f".{name}" if shape == (1, 1) else f"({place + 1}).{name}")

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

    # -- scipy's arrays

    def value(self, found: Any) -> MatValue:
        """The next array of scipy as a value of the tree; the variable itself comes first."""
        number, self._next = self._next, self._next + 1
        if number in self._unsaid:
            return self._unsaid[number]
        if not isinstance(found, np.ndarray):
            return _sparse(found, is_logical=number in self._sparse_logical)
        if found.dtype.kind in "biuf":
            return found if found.dtype.isnative else found.astype(found.dtype.newbyteorder("="))
        in_order = found.reshape(-1, order="F").tolist()
        if found.dtype.names is not None:
            return self._struct(found.shape, found.dtype.names, in_order)
        if found.dtype.kind != "O":
            raise ValueError(f"values of {found.dtype} in the place of numbers")
        return MatCell(shape=found.shape, items=tuple(map(self.value, in_order)))

    def _struct(self, shape: tuple[int, ...], names: tuple[str, ...], records: list[tuple[Any, ...]]) -> MatValue:
        elements = tuple(
            MatStruct(fields={name: self.value(one) for name, one in zip(names, record, strict=True)})
            for record in records
        )
        return elements[0] if shape == (1, 1) else MatStructArray(shape=shape, field_names=names, elements=elements)


def _sparse(found: Any, *, is_logical: bool) -> MatSparse:
    return MatSparse(
        shape=tuple(int(length) for length in found.shape),
        row_index=found.indices.astype(np.int64),
        column_start=found.indptr.astype(np.int64),
        values=found.data.astype(np.bool_ if is_logical else np.float64),
    )
