"""What descrHash says of each entry of timeSeriesArrayHash: valid trials, and the planes' images and ROI records."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ssc_to_nwb.data_types.rois.source import PlaneRecord, read_plane_record
from ssc_to_nwb.matlab.field import Field
from ssc_to_nwb.matlab.hash_map import read_hash
from ssc_to_nwb.matlab.tree import MatCell, MatStruct, MatStructArray, describe
from ssc_to_nwb.problems import source_kinds as kinds


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
            raise value.problem(
                kinds.FIELD_TYPE,
                expected="one struct array of planes and one list of trial numbers",
                found=f"besides them {describe(value.value)}",
            )
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
