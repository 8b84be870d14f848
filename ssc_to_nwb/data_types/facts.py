"""What the rules need to know of a session, worked out once: which array is what, and which order is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ssc_to_nwb.data_types.rois.source import Plane
from ssc_to_nwb.data_types.subvolumes.source import ARRAY_KINDS, RoiArray, Subvolume
from ssc_to_nwb.matlab.tree import MatCell, MatStruct, MatValue
from ssc_to_nwb.session.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLabels:
    """The labels of a calcium entry: `text` and the ROI number of the row.

    field: path of the labels; number_field: name of the field beside it that has the numbers.
    """

    text: str
    field: str
    number_field: str


def row_labels(tree: MatStruct, array: RoiArray, *, position: int) -> RowLabels | None:
    """The labels of an array, by its place in timeSeriesArrayHash, from 1; None where any says something else."""
    arrays = tree.fields.get("timeSeriesArrayHash")
    entries = arrays.fields.get("value") if isinstance(arrays, MatStruct) else None
    entry = entries.items[position - 1] if isinstance(entries, MatCell) else entries
    if not isinstance(entry, MatStruct):
        return None
    field = "idStrs" if "idStrs" in entry.fields else "idStr"
    labels = _texts(entry.fields.get(field))
    numbers = [str(number) for number in array.roi_numbers.tolist()]
    if not labels or len(labels) != len(numbers) or not labels[0].endswith(numbers[0]):
        return None
    text = labels[0].removesuffix(numbers[0])
    if any(label != text + number for label, number in zip(labels, numbers, strict=True)):
        return None
    number_field = "ids" if "ids" in entry.fields else "id"
    return RowLabels(text=text, field=f"{array.path}.{field}", number_field=number_field)


def _texts(value: MatValue | None) -> list[str]:
    """The texts of a cell, or the lone one; none where an item is no row of char."""
    items = value.items if isinstance(value, MatCell) else (value,)
    texts = [item for item in items if isinstance(item, str)]
    return texts if len(texts) == len(items) else []


_ENTRY = re.compile(r"\.value(?:\{(\d+)\})?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class CalciumFacts:
    """One calcium entry of timeSeriesArrayHash and the subvolume it belongs to.

    labels: of its rows, where they say nothing but the ROI number; None where any says more.
    """

    subvolume: Subvolume
    array: RoiArray
    rows_in_plane_order: bool
    labels: RowLabels | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneFacts:
    """Whether the order of a plane's lists is that of its table of ROIs."""

    recorded_in_order: bool
    records_in_order: bool


class SessionFacts:
    """Lookups over one session, by the 1-based place in timeSeriesArrayHash and in its lists."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.calcium: dict[int, CalciumFacts] = {}
        for subvolume in session.subvolumes:
            for array in subvolume.arrays.values():
                facts = CalciumFacts(
                    subvolume=subvolume, array=array, rows_in_plane_order=_rows_in_plane_order(subvolume, array),
                    labels=row_labels(session.tree, array, position=_position(array.path)),
                )  # fmt: skip
                self.calcium[_position(array.path)] = facts
        self.events = {_position(series.path): series for series in session.events.values()}
        self.arrays = {_position(array.path): kind for kind, array in session.arrays.items()}
        self._planes = {
            plane.name: _plane_facts(plane) for subvolume in session.subvolumes for plane in subvolume.planes
        }

    def plane(self, entry: int, position: int) -> Plane:
        """A plane by the place of its array in timeSeriesArrayHash and its own place in that array, both 1-based."""
        return self.calcium[entry].subvolume.planes[position - 1]

    def plane_facts(self, plane: Plane) -> PlaneFacts:
        """What is known of a plane's lists."""
        return self._planes[plane.name]

    def series_planes(self, entry: int) -> list[tuple[Plane, str]]:
        """Planes of a calcium entry that have rows in it, with the kind of the array."""
        return self._series_planes[entry]

    @cached_property
    def _series_planes(self) -> dict[int, list[tuple[Plane, str]]]:
        return {
            entry: [
                (plane, facts.array.kind)
                for plane in facts.subvolume.planes
                if (traces := facts.subvolume.traces(plane, facts.array.kind)) is not None and traces.rows.size
            ]
            for entry, facts in self.calcium.items()
        }

    @cached_property
    def first_series(self) -> dict[int, tuple[Plane, str] | None]:
        """By calcium entry: plane and kind of the series that owns the subvolume's time stamps; None without any."""
        owners: dict[int, tuple[Plane, str] | None] = {}
        for entry, facts in self.calcium.items():
            having = (
                (plane, kind)
                for plane in facts.subvolume.planes
                for kind in ARRAY_KINDS
                if (traces := facts.subvolume.traces(plane, kind)) is not None and traces.rows.size
            )
            owners[entry] = next(having, None)
        return owners

    def listed_trials(self, number: int) -> np.ndarray | None:
        """Trials that any subvolume of this number lists as valid: several may have it, with other planes each."""
        volumes = [volume for volume in self.session.subvolumes if volume.number == number]
        lists = [volume.valid_trials for volume in volumes if volume.valid_trials is not None]
        return np.concatenate(lists) if lists else None

    def has_clock(self, entry: int) -> bool:
        """Whether the file has a series on the clock of a calcium entry: a trace, or trial numbers alone."""
        return self.first_series[entry] is not None or self.calcium[entry].subvolume.time_ms.size > 0

    @cached_property
    def trial_time_unit(self) -> float | None:
        """The id that `trialTimeUnit` holds."""
        value = self.session.tree.fields.get("trialTimeUnit")
        return float(value.reshape(-1)[0]) if isinstance(value, np.ndarray) and value.size == 1 else None


def _position(path: str) -> int:
    match = _ENTRY.search(path)
    return int(match[1]) if match and match[1] else 1


def _rows_in_plane_order(subvolume: Subvolume, array: RoiArray) -> bool:
    rows = [traces.rows for plane in subvolume.planes if (traces := subvolume.traces(plane, array.kind)) is not None]
    joined = np.concatenate([np.zeros(0, dtype=np.int64), *rows])
    return np.array_equal(joined, np.arange(array.roi_numbers.size))


def _plane_facts(plane: Plane) -> PlaneFacts:
    table = plane.ordered_roi_numbers
    records = np.array([roi.number for roi in plane.rois], dtype=np.int64)
    return PlaneFacts(
        recorded_in_order=np.array_equal(table[np.isin(table, plane.recorded_numbers)], plane.recorded_numbers),
        records_in_order=np.array_equal(table[np.isin(table, records)], records),
    )
