"""The bytes of a file of format 5 or 7, in order and inflated. The arrays in them are not read here."""

from __future__ import annotations

import io
import struct
from collections import deque
from collections.abc import Iterator
from typing import Any, BinaryIO, Literal

from isal import igzip_lib

from ssc_to_nwb.matlab.bounds import Bounds

Order = Literal["<", ">"]
HEADER_BYTES = 128
_COMPRESSED = 15
_PIECE_BYTES = 1 << 20


def byte_order(file: BinaryIO) -> Order:
    """As the header has it. Raises ValueError where there is none."""
    file.seek(HEADER_BYTES - 4)
    version, mark = file.read(2), file.read(2)
    if mark not in (b"IM", b"MI") or version not in (b"\0\1", b"\1\0"):
        raise ValueError("no header of a MATLAB file")
    return "<" if mark == b"IM" else ">"


def variables(file: BinaryIO, order: Order, bounds: Bounds) -> Iterator[Iterator[bytes]]:
    """The bytes of every variable, inflated, its own tag included, in pieces."""
    start, end = HEADER_BYTES, file.seek(0, 2)
    while start < end:
        file.seek(start)
        kind, size = struct.unpack(f"{order}II", file.read(8))
        stop = start + 8 + size
        if stop > end:
            raise ValueError(f"a variable of {size} bytes where {end - start - 8} are left")
        if kind == _COMPRESSED:
            yield _inflated(_pieces(file, stop), bounds)
        else:
            file.seek(start)
            yield _pieces(file, stop)
        start = stop


def _pieces(file: BinaryIO, stop: int) -> Iterator[bytes]:
    while piece := file.read(min(_PIECE_BYTES, stop - file.tell())):
        yield piece


def _inflated(pieces: Iterator[bytes], bounds: Bounds) -> Iterator[bytes]:
    inflater = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_ZLIB)
    while not inflater.eof:
        waiting = next(pieces, None) if inflater.needs_input else b""
        if waiting is None:
            raise ValueError("a compressed variable ends before its time")
        try:
            inflated = inflater.decompress(waiting, _PIECE_BYTES)
        except igzip_lib.IsalError as failure:  # type: ignore[misc]
            raise ValueError(f"a compressed variable is damaged: {failure}") from failure
        bounds.hold(len(inflated))
        if inflated:
            yield inflated


class Bytes:
    """Bytes in order, from pieces; `pieces` keeps those that were drawn."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._coming = pieces
        self._piece = b""
        self._place = 0
        self.offset = 0
        self.pieces: deque[bytes] = deque()

    def take(self, count: int) -> bytes:
        """The next bytes."""
        while self._place + count > len(self._piece):
            self._piece, self._place = self._piece[self._place :] + self._draw(), 0
        taken = self._piece[self._place : self._place + count]
        self._place += count
        self.offset += count
        return taken

    def skip_to(self, offset: int) -> None:
        """Pass over the bytes before an offset."""
        self._place += offset - self.offset
        self.offset = offset
        while self._place > len(self._piece):
            self._place -= len(self._piece)
            self._piece = self._draw()

    def is_at_end(self) -> bool:
        """Whether no byte is left."""
        return self._place == len(self._piece) and not next(self._coming, b"")

    def _draw(self) -> bytes:
        piece = next(self._coming, b"")
        if not piece:
            raise ValueError("the file ends before its last array does")
        self.pieces.append(piece)
        return piece


class PlainFile(io.RawIOBase):
    """Pieces of bytes as a file, to be read behind a buffer: once, but for what is still in the last piece read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._piece = memoryview(b"")
        self._begin = 0
        self._place = 0

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True: scipy skips bytes, and goes back by one at the end."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes, as many as there are in one piece; 0 at the end."""
        if self._place == len(self._piece) and not self._draw():
            return 0
        count = min(len(buffer), len(self._piece) - self._place)
        buffer[:count] = self._piece[self._place : self._place + count]
        self._place += count
        return count

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go on from an offset, or by so many bytes. Raises ValueError where these were read long ago."""
        wanted = offset + (self._begin + self._place if whence else 0)
        if wanted < self._begin:
            raise ValueError(f"byte {wanted} is wanted again")
        while wanted > self._begin + len(self._piece) and self._draw():
            pass
        self._place = min(wanted - self._begin, len(self._piece))
        return self._begin + self._place

    def _draw(self) -> bool:
        piece = next(self._pieces, b"")
        if piece:
            self._begin += len(self._piece)
            self._piece, self._place = memoryview(piece), 0
        return bool(piece)
