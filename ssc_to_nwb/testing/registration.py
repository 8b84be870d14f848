"""Registration files beside the stacks.

Their layout is not published beyond the names `dx_r` and `dy_r`. Assumed here: an `.imreg_out` is a MATLAB 5 file
under the stack's name with the ending replaced, holding two 1xN doubles, the shift in pixels of
each of the stack's N frames; `imreg_session_stats.mat` holds the mean and the largest shift per stack, 1xT.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ssc_to_nwb.testing.mat5 import write_mat5
from ssc_to_nwb.testing.matlab import row
from ssc_to_nwb.testing.truth import StackFile


def write_registration(*, stack_path: Path, n_frames: int, seed: Sequence[int]) -> Path:
    """Write the `.imreg_out` of one stack: whole-pixel and half-pixel shifts that wander with time."""
    rng = np.random.default_rng([*seed, 77])
    shifts = np.round(2 * np.cumsum(rng.normal(0, 0.6, (2, n_frames)), axis=1)) / 2
    path = stack_path.with_suffix(".imreg_out")
    write_mat5(path=path, variables={"dx_r": row(shifts[0]), "dy_r": row(shifts[1])})
    return path


def write_registration_stats(*, folder: Path, files: Sequence[StackFile]) -> Path:
    """Write a plane's `imreg_session_stats.mat`."""
    rng = np.random.default_rng([len(files), 78])
    path = folder / "imreg_session_stats.mat"
    write_mat5(
        path=path,
        variables={
            "fileNumber": row([file.number for file in files]),
            "meanShift": row(np.round(rng.uniform(0, 2, len(files)), 3)),
            "maxShift": row(np.round(rng.uniform(2, 6, len(files)), 3)),
        },
    )
    return path
