"""What every array of a registered data type has: where it is, its clock, and the trial of every sample."""

from __future__ import annotations

from typing import Protocol

import numpy as np


class LabelledArray(Protocol):
    """An entry of timeSeriesArrayHash of N samples."""

    @property
    def path(self) -> str:
        """Where it is in the session struct."""

    @property
    def time_ms(self) -> np.ndarray:
        """float64 (N,), on the session's clock."""

    @property
    def trial(self) -> np.ndarray:
        """int64 (N,), NO_TRIAL where the source has NaN."""
