"""What reading a MATLAB file gives, whoever reads it: the conversion and verification each have a way of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeAlias

from ssc_to_nwb.matlab.tree import MatValue

HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"


class MatContents(NamedTuple):
    """All variables of a file.

    Attributes
    ----------
    variables : dict of str to MatValue
        Value by name; one that cannot be read is a `MatUnsupported`.
    inferred_texts : frozenset of str
        Texts found to be UTF-8, one byte per number, though the file does not say so.
    """

    variables: dict[str, MatValue]
    inferred_texts: frozenset[str]


# Takes a file and the encoding of texts for which it names none (None: nobody names one). Raises SscError.
MatRead: TypeAlias = Callable[[Path, "str | None"], MatContents]
