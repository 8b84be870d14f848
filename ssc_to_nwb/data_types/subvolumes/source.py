"""Subvolumes: the planes imaged together, with the arrays of their ROIs over one time vector."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from ssc_to_nwb.data_types.rois.source import Plane
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog

if TYPE_CHECKING:
    from ssc_to_nwb.session.session import Session

ArrayKind = Literal["dff", "raw", "event"]
ARRAY_KINDS: tuple[ArrayKind, ...] = ("raw", "dff", "event")
# Key names seen: dffTSA...; those of raw fluorescence and events are not known for sure.
_NAMES: dict[ArrayKind, re.Pattern[str]] = {
    "dff": re.compile(r"dff|df/f|deltaf", re.IGNORECASE),
    "raw": re.compile(r"raw|fluo", re.IGNORECASE),
    "event": re.compile(r"event", re.IGNORECASE),
}


def claimed_kinds(text: str) -> frozenset[str]:
    """Of `raw`, `dff` and `event` those that a key or a description names; several where it does not decide."""
    named = {kind for kind, pattern in _NAMES.items() if pattern.search(text)}
    if named == {"event", "dff"}:
        # "calcium events (amplitude in dF/F ...)": dF/F is the unit of an event's amplitude.
        return frozenset({"event"})
    if named == {"dff", "raw"} and not re.search("raw", text, re.IGNORECASE):
        # "change in fluorescence (dF/F)": fluorescence alone does not make it raw.
        return frozenset({"dff"})
    return frozenset(named)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLabels:
    """Labels of rows that are one text and the row's own ROI number, such as `Ca TS for 1001`: the text is kept once.

    text: that one text; field: path of the labels; number_field: name of the field beside it that has the numbers.
    """

    text: str
    field: str
    number_field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoiArray:
    """dF/F, raw fluorescence or calcium events of the ROIs of one subvolume.

    Attributes
    ----------
    kind : ArrayKind
        `dff`, `raw` or `event`.
    path, key, description : str
        Where it is in the session struct, and what its entry is called.
    roi_numbers : ndarray of int64, (R,)
        ROI of each row.
    values : ndarray, (R, F)
        In the source's class; NaN where a ROI's plane has no frame.
    time_ms : ndarray of float64, (F,)
        On the session's clock.
    trial : ndarray of int64, (F,)
        NO_TRIAL where the source has NaN, 0 or an unknown number where no trial ran.
    labels : RowLabels or None
        Of the rows, where they say nothing but the ROI number.
    """

    kind: ArrayKind
    path: str
    key: str
    description: str
    roi_numbers: np.ndarray
    values: np.ndarray
    time_ms: np.ndarray
    trial: np.ndarray
    labels: RowLabels | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneTraces:
    """The rows of an array that belong to one plane. array: the whole one; rows: int64 (r,), rising, from 0."""

    array: RoiArray
    rows: np.ndarray

    @property
    def roi_numbers(self) -> np.ndarray:
        """The plane's ROIs in this order, int64 (r,)."""
        numbers: np.ndarray = self.array.roi_numbers[self.rows]
        return numbers

    def time_by_roi(self) -> np.ndarray:
        """The plane's values as (F, r); a view where the rows follow one another, else a copy."""
        rows = self.rows
        together = rows.size and (np.diff(rows) == 1).all()
        values: np.ndarray = self.array.values[slice(rows[0], rows[-1] + 1) if together else rows]
        return values.T


@dataclass(frozen=True, slots=True, kw_only=True)
class Subvolume:
    """One imaged subvolume.

    Attributes
    ----------
    number : int
        VV of its fov folders, or its place among the subvolumes.
    occurrence : int
        1 for the first subvolume of the session with this number, 2 for one with other planes of the same number, and
        so on.
    planes : tuple of Plane
        Its planes.
    arrays : dict of str to RoiArray
        At most one of each kind; the planes and times of the first count for all.
    valid_trials : ndarray of int64, or None
        Numbers of the trials with valid imaging; None where the source lists none.
    """

    number: int
    occurrence: int = 1
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

    @property
    def imaged_trials(self) -> np.ndarray:
        """Trials in which at least one plane has a frame, ascending."""
        there = np.zeros(self.time_ms.size, dtype=bool)
        for plane in self.planes:
            there |= plane.frame_index.present
        return np.unique(self.trial[there])

    def traces(self, plane: Plane, kind: ArrayKind) -> PlaneTraces | None:
        """The rows of one array that belong to a plane, joined by ROI number; None where there is no such array."""
        array = self.arrays.get(kind)
        if array is None:
            return None
        rows = np.flatnonzero(np.isin(array.roi_numbers, plane.all_roi_numbers))
        return PlaneTraces(array=array, rows=rows)

    def traced_planes(self) -> list[tuple[Plane, PlaneTraces]]:
        """Planes with their rows in an array, in the order of the series; the first owns the time stamps."""
        found = [(plane, self.traces(plane, kind)) for plane in self.planes for kind in ARRAY_KINDS]
        return [(plane, traces) for plane, traces in found if traces is not None and traces.rows.size]


def report_unusual(session: Session, *, log: ProblemLog) -> None:
    """Log where there is no frame."""
    if not any(volume.time_ms.size for volume in session.subvolumes):
        found = "no frames" if session.subvolumes else "no calcium array"
        log.add(kinds.CALCIUM_ARRAYS_MISSING, file=session.path, field="timeSeriesArrayHash", found=found)
