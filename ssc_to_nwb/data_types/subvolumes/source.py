"""Subvolumes: the planes imaged together, with the arrays of their ROIs over one time vector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ssc_to_nwb.data_types.rois.source import Plane

ArrayKind = Literal["dff", "raw", "event"]
ARRAY_KINDS: tuple[ArrayKind, ...] = ("raw", "dff", "event")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoiArray:
    """dF/F, raw fluorescence or calcium events of the ROIs of one subvolume.

    path: where it is in the session struct; roi_numbers int64 (R,); values (R, F), in the source's class;
    time_ms float64 (F,); trial int64 (F,), NO_TRIAL where the source has NaN, 0 or an unknown number where no trial
    ran.
    """

    kind: ArrayKind
    path: str
    key: str
    description: str
    roi_numbers: np.ndarray
    values: np.ndarray
    time_ms: np.ndarray
    trial: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneTraces:
    """The rows of a `RoiArray` that belong to one plane.

    roi_numbers int64 (r,) and rows int64 (r,), both in the order of the array's rows.
    """

    array: RoiArray
    roi_numbers: np.ndarray
    rows: np.ndarray

    def time_by_roi(self) -> np.ndarray:
        """The plane's values as (F, r); a view where the rows follow one another, else a copy."""
        rows = self.rows
        together = rows.size and (np.diff(rows) == 1).all()
        values: np.ndarray = self.array.values[slice(rows[0], rows[-1] + 1) if together else rows]
        return values.T


@dataclass(frozen=True, slots=True, kw_only=True)
class Subvolume:
    """One imaged subvolume.

    number: VV of its fov folders, or its place among the subvolumes; occurrence: 1 for the first subvolume of the
    session with this number, 2 for one with other planes of the same number, and so on; arrays: at most one of each
    kind, the first being the one whose planes and times count for all; valid_trials: numbers of the trials with valid
    imaging, None where the source lists none.
    """

    number: int
    occurrence: int = 1
    position: int
    planes: tuple[Plane, ...]
    arrays: dict[ArrayKind, RoiArray]
    valid_trials: np.ndarray | None

    @property
    def first_array(self) -> RoiArray:
        """The array from which planes, times and trial numbers are taken."""
        return next(iter(self.arrays.values()))

    @property
    def time_ms(self) -> np.ndarray:
        """float64 (F,): the union of the planes' frame times."""
        return self.first_array.time_ms

    @property
    def trial(self) -> np.ndarray:
        """int64 (F,): trial number of each time stamp, NO_TRIAL where the source has NaN."""
        return self.first_array.trial

    def traces(self, plane: Plane, kind: ArrayKind) -> PlaneTraces | None:
        """The rows of one array that belong to a plane, joined by ROI number; None without such an array."""
        array = self.arrays.get(kind)
        if array is None:
            return None
        rows = np.flatnonzero(np.isin(array.roi_numbers, plane.all_roi_numbers))
        return PlaneTraces(array=array, roi_numbers=array.roi_numbers[rows], rows=rows)
