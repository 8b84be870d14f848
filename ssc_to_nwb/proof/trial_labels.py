"""Trial labels as the file must hold them, rebuilt from the source's own numbers."""

from __future__ import annotations

import numpy as np


def label_type(values: np.ndarray) -> type[np.generic]:
    """How the file must hold these labels of the source: int32 where all are whole and fit, else float64 with NaN."""
    whole = bool(np.isfinite(values).all()) and bool((np.abs(values + 0.5) < 2**31).all())
    return np.int32 if whole else np.float64
