"""The tables of a tif file: where each page's pixels lie, read in a few microseconds per page, nothing decoded.

tifffile's own page objects cost about as much time as copying the page does, and its ScanImage short cut can miss
a page. This module reads the chain of image file directories (TIFF 6.0, section 2, and BigTIFF) and no more.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import BinaryIO

import numpy as np

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError, error

# Tag numbers of TIFF 6.0.
_WIDTH, _LENGTH, _BITS, _COMPRESSION, _FILL_ORDER, _DESCRIPTION = 256, 257, 258, 259, 266, 270
_STRIP_OFFSETS, _SAMPLES, _STRIP_BYTES, _PREDICTOR = 273, 277, 279, 317
_TILE_OFFSETS, _TILE_BYTES, _SAMPLE_FORMAT, _DEPTH = 324, 325, 339, 32997
_TYPES = {1: "B", 2: "s", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_NUMBER_KINDS = {1: "u", 2: "i", 3: "f"}


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


# Type, count, and value or pointer of a tag.
_Entry = tuple[int, int, bytes]


def read_pages(file: BinaryIO, *, byte_size: int) -> tuple[list[PageHeader], tuple[PageText, ...]]:
    """All pages of an open tif in the order of the chain, and their ImageDescriptions.

    Raises SscError, which names the page it is about: TIF_UNREADABLE where the tables make no sense, TIF_TRUNCATED
    where they or the pixels reach past the end, TIF_PIXELS_UNSUPPORTED.
    """
    tables = _Tables(file)
    pages: list[PageHeader] = []
    texts: list[str | None] = []
    position, last_entry = tables.first, None
    seen: set[int] = set()
    while position:
        if position in seen:
            after = f"the chain of pages returns to an earlier page after page {len(pages)}"
            raise error(kinds.TIF_UNREADABLE, detail=after)
        if position >= byte_size:
            detail = f"the table of page {len(pages) + 1} is past the end of the file"
            raise error(kinds.TIF_TRUNCATED, detail=detail)
        seen.add(position)
        try:
            table = position
            tags, position = tables.tags(table)
            # Pages whose tags lead to the same bytes have one text; one text is kept once for all pages that have it.
            entry = tags.get(_DESCRIPTION)
            text = texts[-1] if texts and entry == last_entry else tables.text(entry)
            texts.append(texts[-1] if texts and text == texts[-1] else text)
            last_entry = entry
            pages.append(_page_header(tables, tags, byte_size, table=table))
        except SscError as failure:
            problem = failure.problem
            raise SscError(replace(problem, detail=f"page {len(pages) + 1}: {problem.detail}")) from None
    if not pages:
        raise error(kinds.TIF_UNREADABLE, detail="the file has no page")
    return pages, tuple(_runs(texts))


def _runs(texts: list[str | None]) -> Iterator[PageText]:
    first = 0
    for text, run in groupby(texts):
        count = len(list(run))
        yield PageText(first, count, text)
        first += count


class _Tables:
    """The tables of one file, in its byte order; numbers of a BigTIFF are wider. first: where the first one is."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        start = self._read(0, 8)
        order = {b"II": "<", b"MM": ">"}.get(start[:2])
        if order is None:
            raise error(kinds.TIF_UNREADABLE, detail="the file does not begin with a tif's mark")
        (version,) = struct.unpack(order + "H", start[2:4])
        is_big = version == 43 and struct.unpack(order + "HH", start[4:8]) == (8, 0)
        if version != 42 and not is_big:
            raise error(kinds.TIF_UNREADABLE, detail=f"the file has the tif version {version}, which is unknown")
        self.order = order
        codes = ("Q", "HHQ8s", "Q") if is_big else ("H", "HHI4s", "I")
        self._count, self._entry, self._pointer = (struct.Struct(order + code) for code in codes)
        self.first: int = self._pointer.unpack(self._read(8, 8) if is_big else start[4:])[0]

    def tags(self, position: int) -> tuple[dict[int, _Entry], int]:
        """The tags of one table, and where the next one lies (0: none)."""
        (count,) = self._count.unpack(self._read(position, self._count.size))
        if not 0 < count < 4096:
            raise error(kinds.TIF_UNREADABLE, detail=f"a table of {count} tags")
        entries_bytes = count * self._entry.size
        block = self._read(position + self._count.size, entries_bytes + self._pointer.size)
        # Of a tag that is there twice the first counts, as for tifffile and libtiff.
        entries = reversed(list(self._entry.iter_unpack(block[:entries_bytes])))
        (following,) = self._pointer.unpack(block[entries_bytes:])
        return {tag: rest for tag, *rest in entries}, following

    def numbers(self, tags: dict[int, _Entry], tag: int, default: int | None = None) -> tuple[int, ...]:
        """The numbers of a tag, which must be there where no default is given."""
        if tag not in tags:
            if default is None:
                raise error(kinds.TIF_UNREADABLE, detail=f"the tag {tag} is absent")
            return (default,)
        kind, count, _ = tags[tag]
        if kind not in _TYPES or kind == 2 or not 0 < count < 2**24:
            raise error(kinds.TIF_UNREADABLE, detail=f"a tag of {count} values of type {kind}")
        return struct.unpack(f"{self.order}{count}{_TYPES[kind]}", self._bytes(tags[tag]))

    def text(self, entry: _Entry | None) -> str | None:
        """The text of a tag; None where there is none."""
        if entry is None or entry[0] != 2:
            return None
        raw = self._bytes(entry).rstrip(b"\0")
        # TIFF promises ASCII; programs write UTF-8 or Latin-1 (a micron sign, say), and the latter never fails.
        try:
            return raw.decode("utf-8") or None
        except UnicodeDecodeError:
            return raw.decode("latin-1")

    def _bytes(self, entry: _Entry) -> bytes:
        kind, count, inline = entry
        needed = count * struct.calcsize(f"<{_TYPES[kind]}")
        return inline[:needed] if needed <= len(inline) else self._read(self._pointer.unpack(inline)[0], needed)

    def _read(self, position: int, length: int) -> bytes:
        self._file.seek(position)
        data = self._file.read(length)
        if len(data) != length:
            raise error(kinds.TIF_TRUNCATED, detail="the tables reach past the end of the file")
        return data


def _page_header(tables: _Tables, tags: dict[int, _Entry], byte_size: int, *, table: int) -> PageHeader:
    def number(tag: int, default: int | None = None) -> int:
        return tables.numbers(tags, tag, default)[0]

    rows, columns = number(_LENGTH), number(_WIDTH)
    bits, samples, sample_format = number(_BITS, 1), number(_SAMPLES, 1), number(_SAMPLE_FORMAT, 1)
    if samples != 1 or bits not in (8, 16, 32, 64) or sample_format not in _NUMBER_KINDS:
        raise error(
            kinds.TIF_PIXELS_UNSUPPORTED, detail=f"{samples} samples of {bits} bits, sample format {sample_format}"
        )
    if sample_format == 3 and bits == 8:
        raise error(kinds.TIF_PIXELS_UNSUPPORTED, detail="8-bit floating point numbers")
    dtype = np.dtype(f"{tables.order}{_NUMBER_KINDS[sample_format]}{bits // 8}")
    tiled = _TILE_OFFSETS in tags
    offsets = tables.numbers(tags, _TILE_OFFSETS if tiled else _STRIP_OFFSETS)
    lengths = tables.numbers(tags, _TILE_BYTES if tiled else _STRIP_BYTES)
    if len(offsets) != len(lengths):
        raise error(kinds.TIF_UNREADABLE, detail=f"{len(offsets)} offsets and {len(lengths)} lengths of strips")
    if any(offset + length > byte_size for offset, length in zip(offsets, lengths, strict=True)):
        raise error(kinds.TIF_TRUNCATED, detail="the pixels reach past the end of the file")
    plain = (
        not tiled
        and all(number(tag, 1) == 1 for tag in (_COMPRESSION, _FILL_ORDER, _PREDICTOR, _DEPTH))
        and sum(lengths) == rows * columns * dtype.itemsize
        and all(offsets[i] + lengths[i] == offsets[i + 1] for i in range(len(offsets) - 1))
    )
    return PageHeader(rows, columns, dtype, offsets[0] if plain else None, table)
