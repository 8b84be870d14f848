"""Edit lists of MP4 files: which part of the coded frames a player shows, and what it waits for before them."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

_TO_EDIT_LIST = (b"moov", b"trak", b"edts", b"elst")
_HEADER = struct.Struct(">I4s")
EMPTY = -1
"""In place of the first tick of an edit: nothing is shown."""


def set_edit_list(path: Path, edits: Sequence[tuple[int, int]]) -> None:
    """Replace the edit list of a video that `write_video` wrote.

    edits: duration in ms, and the first tick (of 1/16000 s at 500 frames per second) that is shown, or EMPTY.
    """
    data = path.read_bytes()
    body = struct.pack(">II", 0, len(edits)) + b"".join(struct.pack(">Iii", ms, tick, 1 << 16) for ms, tick in edits)
    path.write_bytes(_replaced(data, _TO_EDIT_LIST, body))


def _replaced(data: bytes, way: Sequence[bytes], body: bytes) -> bytes:
    """The boxes of `data`, with the content of the box at the end of `way` replaced."""
    if not way:
        return body
    parts = []
    for name, content in _boxes(data):
        content = _replaced(content, way[1:], body) if name == way[0] else content
        parts += [_HEADER.pack(len(content) + _HEADER.size, name), content]
    return b"".join(parts)


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 0
    while place < len(data):
        size, name = _HEADER.unpack_from(data, place)
        yield name, data[place + _HEADER.size : place + size]
        place += size
