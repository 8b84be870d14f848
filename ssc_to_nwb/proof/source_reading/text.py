"""Verification's own way from the characters that a MATLAB file stores to text; it shares none of the conversion's.

Each row is a list of numbers; Python's codecs make characters of them.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from ssc_to_nwb.matlab.stored_chars import StoredChars, UndecodableTextError
from ssc_to_nwb.matlab.tree import MatChar, MatUnsupported

# Encodings of numbers of 8, 16 and 32 bits, by the letter that `struct` has for them.
_CODECS = {"B": "utf-8", "H": "utf-16-le", "I": "utf-32-le"}


@dataclass(slots=True, kw_only=True)
class ProofTexts:
    """Makes leaves of the tree from stored characters.

    encoding: of texts for which the file names none; inferred: texts found to be UTF-8 though the file does not say so.
    """

    encoding: str | None = None
    inferred: set[str] = field(default_factory=set)

    def leaf(self, stored: StoredChars) -> str | MatChar | MatUnsupported:
        """The char array; what cannot be decoded is a value that cannot be read."""
        try:
            rows = decode_for_proof(stored, self.encoding)
        except UndecodableTextError as failure:
            return MatUnsupported(matlab_class="char", reason=str(failure), shape=stored.shape)
        lengths = [len(row) + (0 if row.isascii() else sum(letter > "\uffff" for letter in row)) for row in rows]
        names_none = stored.storage in ("8-bit", "16-bit")
        if names_none and self.encoding is None and sum(lengths) < stored.units.size:
            self.inferred.update(rows)
        if stored.shape == (0, 0):
            return ""
        if len(stored.shape) > 2 or stored.shape[0] != 1:
            return MatChar(shape=stored.shape, rows=rows)
        # A plain row has the size of its text, however the file counts it.
        is_plain = lengths[0] > 0 and rows[0][-1] != "\0"
        return rows[0] if is_plain else MatChar(shape=(1, lengths[0]), rows=rows)


def decode_for_proof(stored: StoredChars, encoding: str | None = None) -> tuple[str, ...]:
    """The text of every row of a char array. Raises UndecodableTextError."""
    numbers = stored.units.tolist()
    if stored.storage == "utf-8":
        return _of_utf8(numbers, stored, encoding)
    rows = _rows(numbers, stored.shape)
    highest = max(numbers, default=0)
    if highest < 0x80:
        return tuple(_decoded(row, "B") for row in rows)
    if stored.storage == "utf-32":
        return tuple(_decoded(row, "I") for row in rows)
    if stored.storage == "utf-16" or highest > 0xFF:
        return tuple(_decoded(row, "H") for row in rows)
    return _of_bytes(rows, stored, encoding)


def _decoded(numbers: Sequence[int], code: str) -> str:
    try:
        return struct.pack(f"<{len(numbers)}{code}", *numbers).decode(_CODECS[code])
    except UnicodeDecodeError as failure:
        raise UndecodableTextError(str(failure)) from failure


def _rows(numbers: Sequence[int], shape: tuple[int, ...]) -> list[Sequence[int]]:
    """The numbers of every row, page by page; the file has them column by column."""
    height, width, *further = shape
    pages = math.prod(further)
    if height * width * pages != len(numbers):
        raise UndecodableTextError(f"{len(numbers)} characters, {height * width * pages} by the size")
    starts = [page * height * width for page in range(pages)]
    return [numbers[start + row : start + height * width : height] for start in starts for row in range(height)]


def _of_utf8(numbers: list[int], stored: StoredChars, encoding: str | None) -> tuple[str, ...]:
    try:
        text = _decoded(numbers, "B")
    except UndecodableTextError:
        if encoding is None:
            raise
        return _of_bytes(_rows(numbers, stored.shape), stored, encoding)
    in_utf16 = text.encode("utf-16-le")
    units = struct.unpack(f"<{len(in_utf16) // 2}H", in_utf16)
    # The size of a row may count its characters or its bytes.
    if stored.shape[:1] + stored.shape[2:] == (1,) and stored.shape[1] in (len(units), len(text), len(numbers)):
        return (text,)
    return tuple(_decoded(row, "H") for row in _rows(units, stored.shape))


def _of_bytes(rows: Sequence[Sequence[int]], stored: StoredChars, encoding: str | None) -> tuple[str, ...]:
    """Rows of numbers up to 255: in the encoding that metadata names, else as UTF-8, else as units of UTF-16."""
    if encoding is not None:
        try:
            return tuple(bytes(row).decode(encoding) for row in rows)
        except UnicodeDecodeError as failure:
            raise UndecodableTextError(str(failure)) from failure
    texts = []
    for row in rows:
        with suppress(UndecodableTextError):
            texts.append(_decoded(row, "B"))
    if len(texts) == len(rows) == 1:
        return tuple(texts)
    controls = any(0x80 <= number < 0xA0 for row in rows for number in row)
    if len(texts) == len(rows) or stored.storage == "8-bit" or controls:
        raise UndecodableTextError("numbers that several encodings have")
    return tuple(_decoded(row, "H") for row in rows)
