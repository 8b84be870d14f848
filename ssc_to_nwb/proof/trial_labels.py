"""Trial labels as the file must hold them, rebuilt from the source's own numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.rule import Leaf
from ssc_to_nwb.data_types.subvolumes.source import Subvolume
from ssc_to_nwb.proof.comparison import BEHAVIOR, OPHYS, Comparison

WHISKER_LABELS = f"{BEHAVIOR}/{naming.TRIAL_NUMBER}"


def subvolume_labels(volume: Subvolume) -> str:
    """Path of the series of a subvolume's trial numbers."""
    return f"{OPHYS}/{naming.subvolume_trial_number(volume.number, occurrence=volume.occurrence)}"


def compare_labels(work: Comparison, leaves: Sequence[Leaf], path: str) -> None:
    """Compare a `trial` of the source, one number per sample, with the series of trial numbers at `path`."""
    found = work.reader.values(f"{path}/data")
    for leaf in leaves:
        expected = np.asarray(leaf.value).astype(np.float64).reshape(-1)
        work.proof.dtype(f"{path}/data", found.dtype, expected=label_type(expected), leaf=leaf.path)
        work.proof.numbers(f"{path}/data", expected=expected, found=found, leaf=leaf.path)
        work.proof.prove([leaf.path])


def label_type(values: np.ndarray) -> type[np.generic]:
    """How the file must hold these labels of the source: int32 where all are whole and fit, else float64 with NaN."""
    whole = bool(np.isfinite(values).all()) and bool((np.abs(values + 0.5) < 2**31).all())
    return np.int32 if whole else np.float64
