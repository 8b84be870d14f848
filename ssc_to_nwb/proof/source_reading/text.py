"""Verification's own way from the characters that a MATLAB file stores to text; it shares none of the conversion's.

It works number by number, without Python's codecs, but for an encoding that metadata names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ssc_to_nwb.matlab.stored_chars import StoredChars, UndecodableTextError
from ssc_to_nwb.matlab.tree import MatChar, MatUnsupported

_SURROGATES = range(0xD800, 0xE000)
_LOW_SURROGATES = range(0xDC00, 0xE000)
# Bytes that follow the first one of a character, and the lowest character that needs them.
_UTF8_LENGTHS = {0b110: (1, 0x80), 0b1110: (2, 0x800), 0b11110: (3, 0x10000)}


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
    if max(numbers, default=0) < 0x80:
        return tuple("".join(map(chr, row)) for row in _rows(numbers, stored.shape))
    if stored.storage == "utf-8":
        return _of_utf8(numbers, stored, encoding)
    rows = _rows(numbers, stored.shape)
    if stored.storage == "utf-32":
        return tuple("".join(map(_character, row)) for row in rows)
    if stored.storage == "utf-16" or any(number > 0xFF for number in numbers):
        return tuple("".join(_join_surrogates(row)) for row in rows)
    return _of_bytes(rows, stored, encoding)


def _rows(numbers: list[int], shape: tuple[int, ...]) -> list[list[int]]:
    """The numbers of every row, page by page; the file has them column by column."""
    height, width, *further = shape
    pages = 1
    for length in further:
        pages *= length
    if height * width * pages != len(numbers):
        raise UndecodableTextError(f"{len(numbers)} characters, {height * width * pages} by the size")
    starts = [page * height * width for page in range(pages)]
    return [numbers[start + row : start + height * width : height] for start in starts for row in range(height)]


def _of_utf8(numbers: list[int], stored: StoredChars, encoding: str | None) -> tuple[str, ...]:
    characters = _join_bytes(numbers)
    if characters is None:
        if encoding is None:
            raise UndecodableTextError("bytes that are no UTF-8")
        return _of_bytes(_rows(numbers, stored.shape), stored, encoding)
    units = [unit for character in characters for unit in _split(character)]
    if (
        len(stored.shape) == 2
        and stored.shape[0] == 1
        and stored.shape[1] in (len(units), len(characters), len(numbers))
    ):
        return ("".join(map(chr, characters)),)
    return tuple("".join(_join_surrogates(row)) for row in _rows(units, stored.shape))


def _of_bytes(rows: list[list[int]], stored: StoredChars, encoding: str | None) -> tuple[str, ...]:
    """Rows of numbers up to 255: in the encoding that metadata names, else as UTF-8, else as units of UTF-16."""
    if encoding is not None:
        try:
            return tuple(bytes(row).decode(encoding) for row in rows)
        except UnicodeDecodeError as failure:
            raise UndecodableTextError(str(failure)) from failure
    decoded = [_join_bytes(row) for row in rows]
    texts = tuple("".join(map(chr, characters)) for characters in decoded if characters is not None)
    if len(texts) == len(rows) == 1:
        return texts
    controls = any(0x80 <= number < 0xA0 for row in rows for number in row)
    if len(texts) == len(rows) or stored.storage == "8-bit" or controls:
        raise UndecodableTextError("numbers that several encodings have")
    return tuple("".join(map(chr, row)) for row in rows)


def _join_bytes(numbers: Sequence[int]) -> list[int] | None:
    """Characters of UTF-8, None where the bytes are none."""
    characters = []
    following = iter(numbers)
    for first in following:
        if first < 0x80:
            characters.append(first)
            continue
        lead = next((ones for ones in _UTF8_LENGTHS if first >> (8 - ones.bit_length()) == ones), None)
        if lead is None:
            return None
        count, lowest = _UTF8_LENGTHS[lead]
        character = first & (0xFF >> (lead.bit_length()))
        for _ in range(count):
            part = next(following, 0)
            if part >> 6 != 0b10:
                return None
            character = character << 6 | part & 0x3F
        if character < lowest or character > 0x10FFFF or character in _SURROGATES:
            return None
        characters.append(character)
    return characters


def _split(character: int) -> tuple[int, ...]:
    """A character as units of UTF-16."""
    beyond = character - 0x10000
    return (character,) if beyond < 0 else (0xD800 + (beyond >> 10), 0xDC00 + (beyond & 0x3FF))


def _join_surrogates(units: Sequence[int]) -> Iterator[str]:
    following = iter(units)
    for unit in following:
        if unit not in _SURROGATES:
            yield chr(unit)
            continue
        low = next(following, 0)
        if unit in _LOW_SURROGATES or low not in _LOW_SURROGATES:
            raise UndecodableTextError("half a character of UTF-16")
        yield chr(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))


def _character(number: int) -> str:
    if number > 0x10FFFF or number in _SURROGATES:
        raise UndecodableTextError(f"the number {number:#x}, which is no character")
    return chr(number)
