"""All variables of a MATLAB file, read for verification: of format 5 and 7 by scipy, of 7.3 by h5py."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

from scipy.io.matlab import MatReadError

from ssc_to_nwb.matlab.bounds import Bounds
from ssc_to_nwb.matlab.stored_chars import HDF5_SIGNATURE, MatContents
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.proof.source_reading.format5 import read_format5
from ssc_to_nwb.proof.source_reading.format73 import read_format73
from ssc_to_nwb.proof.source_reading.text import ProofTexts

# What scipy, h5py and the look at headers may meet in a damaged file.
_DAMAGE = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, OSError, EOFError, RuntimeError,
    MemoryError, NotImplementedError, NameError, ArithmeticError, MatReadError, struct.error, zlib.error,
)  # fmt: skip


def read_for_proof(path: Path, text_encoding: str | None) -> MatContents:
    """All variables of a file, and which texts were found to be UTF-8. Raises mat-unreadable."""
    texts = ProofTexts(encoding=text_encoding)
    bounds = None
    try:
        with path.open("rb") as file:
            head = file.read(512 + len(HDF5_SIGNATURE))
        if HDF5_SIGNATURE in (head[: len(HDF5_SIGNATURE)], head[512:]):
            bounds = Bounds(path, "7.3")
            variables = read_format73(path, texts=texts, bounds=bounds)
        else:
            bounds = Bounds(path, "5")
            variables = read_format5(path, texts=texts, bounds=bounds)
    except _DAMAGE as damage:
        raise error(
            kinds.MAT_UNREADABLE,
            file=path,
            field=(bounds.field if bounds else None) or None,
            expected="a MATLAB file of format 5, 7 or 7.3",
            found=f"{type(damage).__name__}: {damage}",
        ) from damage
    return MatContents(variables=variables, inferred_texts=frozenset(texts.inferred))
