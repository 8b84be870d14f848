"""What the rules need to know of a session, worked out once: which array is what, which order is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from ssc_to_nwb.data_types.rois.source import Plane
from ssc_to_nwb.data_types.subvolumes.source import PlaneTraces, RoiArray, Subvolume
from ssc_to_nwb.matlab.tree import MatCell, MatStruct, MatValue
from ssc_to_nwb.session.session import Session

_ENTRY = re.compile(r"\.value(?:\{(\d+)\})?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLabels:
    """Labels of rows that are one text and the row's own ROI number, such as `Ca TS for 1001`: the text is kept once.

    field: path of the labels; number_field: name of the field beside it that has the numbers.
    """

    text: str
    field: str
    number_field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalciumFacts:
    """One calcium entry of timeSeriesArrayHash and the subvolume it belongs to.

    traced: planes and rows of all arrays of the subvolume, the first of which owns the time stamps; labels: of the
    rows, where they say nothing but the ROI number; None where any says more.
    """

    subvolume: Subvolume
    array: RoiArray
    traced: list[tuple[Plane, PlaneTraces]]
    rows_in_plane_order: bool
    labels: RowLabels | None


class SessionFacts:
    """Lookups over one session, by the 1-based place in timeSeriesArrayHash and in its lists."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.calcium: dict[int, CalciumFacts] = {}
        for volume in session.subvolumes:
            traced = volume.traced_planes()
            for array in volume.arrays.values():
                self.calcium[_position(array.path)] = _calcium_facts(session.tree, volume, array, traced)
        self.events = {_position(series.path): series for series in session.events.values()}
        self.arrays = {_position(array.path): kind for kind, array in session.arrays.items()}
        # By the plane's name: whether these lists have the order of its table of ROIs.
        self.recorded_in_order = {plane.name: _in_order(plane, plane.recorded_numbers) for plane in session.planes}
        self.records_in_order = {
            plane.name: _in_order(plane, np.array([roi.number for roi in plane.rois], dtype=np.int64))
            for plane in session.planes
        }

    def plane(self, entry: int, position: int) -> Plane:
        """A plane by the place of its array in timeSeriesArrayHash and its own place in that array, both 1-based."""
        return self.calcium[entry].subvolume.planes[position - 1]


def _position(path: str) -> int:
    match = _ENTRY.search(path)
    return int(match[1]) if match and match[1] else 1


def _in_order(plane: Plane, numbers: np.ndarray) -> bool:
    table = plane.ordered_roi_numbers
    return np.array_equal(table[np.isin(table, numbers)], numbers)


def _calcium_facts(
    tree: MatStruct, volume: Subvolume, array: RoiArray, traced: list[tuple[Plane, PlaneTraces]]
) -> CalciumFacts:
    rows = [traces.rows for _, traces in traced if traces.array is array]
    joined = np.concatenate([np.zeros(0, dtype=np.int64), *rows])
    return CalciumFacts(
        subvolume=volume,
        array=array,
        traced=traced,
        rows_in_plane_order=np.array_equal(joined, np.arange(array.roi_numbers.size)),
        labels=_row_labels(tree, array),
    )


def _row_labels(tree: MatStruct, array: RoiArray) -> RowLabels | None:
    arrays = tree.fields.get("timeSeriesArrayHash")
    entries = arrays.fields.get("value") if isinstance(arrays, MatStruct) else None
    entry = entries.items[_position(array.path) - 1] if isinstance(entries, MatCell) else entries
    if not isinstance(entry, MatStruct):
        return None
    field = "idStrs" if "idStrs" in entry.fields else "idStr"
    labels = _texts(entry.fields.get(field))
    numbers = [str(number) for number in array.roi_numbers.tolist()]
    if not labels or len(labels) != len(numbers) or not labels[0].endswith(numbers[0]):
        return None
    text = labels[0].removesuffix(numbers[0])
    if labels != [text + number for number in numbers]:
        return None
    number_field = "ids" if "ids" in entry.fields else "id"
    return RowLabels(text=text, field=f"{array.path}.{field}", number_field=number_field)


def _texts(value: MatValue | None) -> list[str]:
    """The texts of a cell, or the lone one; none where an item is no row of char."""
    items = value.items if isinstance(value, MatCell) else (value,)
    texts = [item for item in items if isinstance(item, str)]
    return texts if len(texts) == len(items) else []
