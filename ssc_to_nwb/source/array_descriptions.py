"""What descrHash says of each entry of timeSeriesArrayHash: valid trials, and the planes' images and ROI records."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ssc_to_nwb.problems import source_kinds as kinds
from ssc_to_nwb.source.field import Field
from ssc_to_nwb.source.hash_map import read_hash
from ssc_to_nwb.source.mat_tree import MatStruct, MatStructArray
from ssc_to_nwb.source.plane import PlaneRecord, read_plane_record


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayDescription:
    """descrHash{k}: numbers of the trials with valid data (None where not listed), and one record per plane."""

    path: str
    valid_trials: np.ndarray | None
    planes: tuple[PlaneRecord, ...]

    def same_as(self, other: ArrayDescription) -> bool:
        """True where trials, images and ROI records are equal."""
        return (
            _equal(self.valid_trials, other.valid_trials)
            and len(self.planes) == len(other.planes)
            and all(_same_record(a, b) for a, b in zip(self.planes, other.planes, strict=True))
        )


def _equal(one: np.ndarray | None, other: np.ndarray | None) -> bool:
    if one is None or other is None:
        return one is other
    return np.array_equal(one, other)


def _same_record(one: PlaneRecord, other: PlaneRecord) -> bool:
    return (
        np.array_equal(one.master_image, other.master_image)
        and np.array_equal(one.roi_numbers, other.roi_numbers)
        and len(one.rois) == len(other.rois)
        and all(
            a.number == b.number
            and np.array_equal(a.linear_indices, b.linear_indices)
            and np.array_equal(a.corners_xy, b.corners_xy, equal_nan=True)
            for a, b in zip(one.rois, other.rois, strict=True)
        )
    )


def read_array_descriptions(field: Field | None, *, count: int) -> tuple[ArrayDescription, ...]:
    """One description per entry of timeSeriesArrayHash; an absent or empty descrHash gives empty ones.

    The values of a descrHash are told apart by what they are, not by their place: a struct array holds the planes,
    numbers are the valid trials. Raises field-length, field-type.
    """
    if field is None or field.is_empty:
        return (ArrayDescription(path="", valid_trials=None, planes=()),) * count
    items = field.items()
    if len(items) != count:
        raise field.problem(kinds.FIELD_LENGTH, expected=f"{count} items, as in value", found=len(items))
    return tuple(_read_description(item) for item in items)


def _read_description(field: Field) -> ArrayDescription:
    valid_trials: np.ndarray | None = None
    planes: tuple[PlaneRecord, ...] | None = None
    values = (field,) if not isinstance(field.value, MatStruct) else tuple(e.value for e in read_hash(field))
    for value in values:
        if isinstance(value.value, MatStruct | MatStructArray) and planes is None:
            planes = tuple(read_plane_record(item) for item in value.items())
        elif isinstance(value.value, np.ndarray) and valid_trials is None:
            valid_trials = value.integers()
        else:
            raise value.problem(
                kinds.FIELD_TYPE,
                expected="one struct array of planes and one list of trial numbers",
                found="a further value",
            )
    return ArrayDescription(path=field.path, valid_trials=valid_trials, planes=planes or ())
