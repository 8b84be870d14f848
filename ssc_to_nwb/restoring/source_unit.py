"""From the seconds of the NWB file back to the source's unit of time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

UNITS_PER_SECOND = {"millisecond": 1000.0, "second": 1.0, "minute": 1 / 60, "hour": 1 / 3600, "day": 1 / 86400}
# Times are scaled and shifted on the way into the file, and again on the way back.
_TOLERANCE_ULP = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceUnit:
    """The source's unit of time, and the seconds from the session's start to the zero of its clock."""

    per_second: float
    zero_offset_s: float

    def from_seconds(self, seconds: np.ndarray) -> np.ndarray:
        """Times in the source's unit, float64, same shape."""
        return (np.asarray(seconds, dtype=np.float64) - self.zero_offset_s) * self.per_second

    def rounding(self, seconds: np.ndarray) -> np.ndarray:
        """How far times may differ, in the source's unit, after the way into the file and back.

        4 units in the last place of the seconds, as they are in the file and as they are without the shift.
        """
        largest = np.maximum(np.abs(np.nan_to_num(seconds)), abs(self.zero_offset_s))
        tolerance: np.ndarray = _TOLERANCE_ULP * np.spacing(largest) * self.per_second
        return tolerance

    def restored(
        self, seconds: np.ndarray, *, whole: bool, later: float = 0.0
    ) -> tuple[np.ndarray, np.ndarray | float]:
        """Times in the source's unit, and how far they may be from the source's.

        whole: whether all times of the source are whole. They come back exactly then: what is within the rounding of a
        whole number is that number. later: how much later, in the source's unit, the file has these times.
        """
        found, rounding = self.from_seconds(seconds) - later, self.rounding(seconds)
        if not whole:
            return found, rounding
        nearest = np.rint(found)
        return np.where(np.abs(found - nearest) <= rounding, nearest, found), 0.0
