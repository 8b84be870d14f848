"""Reads the calcium entries of timeSeriesArrayHash, each by itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ssc_to_nwb.clock import TimeUnits, check_times_increase
from ssc_to_nwb.data_types.arrays.source import ArrayEntry
from ssc_to_nwb.data_types.rois import problems as rois_problems
from ssc_to_nwb.data_types.rois.frame_index import FrameIndex, read_frame_index
from ssc_to_nwb.data_types.subvolumes.array_descriptions import ArrayDescription, read_description
from ssc_to_nwb.data_types.subvolumes.source import ArrayKind, RoiArray
from ssc_to_nwb.data_types.trial_labels.source import NO_TRIAL
from ssc_to_nwb.matlab.field import Field, check_numbers_unique
from ssc_to_nwb.problems import source_kinds as kinds
from ssc_to_nwb.problems.model import ProblemLog


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
    time_field = field.child("time")
    time_ms = units.to_ms(time_field, field.child("timeUnit"))
    check_times_increase(time_field, time_ms, log=log)
    values = field.child("valueMatrix").matrix(rows=roi_numbers.size, columns=time_ms.size)
    array = RoiArray(
        kind=kind,
        path=field.path,
        key=entry.key,
        description=entry.description,
        roi_numbers=roi_numbers,
        values=values if values.dtype.kind == "f" else values.astype(np.float64),
        time_ms=time_ms,
        trial=field.child("trial").integers(length=time_ms.size, nan_as=NO_TRIAL),
    )
    _report_nan(field, array=array, log=log)
    planes = tuple(_read_plane_entry(item, length=time_ms.size) for item in field.child("imagingPlane").items())
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
    check_numbers_unique(field, numbers, twice=rois_problems.ROI_NUMBER_TWICE)
    return numbers


def _report_nan(field: Field, *, array: RoiArray, log: ProblemLog) -> None:
    count = int(np.isnan(array.values).sum())
    if count:
        log.add(
            kinds.VALUES_NAN, file=field.file, field=f"{field.path}.valueMatrix",
            found=f"{count} of {array.values.size} values of {array.key}",
        )  # fmt: skip
