"""An entry of timeSeriesArrayHash as it comes to its data type, and what the data type makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np

from ssc_to_nwb.matlab.field import Field
from ssc_to_nwb.matlab.hash_map import HashEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayEntry(HashEntry):
    """An entry of timeSeriesArrayHash.

    Attributes
    ----------
    described : Field or None, optional
        Its item of descrHash; None where there is none.
    """

    described: Field | None = None


class LabelledArray(Protocol):
    """What is read from an entry: an array of N samples, each with its time and its trial."""

    @property
    def path(self) -> str:
        """Where it is in the session struct."""

    @property
    def time_ms(self) -> np.ndarray:
        """float64 (N,), on the session's clock."""

    @property
    def trial(self) -> np.ndarray:
        """int64 (N,), NO_TRIAL where the source has NaN."""

    def take(self, keep: np.ndarray) -> Self:
        """The array with some of its samples.

        Parameters
        ----------
        keep : ndarray of bool, (N,)
            Whether a sample is kept.

        Returns
        -------
        Self
            For a stub of a session.
        """
