"""The tables of a tif file: where each page's pixels lie, read in a few microseconds per page, nothing decoded.

tifffile's own page objects cost about as much time as copying the page does, and its ScanImage short cut can miss
a page. This module reads the chain of image file directories (TIFF 6.0, section 2, and BigTIFF) and no more.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemKind

# Tag numbers of TIFF 6.0.
_WIDTH, _LENGTH, _BITS, _COMPRESSION, _FILL_ORDER, _DESCRIPTION = 256, 257, 258, 259, 266, 270
_STRIP_OFFSETS, _SAMPLES, _STRIP_BYTES, _PREDICTOR = 273, 277, 279, 317
_TILE_OFFSETS, _TILE_BYTES, _SAMPLE_FORMAT, _DEPTH = 324, 325, 339, 32997
_TYPE_LETTERS = {1: "B", 2: "s", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 13: 4, 16: 8, 18: 8}
_NUMBER_KINDS = {1: "u", 2: "i", 3: "f"}


class TifFault(Exception):  # noqa: N818 - it becomes a TifError where the file is known
    """What is wrong with the tables or the pixels of a tif, or with the number of its images."""

    def __init__(self, kind: ProblemKind, text: str, *, expected: str | None = None) -> None:
        super().__init__(text)
        self.kind = kind
        self.expected = expected


@dataclass(frozen=True, slots=True)
class PageHeader:
    """One page: image size, pixel type in the file's byte order, and where its bytes lie.

    `offset` is None where the pixels are compressed, tiled, or not in one run of bytes; `table` is where its table is.
    """

    rows: int
    columns: int
    dtype: np.dtype
    offset: int | None
    table: int


@dataclass(frozen=True, slots=True)
class PageText:
    """ImageDescription of pages that follow each other with the same text; None where they have none.

    first_page: counted from 0; page_count: number of pages.
    """

    first_page: int
    page_count: int
    text: str | None


@dataclass(frozen=True, slots=True)
class _Flavour:
    order: str
    entry: struct.Struct
    count: struct.Struct
    pointer: struct.Struct

    @property
    def inline_bytes(self) -> int:
        return self.pointer.size


def read_pages(file: BinaryIO, *, byte_size: int) -> tuple[list[PageHeader], tuple[PageText, ...]]:
    """All pages of an open tif in the order of the chain, and their ImageDescriptions.

    Raises TifFault, which says which page it is about: TIF_UNREADABLE where the tables make no sense, TIF_TRUNCATED
    where they or the pixels reach past the end, TIF_PIXELS_UNSUPPORTED.
    """
    flavour, position = _read_start(file)
    pages: list[PageHeader] = []
    texts = _Texts()
    seen: set[int] = set()
    while position:
        if position in seen:
            raise TifFault(
                kinds.TIF_UNREADABLE, f"the chain of pages returns to an earlier page after page {len(pages)}"
            )
        if position >= byte_size:
            raise TifFault(kinds.TIF_TRUNCATED, f"the table of page {len(pages) + 1} is past the end of the file")
        seen.add(position)
        try:
            table = position
            tags, position = _read_directory(file, flavour, table)
            texts.add(tags.get(_DESCRIPTION), file, flavour)
            pages.append(_page_header(tags, file, flavour, byte_size, table=table))
        except TifFault as failure:
            raise TifFault(failure.kind, f"page {len(pages) + 1}: {failure}") from None
    if not pages:
        raise TifFault(kinds.TIF_UNREADABLE, "the file has no page")
    return pages, tuple(texts.runs)


class _Texts:
    """Gathers the descriptions page by page; one text is kept once for all pages that have it."""

    def __init__(self) -> None:
        self.runs: list[PageText] = []
        self._entry: tuple[int, int, bytes] | None = None

    def add(self, entry: tuple[int, int, bytes] | None, file: BinaryIO, flavour: _Flavour) -> None:
        """Take in the description of the next page."""
        last = self.runs[-1] if self.runs else None
        # Pages whose tags lead to the same bytes have one text.
        text = last.text if last is not None and entry == self._entry else _text(entry, file, flavour)
        self._entry = entry
        if last is not None and last.text == text:
            self.runs[-1] = PageText(last.first_page, last.page_count + 1, text)
        else:
            first = 0 if last is None else last.first_page + last.page_count
            self.runs.append(PageText(first, 1, text))


def _read_start(file: BinaryIO) -> tuple[_Flavour, int]:
    start = _read_exactly(file, 0, 8)
    order = {b"II": "<", b"MM": ">"}.get(start[:2])
    if order is None:
        raise TifFault(kinds.TIF_UNREADABLE, "the file does not begin with a tif's mark")
    (version,) = struct.unpack(order + "H", start[2:4])
    if version == 42:
        flavour = _Flavour(
            order, struct.Struct(order + "HHI4s"), struct.Struct(order + "H"), struct.Struct(order + "I")
        )
        return flavour, flavour.pointer.unpack(start[4:8])[0]
    if version == 43 and struct.unpack(order + "HH", start[4:8]) == (8, 0):
        flavour = _Flavour(
            order, struct.Struct(order + "HHQ8s"), struct.Struct(order + "Q"), struct.Struct(order + "Q")
        )
        return flavour, flavour.pointer.unpack(_read_exactly(file, 8, 8))[0]
    raise TifFault(kinds.TIF_UNREADABLE, f"the file has the tif version {version}, which is unknown")


_Tags = dict[int, tuple[int, int, bytes]]


def _read_directory(file: BinaryIO, flavour: _Flavour, position: int) -> tuple[_Tags, int]:
    """The tags of one directory (type, count, value or pointer), and where the next directory lies (0: none)."""
    (count,) = flavour.count.unpack(_read_exactly(file, position, flavour.count.size))
    if not 0 < count < 4096:
        raise TifFault(kinds.TIF_UNREADABLE, f"a table of {count} tags")
    entries_bytes = count * flavour.entry.size
    block = _read_exactly(file, position + flavour.count.size, entries_bytes + flavour.pointer.size)
    # Of a tag that is there twice the first counts, as for tifffile and libtiff.
    entries = reversed(list(flavour.entry.iter_unpack(block[:entries_bytes])))
    tags = {tag: rest for tag, *rest in entries}
    (following,) = flavour.pointer.unpack(block[entries_bytes:])
    return tags, following


def _page_header(tags: _Tags, file: BinaryIO, flavour: _Flavour, byte_size: int, *, table: int) -> PageHeader:
    def number(tag: int, default: int | None = None) -> int:
        if tag not in tags:
            if default is None:
                raise TifFault(kinds.TIF_UNREADABLE, f"the tag {tag} is absent")
            return default
        values = _values(tags[tag], file, flavour)
        return values[0]

    rows, columns = number(_LENGTH), number(_WIDTH)
    bits, samples, sample_format = number(_BITS, 1), number(_SAMPLES, 1), number(_SAMPLE_FORMAT, 1)
    if samples != 1 or bits not in (8, 16, 32, 64) or sample_format not in _NUMBER_KINDS:
        raise TifFault(kinds.TIF_PIXELS_UNSUPPORTED, f"{samples} samples of {bits} bits, sample format {sample_format}")
    if sample_format == 3 and bits == 8:
        raise TifFault(kinds.TIF_PIXELS_UNSUPPORTED, "8-bit floating point numbers")
    dtype = np.dtype(f"{flavour.order}{_NUMBER_KINDS[sample_format]}{bits // 8}")
    tiled = _TILE_OFFSETS in tags
    offsets = _required(tags, _TILE_OFFSETS if tiled else _STRIP_OFFSETS, file, flavour)
    lengths = _required(tags, _TILE_BYTES if tiled else _STRIP_BYTES, file, flavour)
    if len(offsets) != len(lengths):
        raise TifFault(kinds.TIF_UNREADABLE, f"{len(offsets)} offsets and {len(lengths)} lengths of strips")
    if any(offset + length > byte_size for offset, length in zip(offsets, lengths, strict=True)):
        raise TifFault(kinds.TIF_TRUNCATED, "the pixels reach past the end of the file")
    plain = (
        not tiled
        and number(_COMPRESSION, 1) == 1
        and number(_FILL_ORDER, 1) == 1
        and number(_PREDICTOR, 1) == 1
        and number(_DEPTH, 1) == 1
        and sum(lengths) == rows * columns * dtype.itemsize
        and all(offsets[i] + lengths[i] == offsets[i + 1] for i in range(len(offsets) - 1))
    )
    return PageHeader(rows, columns, dtype, offsets[0] if plain else None, table)


def _required(tags: _Tags, tag: int, file: BinaryIO, flavour: _Flavour) -> tuple[int, ...]:
    if tag not in tags:
        raise TifFault(kinds.TIF_UNREADABLE, f"the tag {tag} is absent")
    return _values(tags[tag], file, flavour)


def _values(entry: tuple[int, int, bytes], file: BinaryIO, flavour: _Flavour) -> tuple[int, ...]:
    kind, count, _ = entry
    if kind not in _TYPE_LETTERS or kind == 2 or not 0 < count < 2**24:
        raise TifFault(kinds.TIF_UNREADABLE, f"a tag of {count} values of type {kind}")
    raw = _value_bytes(entry, file, flavour)
    return struct.unpack(f"{flavour.order}{count}{_TYPE_LETTERS[kind]}", raw)


def _value_bytes(entry: tuple[int, int, bytes], file: BinaryIO, flavour: _Flavour) -> bytes:
    kind, count, inline = entry
    needed = count * _TYPE_SIZES[kind]
    if needed <= flavour.inline_bytes:
        return inline[:needed]
    return _read_exactly(file, flavour.pointer.unpack(inline)[0], needed)


def _text(entry: tuple[int, int, bytes] | None, file: BinaryIO, flavour: _Flavour) -> str | None:
    if entry is None or entry[0] != 2:
        return None
    raw = _value_bytes(entry, file, flavour).rstrip(b"\0")
    # TIFF promises ASCII; programs write UTF-8 or Latin-1 (a micron sign, say), and the latter never fails to decode.
    try:
        return raw.decode("utf-8") or None
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _read_exactly(file: BinaryIO, position: int, length: int) -> bytes:
    file.seek(position)
    data = file.read(length)
    if len(data) != length:
        raise TifFault(kinds.TIF_TRUNCATED, "the tables reach past the end of the file")
    return data
