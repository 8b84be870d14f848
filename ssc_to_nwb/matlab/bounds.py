"""What a MATLAB file may unfold to, against a small file that would fill the memory or never end.

References of format 7.3 may lead many times to one object, which leads many times to another; compressed values may
be a thousand times as large as their bytes; cells may lie in cells without end. Session files are far from all bounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

MatFormat = Literal["5", "7.3"]
# A session struct is about ten levels deep.
MOST_LEVELS = 50
# Format 5: a value of a few numbers has 56 bytes, which compress to some ten; empty ones may compress to nothing.
# 7.3: every object has a header of some hundred bytes; only what was never filled is referred to many times.
_FREE_VALUES: Mapping[MatFormat, int] = {"5": 1 << 21, "7.3": 1 << 16}
_BYTES_PER_VALUE: Mapping[MatFormat, int] = {"5": 8, "7.3": 100}
# Beside a hundred times the bytes of the file, which text and numbers do not compress to.
_FREE_BYTES = 1 << 30
_MOST_UNFOLDING = 100
# MATLAB writes every cell and struct once for each place; other programs may share a few.
_MOST_REPEATS = 1000


class UnfoldingError(ValueError):
    """A file unfolds to more than its bytes can honestly hold; the text says to how much."""


class Bounds:
    """The bounds of one file, by its format, and the place where its reading is."""

    def __init__(self, path: Path, file_format: MatFormat) -> None:
        self._file_bytes = path.stat().st_size
        self._most_values = _FREE_VALUES[file_format] + self._file_bytes // _BYTES_PER_VALUE[file_format]
        self._most_bytes = _FREE_BYTES + _MOST_UNFOLDING * self._file_bytes
        self._values = 0
        self._bytes = 0
        self._parts: list[str] = []
        self._met: set[int] = set()
        self._repeats = 0

    @property
    def field(self) -> str:
        """The place in MATLAB's notation, such as `s.value{2}`; empty outside all variables."""
        return "".join(self._parts)

    def enter(self, part: str) -> None:
        """Go down into a value; an error leaves the place where it is. Raises UnfoldingError."""
        self._parts.append(part)
        if len(self._parts) > MOST_LEVELS:
            raise UnfoldingError(f"values in values, more than {MOST_LEVELS} levels deep")

    def leave(self) -> None:
        """Go up again."""
        self._parts.pop()

    @contextmanager
    def within(self, part: str) -> Iterator[None]:
        """`enter` and `leave` around a block."""
        self.enter(part)
        yield
        self.leave()

    def count(self, values: int) -> None:
        """Note that a cell or struct has so many values. Raises UnfoldingError, before any of them is read."""
        self._values += values
        if self._values > self._most_values:
            raise UnfoldingError(f"{self._values:,} values or more in a file of {self._file_bytes:,} bytes")

    def meet(self, address: int) -> None:
        """Note that the cell or struct at this address is read, maybe once more. Raises UnfoldingError."""
        self._repeats += address in self._met
        self._met.add(address)
        if self._repeats > _MOST_REPEATS:
            raise UnfoldingError(f"references that lead to the same cells and structs more than {_MOST_REPEATS} times")

    def hold(self, count_bytes: int) -> None:
        """Note so many more bytes of numbers, text or references. Raises UnfoldingError, before they are read."""
        self._bytes += count_bytes
        if self._bytes > self._most_bytes:
            raise UnfoldingError(f"{self._bytes:,} bytes or more of values in a file of {self._file_bytes:,} bytes")
