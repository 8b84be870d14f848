"""The elements of a MATLAB file of format 5 or 7: tags, bytes, and the header of every array.

scipy reads such files too, but decodes text by itself and hands out neither the bytes of a text nor the place of a
complex number. Layout: "MAT-File Format", The MathWorks.
"""

from __future__ import annotations

import math
import struct
import sys
from collections.abc import Callable
from typing import BinaryIO, Literal, NamedTuple

import numpy as np
from isal import isal_zlib

from ssc_to_nwb.matlab.bounds import Bounds

# The numbers that format 5 has for types of elements and classes of arrays.
MI_INT8, MI_INT32, MI_UINT32, MI_DOUBLE, MI_MATRIX, MI_COMPRESSED = 1, 5, 6, 9, 14, 15
MI_UTF8, MI_UTF16, MI_UTF32 = 16, 17, 18
# numpy's type of the numbers of an element, by the number of its type.
NUMBER_TYPES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}

MX_CELL, MX_STRUCT, MX_OBJECT, MX_CHAR, MX_SPARSE, MX_FUNCTION, MX_OPAQUE = 1, 2, 3, 4, 5, 16, 17
# numpy's type of the numbers of an array, by the number of its class.
NUMBER_CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}
LOGICAL_FLAG, COMPLEX_FLAG = 0x0200, 0x0800

HEADER_BYTES = 128

_INTEGER_TYPES = (MI_INT32, MI_UINT32)
_NAME_TYPES = (1, 2, 16)
# Types and bytes of flags, size and name of an array of two dimensions without a name.
_PLAIN_TAGS = (6, 8, 5, 8, 1, 0)
_INFLATED_AT_ONCE = 1 << 18
_LARGEST_PIECE = 1 << 24


class DamagedFileError(ValueError):
    """Bytes that are no MATLAB file of format 5; the text says where they fail."""


class ByteStream:
    """Bytes handed out in order, drawn in pieces: of the file itself, or of a compressed variable in it."""

    def __init__(self, draw: Callable[[int], bytes]) -> None:
        self._draw = draw
        self._drawn = b""
        self._place = 0
        self.offset = 0

    def take(self, count: int) -> bytes | bytearray:
        """The next bytes. Raises DamagedFileError where they end before."""
        self.offset += count
        end = self._place + count
        if end <= len(self._drawn):
            start, self._place = self._place, end
            return self._drawn[start:end]
        taken = bytearray(self._drawn[self._place :])
        while len(taken) < count:
            piece = self._draw(min(max(count - len(taken), _INFLATED_AT_ONCE), _LARGEST_PIECE))
            if not piece:
                raise DamagedFileError("the file ends before its last array does")
            taken += piece
        self._drawn, self._place = bytes(taken[count:]), 0
        del taken[count:]
        return taken

    def peek(self, count: int) -> bytes:
        """The next bytes, left where they are; fewer where they are not drawn yet."""
        return self._drawn[self._place : self._place + count]

    def skip_to(self, offset: int) -> None:
        """Pass over the bytes up to an offset."""
        while self.offset < offset:
            self.take(min(offset - self.offset, _LARGEST_PIECE))

    @property
    def is_exhausted(self) -> bool:
        """True where no byte is left."""
        return self._place == len(self._drawn) and not self._draw(1)


def inflated(file: BinaryIO, *, compressed_bytes: int) -> ByteStream:
    """The content of a compressed variable that lies in the file from here on; its checksum is checked at its end."""
    # Twice as fast as zlib.
    inflater = isal_zlib.decompressobj()
    left = compressed_bytes
    waiting = b""

    def draw(count: int) -> bytes:
        nonlocal left, waiting
        while not inflater.eof:
            if not waiting:
                waiting = file.read(min(left, _INFLATED_AT_ONCE))
                left -= len(waiting)
                if not waiting:
                    raise DamagedFileError("a compressed variable ends before its time")
            piece = inflater.decompress(waiting, count)
            waiting = inflater.unconsumed_tail
            if piece:
                return piece
        return b""

    return ByteStream(draw)


class ArrayHeader(NamedTuple):
    """What precedes the content of an array. There is one for every number of a struct: a tuple is made fast.

    class_number: MATLAB's; class_name: of an object behind a handle; end: offset behind the array.
    """

    class_number: int
    name: str
    end: int
    class_name: str = ""
    is_logical: bool = False
    is_complex: bool = False
    shape: tuple[int, ...] = (1, 1)

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)


class ElementReader:
    """Reads elements one after the other from a stream, in the file's byte order and within the file's bounds."""

    def __init__(self, stream: ByteStream, *, order: Literal["<", ">"], bounds: Bounds) -> None:
        self.stream = stream
        self.bounds = bounds
        self._order = order
        self._pair = struct.Struct(f"{order}II")
        self._plain_header = struct.Struct(f"{order}6I2i2I")
        self._types = {code: np.dtype(f"{order}{code}") for code in NUMBER_TYPES.values()}
        self._is_native = (order == "<") == (sys.byteorder == "little")

    def tag(self) -> tuple[int, int, bytes | None]:
        """Type of the next element, its bytes, and the content itself where that is within the tag."""
        head = self.stream.take(8)
        kind, size = self._pair.unpack(head)
        if not kind >> 16:
            return kind, size, None
        size = kind >> 16
        if size > 4:
            raise DamagedFileError(f"{size} bytes in the tag of an element, which has room for 4")
        return kind & 0xFFFF, size, bytes(head[4 : 4 + size])

    def element(self, *, end: int) -> tuple[int, bytes | bytearray]:
        """Type and content of the next element, which ends at the offset `end` or before."""
        kind, size, within_tag = self.tag()
        if within_tag is not None:
            return kind, within_tag
        room = end - self.stream.offset
        if size > room:
            raise DamagedFileError(f"an element of {size} bytes where {max(room, 0)} are left")
        self.bounds.hold(size)
        content = self.stream.take(size)
        padding = min(-size % 8, room - size)
        if padding:
            self.stream.take(padding)
        return kind, content

    def numbers(self, *, end: int) -> np.ndarray:
        """The numbers of the next element, in native byte order, (N,)."""
        kind, content = self.element(end=end)
        if kind not in NUMBER_TYPES:
            raise DamagedFileError(f"an element of type {kind} in the place of numbers")
        return self.as_numbers(content, NUMBER_TYPES[kind])

    def as_numbers(self, content: bytes | bytearray, code: str) -> np.ndarray:
        """Bytes of an element as numbers of one of numpy's types, in native byte order, (N,)."""
        if len(content) % int(code[1]):
            raise DamagedFileError(f"{len(content)} bytes for numbers of {code[1]} bytes each")
        array = np.frombuffer(content, dtype=self._types[code])
        return array if self._is_native else array.astype(array.dtype.newbyteorder("="))

    def integers(self, *, end: int) -> list[int]:
        """The next element, which holds 32-bit integers."""
        kind, content = self.element(end=end)
        if kind not in _INTEGER_TYPES:
            raise DamagedFileError(f"an element of type {kind} in the place of integers")
        if len(content) % 4:
            raise DamagedFileError(f"{len(content)} bytes for integers of 4 bytes each")
        return list(struct.unpack(f"{self._order}{len(content) // 4}i", content))

    def name(self, *, end: int) -> str:
        """The next element, which holds a name. MATLAB's names are ASCII."""
        kind, content = self.element(end=end)
        if kind not in _NAME_TYPES:
            raise DamagedFileError(f"an element of type {kind} in the place of a name")
        return bytes(content).rstrip(b"\0").decode()

    def array_header(self, *, end: int) -> ArrayHeader:
        """The header of an array whose tag was read, and which ends at the offset `end`.

        An object behind a handle has no size in its header; its class has a name.
        """
        return self._plain_array_header(end=end) or self._any_array_header(end=end)

    def _plain_array_header(self, *, end: int) -> ArrayHeader | None:
        """The header of an array of two dimensions without a name, as nearly all are; None, and unread, for others."""
        size = self._plain_header.size
        head = self.stream.peek(size)
        if len(head) < size or size > end - self.stream.offset:
            return None
        kind_of_flags, flag_bytes, flags, _, kind_of_shape, shape_bytes, rows, columns, *name = (
            self._plain_header.unpack(head)
        )
        tags = (kind_of_flags, flag_bytes, kind_of_shape, shape_bytes, *name)
        if tags != _PLAIN_TAGS or flags & 0xFF == MX_OPAQUE or rows < 0 or columns < 0:
            return None
        self.stream.take(size)
        return ArrayHeader(
            class_number=flags & 0xFF,
            is_logical=bool(flags & LOGICAL_FLAG),
            is_complex=bool(flags & COMPLEX_FLAG),
            shape=(rows, columns),
            name="",
            end=end,
        )

    def _any_array_header(self, *, end: int) -> ArrayHeader:
        flags = self.integers(end=end)
        if len(flags) != 2:
            raise DamagedFileError(f"{4 * len(flags)} bytes of array flags, not 8")
        class_number = flags[0] & 0xFF
        if class_number == MX_OPAQUE:
            name, _, class_name = (self.name(end=end) for _ in range(3))
            return ArrayHeader(class_number=class_number, class_name=class_name, name=name, end=end)
        shape = tuple(self.integers(end=end))
        if len(shape) < 2 or min(shape) < 0:
            raise DamagedFileError(f"an array of size {shape}")
        return ArrayHeader(
            class_number=class_number,
            is_logical=bool(flags[0] & LOGICAL_FLAG),
            is_complex=bool(flags[0] & COMPLEX_FLAG),
            shape=shape,
            name=self.name(end=end),
            end=end,
        )
