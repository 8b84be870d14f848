"""A char array as a MATLAB file stores it, before it is text."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

Storage = Literal["utf-8", "utf-16", "utf-32", "8-bit", "16-bit"]


class UndecodableTextError(ValueError):
    """Characters that cannot be decoded for certain; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredChars:
    """A char array as a file stores it.

    Attributes
    ----------
    shape : tuple of int
        MATLAB's size.
    storage : Storage
        How a character is stored.
    units : ndarray, (N,)
        Unsigned numbers in native byte order, column by column.
    """

    shape: tuple[int, ...]
    storage: Storage
    units: np.ndarray

    @property
    def row_count(self) -> int:
        """Number of rows, those of all pages together."""
        return self.shape[0] * math.prod(self.shape[2:])

    def rows_of(self, units: np.ndarray) -> list[np.ndarray]:
        """Arrange units row by row and page by page.

        Parameters
        ----------
        units : ndarray, (N,)
            One per character, column by column.

        Returns
        -------
        list of ndarray
            A row each.

        Raises
        ------
        UndecodableTextError
            Their number does not fit the size.
        """
        if units.size != math.prod(self.shape):
            raise UndecodableTextError(f"{units.size} characters for a size of {'x'.join(map(str, self.shape))}")
        if self.row_count == 1:
            return [units]
        pages = units.reshape(self.shape[0], self.shape[1], math.prod(self.shape[2:]), order="F")
        return [np.ascontiguousarray(row) for page in np.moveaxis(pages, 2, 0) for row in page]
