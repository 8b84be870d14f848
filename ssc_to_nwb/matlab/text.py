"""From the characters that a MATLAB file stores to text, and back to characters.

MATLAB counts text in units of UTF-16. Format 5 and 7 say how they store it: as UTF-8, UTF-16 or UTF-32, or as plain
numbers of 8 or 16 bits; 7.3 has 16-bit numbers alone. Plain numbers beyond ASCII can be several things:

- a number above 255 makes them units of UTF-16;
- numbers up to 255 that together are valid UTF-8 are its bytes, one per number, as newer versions save with `-v6`;
- other 16-bit numbers are units of UTF-16, unless they would be the control characters U+0080 to U+009F: there
  older versions have the letters of a code page;
- other 8-bit numbers are of a code page that the file does not name.

What cannot be decoded for certain is refused, unless metadata names the encoding (`source.text_encoding`).
"""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from ssc_to_nwb.matlab.leaves import matlab_shape
from ssc_to_nwb.matlab.stored_chars import StoredChars, UndecodableTextError
from ssc_to_nwb.matlab.tree import MatChar, MatUnsupported, char_units, char_value


@dataclass(slots=True, kw_only=True)
class TextReader:
    """Makes leaves of the tree from stored characters.

    encoding: of texts whose encoding the file does not name, None where metadata names none; inferred: texts found to
    be UTF-8, one byte per number, though the file does not say so.
    """

    encoding: str | None = None
    inferred: set[str] = field(default_factory=set)

    def read(self, stored: StoredChars) -> str | MatChar | MatUnsupported:
        """The char array as the tree has it; what cannot be decoded is a value that cannot be read."""
        try:
            rows = decode_chars(stored, self.encoding)
        except UndecodableTextError as failure:
            return MatUnsupported(matlab_class="char", reason=str(failure), shape=stored.shape)
        if self.encoding is None and stored.storage in ("8-bit", "16-bit"):
            self.inferred.update(rows if sum(map(char_units, rows)) < stored.units.size else ())
        return char_value(stored.shape, rows)


def decode_chars(stored: StoredChars, encoding: str | None = None) -> tuple[str, ...]:
    """The text of every row, padding kept; see the module's text for the rules.

    encoding: of texts whose encoding the file does not name, as Python names it. Raises UndecodableTextError.
    """
    if stored.storage == "utf-8":
        return _decode_utf8(stored, encoding)
    rows = _rows(stored.units, stored.shape)
    if stored.storage == "utf-32":
        return tuple(_decoded(row, "utf-32-le", "<u4") for row in rows)
    highest = int(stored.units.max(initial=0))
    if stored.storage == "utf-16" or highest > 0xFF:
        return tuple(_decoded(row, "utf-16-le", "<u2") for row in rows)
    if highest < 0x80:
        return tuple(_decoded(row, "ascii") for row in rows)
    return _decode_bytes(rows, is_16_bit=stored.storage == "16-bit", encoding=encoding)


def _rows(units: np.ndarray, shape: tuple[int, ...]) -> list[np.ndarray]:
    """Units, (N,), one per character and column by column, arranged row by row and page by page.

    Raises UndecodableTextError where their number does not fit the size.
    """
    if units.size != math.prod(shape):
        raise UndecodableTextError(f"{units.size} characters for a size of {'x'.join(map(str, shape))}")
    if shape[:1] + shape[2:] == (1,):
        return [units]
    pages = units.reshape(shape[0], shape[1], math.prod(shape[2:]), order="F")
    return [np.ascontiguousarray(row) for page in np.moveaxis(pages, 2, 0) for row in page]


def _decode_utf8(stored: StoredChars, encoding: str | None) -> tuple[str, ...]:
    try:
        text = _decoded(stored.units, "utf-8")
    except UndecodableTextError:
        if encoding is None:
            raise
        return _decode_bytes(_rows(stored.units, stored.shape), is_16_bit=False, encoding=encoding)
    if stored.shape[:1] + stored.shape[2:] == (1,) and stored.shape[1] in (len(text), stored.units.size):
        # Some programs count characters or bytes where MATLAB counts units of UTF-16.
        return (text,)
    units = np.frombuffer(text.encode("utf-16-le"), dtype="<u2").astype(np.uint16)
    return tuple(_decoded(row, "utf-16-le", "<u2") for row in _rows(units, stored.shape))


def _decode_bytes(rows: list[np.ndarray], *, is_16_bit: bool, encoding: str | None) -> tuple[str, ...]:
    """Rows of numbers up to 255, some of them beyond ASCII."""
    if encoding is not None:
        decoded = tuple(_decoded(row, encoding) for row in rows)
        if len(rows) > 1 and any(len(text) != row.size for text, row in zip(decoded, rows, strict=True)):
            raise UndecodableTextError(f"a char matrix whose rows change their length in {encoding}")
        return decoded
    texts = []
    for row in rows:
        with suppress(UndecodableTextError):
            texts.append(_decoded(row, "utf-8"))
    if len(texts) == len(rows):
        if len(rows) > 1:
            raise UndecodableTextError("a char matrix that may be UTF-8 or UTF-16")
        return tuple(texts)
    units = np.concatenate(rows)
    if not is_16_bit:
        raise UndecodableTextError(f"bytes such as 0x{int(units.max()):02X} that are no UTF-8")
    controls = units[(units >= 0x80) & (units <= 0x9F)]
    if controls.size:
        raise UndecodableTextError(f"the number 0x{int(controls[0]):02X}, a letter in some code pages, none in UTF-16")
    return tuple(_decoded(row, "utf-16-le", "<u2") for row in rows)


def _decoded(units: np.ndarray, encoding: str, code: str = "u1") -> str:
    """The text of units, as numbers of one of numpy's types."""
    data = units.astype(code).tobytes()
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as failure:
        found = data[failure.start : failure.start + 4].hex(" ")
        raise UndecodableTextError(f"bytes {found} that are no {encoding.removesuffix('-le').upper()}") from failure


def utf16_units(value: str | MatChar) -> np.ndarray:
    """The characters of a char array as units of UTF-16, in MATLAB's size of it.

    Raises ValueError where the rows do not fit the size.
    """
    shape = matlab_shape(value)
    if 0 in shape:
        return np.zeros(shape, dtype=np.uint16)
    texts = (value,) if isinstance(value, str) else value.rows
    rows = [np.frombuffer(text.encode("utf-16-le"), dtype="<u2").astype(np.uint16) for text in texts]
    row_count, column_count, page_count = shape[0], shape[1], math.prod(shape[2:])
    if len(rows) != row_count * page_count or any(row.size != column_count for row in rows):
        raise ValueError(f"{len(rows)} rows of characters that do not fit the size {'x'.join(map(str, shape))}")
    pages = np.concatenate(rows).reshape(page_count, row_count, column_count)
    return np.moveaxis(pages, 0, 2).reshape(shape, order="F")
