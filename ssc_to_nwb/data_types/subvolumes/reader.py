"""The calcium entries of timeSeriesArrayHash, each by itself, with what descrHash says of it and of its planes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ssc_to_nwb.clock import TimeUnits
from ssc_to_nwb.data_types.arrays.source import ArrayEntry, read_samples, report_nan
from ssc_to_nwb.data_types.rois.frame_index import FrameIndex, read_frame_index
from ssc_to_nwb.data_types.rois.source import PlaneRecord, read_plane_record
from ssc_to_nwb.data_types.subvolumes.source import ArrayKind, RoiArray
from ssc_to_nwb.matlab.field import Field, check_numbers_unique, read_hash
from ssc_to_nwb.matlab.tree import MatCell, MatStruct, MatStructArray, describe
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayDescription:
    """descrHash{k}: numbers of the trials with valid data (None where not listed), and one record per plane."""

    path: str
    valid_trials: np.ndarray | None
    planes: tuple[PlaneRecord, ...]

    def agrees_with(self, other: ArrayDescription) -> bool:
        """True where trials, images and ROI records are equal, as far as both have them."""
        trials = [one.valid_trials for one in (self, other) if one.valid_trials is not None]
        if len(trials) == 2 and not np.array_equal(trials[0], trials[1]):
            return False
        if not self.planes or not other.planes:
            return True
        return len(self.planes) == len(other.planes) and all(
            _same_record(one, another) for one, another in zip(self.planes, other.planes, strict=True)
        )


def _same_record(one: PlaneRecord, other: PlaneRecord) -> bool:
    return (
        _equal(one.master_image, other.master_image)
        and _equal(one.roi_numbers, other.roi_numbers)
        and len(one.rois) == len(other.rois)
        and all(
            a.number == b.number and _equal(a.linear_indices, b.linear_indices) and _equal(a.corners_xy, b.corners_xy)
            for a, b in zip(one.rois, other.rois, strict=True)
        )
    )


def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    """True where arrays are equal, NaN for NaN; that is looked for only where they differ, for it takes its time."""
    return np.array_equal(one, other) or np.array_equal(one, other, equal_nan=True)


def read_description(field: Field | None) -> ArrayDescription:
    """What an item of descrHash says; an absent or empty one says nothing.

    Its values are distinguished by what they are, not by position: structs are the planes, numbers are the valid
    trials. Raises field-type, and what the records of planes raise.
    """
    if field is None or field.is_empty:
        return ArrayDescription(path="", valid_trials=None, planes=())
    values = (field,) if not isinstance(field.value, MatStruct) else tuple(e.value for e in read_hash(field))
    planes = [value for value in values if _holds_structs(value)]
    numbers = [value for value in values if isinstance(value.value, np.ndarray)]
    if len(numbers) > 1:
        # There may be an empty array in the place of the planes.
        numbers = [value for value in numbers if not value.is_empty] or numbers[:1]
    understood = [*planes[:1], *numbers[:1]]
    for value in values:
        if not value.is_empty and all(value is not one for one in understood):
            expected = "one struct array of planes and one list of trial numbers"
            raise value.problem(kinds.FIELD_TYPE, expected=expected, found=f"besides them {describe(value.value)}")
    return ArrayDescription(
        path=field.path,
        valid_trials=numbers[0].integers() if numbers else None,
        planes=tuple(read_plane_record(item) for value in planes[:1] for item in value.items()),
    )


def _holds_structs(field: Field) -> bool:
    """True for a struct, a struct array, or a cell of structs."""
    if isinstance(field.value, MatCell):
        return bool(field.value.items) and all(isinstance(item, MatStruct) for item in field.value.items)
    return isinstance(field.value, MatStruct | MatStructArray)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneEntry:
    """imagingPlane{p} of one calcium entry: its ROIs, and the frames of its files."""

    field: Field
    roi_numbers: np.ndarray
    listed_paths: tuple[str, ...]
    frame_index: FrameIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class CalciumEntry:
    """One calcium entry of timeSeriesArrayHash with what descrHash says of it."""

    field: Field
    array: RoiArray
    planes: tuple[PlaneEntry, ...]
    description: ArrayDescription


def read_calcium_entry(entry: ArrayEntry, *, kind: ArrayKind, units: TimeUnits, log: ProblemLog) -> CalciumEntry:
    """Read one entry. Raises field-*, time-backwards, roi-number-twice, frame-index-outside, roi-without-plane."""
    field, description = entry.value, read_description(entry.described)
    roi_numbers = _unique_integers(field.child("ids", "id"))
    samples = read_samples(field, rows=roi_numbers.size, units=units, log=log)
    array = RoiArray(
        kind=kind,
        path=field.path,
        key=entry.key,
        description=entry.description,
        roi_numbers=roi_numbers,
        values=samples.values,
        time_ms=samples.time_ms,
        trial=samples.trial,
    )
    report_nan(array.values, f"values of {array.key}", file=field.file, field=f"{field.path}.valueMatrix", log=log)
    length = array.time_ms.size
    planes = tuple(_read_plane_entry(item, length=length) for item in field.child("imagingPlane").items())
    return CalciumEntry(field=field, array=array, planes=planes, description=description)


def _read_plane_entry(field: Field, *, length: int) -> PlaneEntry:
    paths, frame_index = read_frame_index(field, length=length)
    return PlaneEntry(
        field=field,
        roi_numbers=_unique_integers(field.child("ids", "id")),
        listed_paths=paths,
        frame_index=frame_index,
    )


def _unique_integers(field: Field) -> np.ndarray:
    numbers = field.integers()
    check_numbers_unique(field, numbers, twice=kinds.ROI_NUMBER_TWICE)
    return numbers
