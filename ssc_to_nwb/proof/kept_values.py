"""Leaves that are kept verbatim against their values in the table of the source struct."""

from __future__ import annotations

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.matlab.tree import MatSparse, MatValue
from ssc_to_nwb.proof.comparison import Comparison

_PLACE = f"{naming.STRUCT_TABLE}/value"


def compare_kept(work: Comparison, path: str, value: MatValue) -> None:
    """Compare a leaf with the value that its row gives. Raises KeyError, TypeError, ValueError."""
    found = work.view.kept(work.view.node(path))
    if isinstance(value, np.ndarray) and isinstance(found, np.ndarray):
        work.proof.dtype(_PLACE, found.dtype, expected=value.dtype, leaf=path)
        work.proof.numbers(_PLACE, expected=value, found=found, leaf=path)
    elif isinstance(value, MatSparse) and isinstance(found, MatSparse):
        work.proof.dtype(_PLACE, found.values.dtype, expected=value.values.dtype, leaf=path)
        for part in ("row_index", "column_start", "values"):
            work.proof.numbers(_PLACE, expected=getattr(value, part), found=getattr(found, part), leaf=path)
    else:
        work.proof.equal(_PLACE, expected=value, found=found, leaf=path)
