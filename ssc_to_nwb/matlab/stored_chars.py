"""What a MATLAB file holds, whoever reads it: its variables, and char arrays as they are stored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from ssc_to_nwb.matlab.tree import MatValue

Storage = Literal["utf-8", "utf-16", "utf-32", "8-bit", "16-bit"]
HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"


class UndecodableTextError(ValueError):
    """Characters that cannot be decoded for certain; the text says why."""


class StoredChars(NamedTuple):
    """A char array as a file stores it.

    shape: MATLAB's size; storage: how a character is stored; units: unsigned numbers in native byte order, (N,), column
    by column.
    """

    shape: tuple[int, ...]
    storage: Storage
    units: np.ndarray


class MatContents(NamedTuple):
    """All variables of a file, by name; one that cannot be read is a `MatUnsupported`.

    inferred_texts: texts found to be UTF-8, one byte per number, though the file does not say so.
    """

    variables: dict[str, MatValue]
    inferred_texts: frozenset[str]


# Takes a file and the encoding of texts for which it names none (None: nobody names one). Raises SscError.
MatRead: TypeAlias = Callable[[Path, "str | None"], MatContents]
