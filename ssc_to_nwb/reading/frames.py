"""The frames of a plane and channel in an open file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pynwb.base import TimeSeries


@dataclass(frozen=True, kw_only=True)
class Frames:
    """The frames of a plane and channel, read one by one: `frames[3]` is a picture, (rows, columns).

    A slice gives (frames, rows, columns).

    Attributes
    ----------
    series : TimeSeries
        The TwoPhotonSeries in the file.
    """

    series: TimeSeries

    def __len__(self) -> int:
        return int(self.series.data.shape[0])

    def __getitem__(self, which: int | slice) -> np.ndarray:
        return np.asarray(self.series.data[which]).swapaxes(-1, -2)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of frames, rows, columns."""
        count, columns, rows = self.series.data.shape
        return int(count), int(rows), int(columns)

    @cached_property
    def time_s(self) -> np.ndarray:
        """Time stamp of every frame in s after the session's start, float64 (T,)."""
        return np.asarray(self.series.timestamps[:], dtype=np.float64)
