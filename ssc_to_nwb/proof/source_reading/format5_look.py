"""What scipy does not say of a file of format 5 or 7, by a look at the headers of its arrays and at its texts.

- How a text is stored: scipy decodes it by itself.
- Whether an empty array is a cell or a struct, where a struct has no fields.
- Whether an array without a byte, which is 0x0, has the size 1x0.
- Whether a sparse matrix of ones is logical, where its values are stored as doubles.
- Of what class an object or a handle is. These, and complex numbers, are no values of a session.

All else is left to scipy, which refuses names of variables and fields beyond ASCII; MATLAB has none.
Layout: "MAT-File Format", The MathWorks.
"""

from __future__ import annotations

import math
import struct
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ssc_to_nwb.matlab.bounds import Bounds
from ssc_to_nwb.matlab.stored_chars import Storage, StoredChars
from ssc_to_nwb.matlab.tree import MatStruct, MatStructArray, MatUnsupported, MatValue
from ssc_to_nwb.proof.source_reading.format5_bytes import HEADER_BYTES, Bytes, Order, byte_order, variables
from ssc_to_nwb.proof.source_reading.text import ProofTexts

# Numbers of elements, and of classes of arrays.
_MATRIX, _UTF8 = 14, 16
_CELL, _STRUCT, _OBJECT, _CHAR, _SPARSE, _LAST_NUMBERS, _FUNCTION, _OPAQUE = 1, 2, 3, 4, 5, 15, 16, 17
_LOGICAL, _COMPLEX = 0x200, 0x800
_TEXTS: Mapping[int, tuple[Storage, str]] = {
    1: ("8-bit", "u1"), 2: ("8-bit", "u1"), 3: ("16-bit", "u2"), 4: ("16-bit", "u2"),
    _UTF8: ("utf-8", "u1"), 17: ("utf-16", "u2"), 18: ("utf-32", "u4"),
}  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Look:
    """What a look at one variable found; its arrays are numbered in the order of the file, the variable itself is 0.

    name: empty for what handles and objects refer to; unsaid: values that scipy does not say; sparse_logical: sparse
    matrices that are logical; texts: where the tag of each text begins, and where its bytes begin and end, counted from
    the begin of the variable.
    """

    name: str = ""
    unsaid: dict[int, MatValue] = field(default_factory=dict)
    sparse_logical: set[int] = field(default_factory=set)
    texts: list[tuple[int, int, int]] = field(default_factory=list)


def look_at(path: Path, *, texts: ProofTexts, bounds: Bounds) -> tuple[list[Look], Iterator[bytes]]:
    """A look at every variable, and the file uncompressed, in pieces that make room as they are taken.

    In these a NUL, which scipy can decode, is in the place of every byte of a text. Raises ValueError, struct.error,
    OSError on a damaged file.
    """
    looks, contents = [], []
    with path.open("rb") as file:
        order = byte_order(file)
        for pieces in variables(file, order, bounds):
            content = Bytes(pieces)
            looks.append(_Looker(content, order=order, texts=texts, bounds=bounds).variable())
            contents.append(content.pieces)
        file.seek(0)
        header = file.read(HEADER_BYTES)
    return looks, _plain(header, looks, contents, order)


def _plain(header: bytes, looks: Sequence[Look], contents: Sequence[deque[bytes]], order: Order) -> Iterator[bytes]:
    yield header
    for look, pieces in zip(looks, contents, strict=True):
        yield from _blanked(_taken(pieces), look.texts, order)


def _taken(pieces: deque[bytes]) -> Iterator[bytes]:
    while pieces:
        yield pieces.popleft()


def _blanked(pieces: Iterator[bytes], texts: Sequence[tuple[int, int, int]], order: Order) -> Iterator[bytes]:
    """The pieces of a variable, its texts as NULs in UTF-8. A text may lie in several pieces."""
    begin = first = 0
    for piece in pieces:
        changed: bytes | bytearray = piece
        stop = begin + len(piece)
        for tag, start, end in texts[first:]:
            if tag >= stop:
                break
            size = end - start
            in_four = struct.pack(f"{order}I", size << 16 | _UTF8)
            text = (in_four if start - tag == 4 else struct.pack(f"{order}II", _UTF8, size)) + bytes(size)
            changed = changed if isinstance(changed, bytearray) else bytearray(piece)
            low, high = max(tag, begin), min(end, stop)
            changed[low - begin : high - begin] = text[low - tag : high - tag]
            first += end <= stop
        yield bytes(changed) if isinstance(changed, bytearray) else changed
        begin = stop


class _Looker:
    """Looks at the arrays of one variable."""

    def __init__(self, content: Bytes, *, order: Order, texts: ProofTexts, bounds: Bounds) -> None:
        self._bytes = content
        self._order = order
        self._tag = struct.Struct(f"{order}II")
        # What an array begins with: the tag of its flags, these, and the tag of the next element.
        self._flags = struct.Struct(f"{order}8xI4xII")
        self._texts = texts
        self._bounds = bounds
        self._next = 0
        self._look = Look()

    def variable(self) -> Look:
        """The look at the variable, from its tag on."""
        self._array("")
        if not self._bytes.is_at_end():
            raise ValueError("bytes behind the array of a variable")
        return self._look

    def _array(self, part: str) -> None:
        number, self._next = self._next, self._next + 1
        kind, size = self._tag.unpack(self._bytes.take(8))
        if kind != _MATRIX:
            raise ValueError(f"an element of type {kind} in the place of an array")
        if not size:
            self._look.unsaid[number] = np.zeros((0, 0))
            return
        end = self._bytes.offset + size
        flags, *tag = self._flags.unpack(self._bytes.take(24))
        content = self._content_behind(*tag)[1]
        if flags & 0xFF == _OPAQUE:
            # Names in the place of a size: of the variable, of the system of classes, of the class.
            name, _, matlab_class = _name_in(content), self._name(), self._name()
            self._look.unsaid[number] = MatUnsupported(matlab_class=matlab_class, reason="an object")
        else:
            shape, name = self._integers_in(content), self._name()
            self._bounds.enter(part or name)
            self._content(number, flags, shape)
            self._bounds.leave()
        if not number:
            self._look.name = name
        if self._bytes.offset > end:
            raise ValueError("an array that is longer than its size")
        self._bytes.skip_to(end)

    def _content(self, number: int, flags: int, shape: tuple[int, ...]) -> None:
        kind, unsaid = flags & 0xFF, self._look.unsaid
        if kind == _CHAR:
            unsaid[number] = self._text(shape)
        elif kind == _CELL:
            for place in range(self._count(shape)):
                self._array(f"{{{place + 1}}}")
        elif kind == _STRUCT:
            self._struct(number, shape)
        elif kind == _OBJECT:
            unsaid[number] = MatUnsupported(matlab_class=self._name(), reason="an object", shape=shape)
        elif kind == _FUNCTION:
            reason = "a function handle"
            unsaid[number] = MatUnsupported(matlab_class="function_handle", reason=reason, shape=shape)
        elif not _SPARSE <= kind <= _LAST_NUMBERS:
            unsaid[number] = MatUnsupported(matlab_class=f"class {kind}", reason="an unknown class", shape=shape)
        elif flags & _COMPLEX:
            unsaid[number] = MatUnsupported(matlab_class="complex", reason="complex numbers", shape=shape)
        elif kind == _SPARSE and flags & _LOGICAL:
            self._look.sparse_logical.add(number)

    def _struct(self, number: int, shape: tuple[int, ...]) -> None:
        (width,) = self._integers_in(self._element()[1])
        table = self._element()[1]
        names = [table[place : place + width].split(b"\0")[0].decode() for place in range(0, len(table), width)]
        if len(set(names)) < len(names):
            raise ValueError("a struct with two fields of one name")
        count = self._count(shape)
        if not names:
            empty = MatStruct(fields={})
            array = MatStructArray(shape=shape, field_names=(), elements=(empty,) * count)
            self._look.unsaid[number] = empty if shape == (1, 1) else array
        for place in range(count):
            for name in names:
                self._array(f".{name}" if shape == (1, 1) else f"({place + 1}).{name}")

    def _count(self, shape: tuple[int, ...]) -> int:
        if min(shape, default=-1) < 0:
            raise ValueError(f"an array of size {shape}")
        self._bounds.count(math.prod(shape))
        return math.prod(shape)

    def _text(self, shape: tuple[int, ...]) -> MatValue:
        tag = self._bytes.offset
        kind, content, start = self._element()
        self._look.texts.append((tag, start, start + len(content)))
        if kind not in _TEXTS:
            return MatUnsupported(matlab_class="char", reason=f"characters stored as type {kind}", shape=shape)
        storage, code = _TEXTS[kind]
        units = np.frombuffer(content, dtype=f"{self._order}{code}").astype(code)
        return self._texts.leaf(StoredChars(shape=shape, storage=storage, units=units))

    def _name(self) -> str:
        return _name_in(self._element()[1])

    def _integers_in(self, content: bytes) -> tuple[int, ...]:
        return struct.unpack(f"{self._order}{len(content) // 4}i", content)

    def _element(self) -> tuple[int, bytes, int]:
        """Type and content of the next element, and where its content begins."""
        return self._content_behind(*self._tag.unpack(self._bytes.take(8)))

    def _content_behind(self, kind: int, size: int) -> tuple[int, bytes, int]:
        """The same of the element whose tag was read; up to 4 bytes lie in the tag itself, in the place of the size."""
        start = self._bytes.offset
        if kind >> 16:
            return kind & 0xFFFF, struct.pack(f"{self._order}I", size)[: kind >> 16], start - 4
        content = self._bytes.take(size)
        if size % 8:
            self._bytes.take(-size % 8)
        return kind, content, start


def _name_in(content: bytes) -> str:
    return content.rstrip(b"\0").decode()
