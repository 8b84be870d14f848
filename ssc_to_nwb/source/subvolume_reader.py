"""Reads the calcium entries of timeSeriesArrayHash and puts those of one subvolume together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ssc_to_nwb.problems import source_kinds as kinds
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.source.array_descriptions import ArrayDescription
from ssc_to_nwb.source.clock import TimeUnits, check_times_increase
from ssc_to_nwb.source.field import Field
from ssc_to_nwb.source.plane import (
    FrameIndex,
    Plane,
    plane_numbers_from_paths,
    read_frame_index,
    report_missing_records,
)
from ssc_to_nwb.source.subvolume import ArrayKind, RoiArray, Subvolume


@dataclass(frozen=True, slots=True, kw_only=True)
class _PlaneEntry:
    field: Field
    roi_numbers: np.ndarray
    listed_paths: tuple[str, ...]
    frame_index: FrameIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class CalciumEntry:
    """One calcium entry of timeSeriesArrayHash with what descrHash says of it."""

    field: Field
    array: RoiArray
    planes: tuple[_PlaneEntry, ...]
    description: ArrayDescription


def read_calcium_entry(
    field: Field,
    *,
    kind: ArrayKind,
    key: str,
    text: str,
    units: TimeUnits,
    description: ArrayDescription,
    log: ProblemLog,
) -> CalciumEntry:
    """Read one entry. Raises field-*, time-backwards, roi-number-twice, frame-index-outside, roi-without-plane."""
    roi_numbers = _unique_integers(field.child("ids", "id"))
    time_field = field.child("time")
    time_ms = units.to_ms(time_field, field.child("timeUnit"))
    check_times_increase(time_field, time_ms, log=log)
    values = field.child("valueMatrix").matrix(rows=roi_numbers.size, columns=time_ms.size)
    array = RoiArray(
        kind=kind,
        path=field.path,
        key=key,
        description=text,
        roi_numbers=roi_numbers,
        values=values if values.dtype.kind == "f" else values.astype(np.float64),
        time_ms=time_ms,
        trial=field.child("trial").integers(length=time_ms.size, nan_as=-1),
    )
    _report_nan(field, array=array, log=log)
    planes = tuple(_read_plane_entry(item, length=time_ms.size) for item in field.child("imagingPlane").items())
    return CalciumEntry(field=field, array=array, planes=planes, description=description)


def _read_plane_entry(field: Field, *, length: int) -> _PlaneEntry:
    paths, frame_index = read_frame_index(field, length=length)
    return _PlaneEntry(
        field=field,
        roi_numbers=_unique_integers(field.child("ids", "id")),
        listed_paths=paths,
        frame_index=frame_index,
    )


def _unique_integers(field: Field) -> np.ndarray:
    numbers = field.integers()
    values, counts = np.unique(numbers, return_counts=True)
    if (counts > 1).any():
        raise field.problem(kinds.ROI_TWICE, found=values[counts > 1].tolist())
    return numbers


def _report_nan(field: Field, *, array: RoiArray, log: ProblemLog) -> None:
    count = int(np.isnan(array.values).sum())
    if count:
        log.add(
            kinds.VALUES_NAN, file=field.file, field=f"{field.path}.valueMatrix",
            found=f"{count} of {array.values.size} values of {array.key}",
        )  # fmt: skip


def assemble_subvolumes(
    entries: tuple[CalciumEntry, ...], *, fov_pattern: str, log: ProblemLog
) -> tuple[Subvolume, ...]:
    """Group entries that image the same ROIs into subvolumes, in the order of their first entry.

    Raises array-kind-twice, arrays-disagree, roi-number-twice, roi-without-plane.
    """
    groups: list[list[CalciumEntry]] = []
    for entry in entries:
        group = next((group for group in groups if _same_planes(group[0], entry)), None)
        if group is None:
            groups.append([entry])
            continue
        _check_joins(group, entry)
        group.append(entry)
    subvolumes = tuple(
        _assemble(group, position=position, fov_pattern=fov_pattern, log=log)
        for position, group in enumerate(groups, start=1)
    )
    _check_session_wide(subvolumes, entries)
    return subvolumes


def _same_planes(one: CalciumEntry, other: CalciumEntry) -> bool:
    """ROI numbers are unique within a session, so the planes' numbers tell the subvolume."""
    return len(one.planes) == len(other.planes) and all(
        np.array_equal(first.roi_numbers, second.roi_numbers) and first.listed_paths == second.listed_paths
        for first, second in zip(one.planes, other.planes, strict=True)
    )


def _check_joins(group: list[CalciumEntry], entry: CalciumEntry) -> None:
    first = group[0]
    if any(other.array.kind == entry.array.kind for other in group):
        raise entry.field.problem(
            kinds.ARRAY_KIND_TWICE,
            expected="one array per kind and subvolume",
            found=f"{entry.array.kind} in {first.array.key!r} and {entry.array.key!r}",
        )
    if not np.array_equal(first.array.time_ms, entry.array.time_ms):
        raise entry.field.problem(kinds.ARRAYS_DISAGREE, expected=f"time as in {first.field.path}")
    if not np.array_equal(first.array.trial, entry.array.trial):
        raise entry.field.problem(kinds.ARRAYS_DISAGREE, expected=f"trial as in {first.field.path}")
    for one, other in zip(first.planes, entry.planes, strict=True):
        if not (
            np.array_equal(one.frame_index.file_number, other.frame_index.file_number)
            and np.array_equal(one.frame_index.frame_number, other.frame_index.frame_number)
        ):
            raise other.field.problem(kinds.ARRAYS_DISAGREE, expected=f"sourceFileFrameIdx as in {one.field.path}")
    if entry.description.planes and first.description.planes and not entry.description.same_as(first.description):
        raise entry.field.problem(
            kinds.ARRAYS_DISAGREE,
            expected=f"descrHash as in {first.description.path}",
            found=f"{entry.description.path} with other masks, images or trials",
        )


def _assemble(group: list[CalciumEntry], *, position: int, fov_pattern: str, log: ProblemLog) -> Subvolume:
    first = group[0]
    described = next((entry.description for entry in group if entry.description.planes), None)
    if described is None or len(described.planes) != len(first.planes):
        raise first.field.problem(
            kinds.FIELD_LENGTH,
            expected=f"{len(first.planes)} planes in {first.description.path or 'descrHash'}, as in imagingPlane",
            found=0 if described is None else len(described.planes),
        )
    told = [
        plane_numbers_from_paths(entry.listed_paths, fov_pattern=fov_pattern, field=entry.field)
        for entry in first.planes
    ]
    subvolume_numbers = {numbers[0] for numbers in told if numbers is not None}
    if len(subvolume_numbers) > 1:
        raise first.field.problem(
            kinds.FIELD_VALUE, expected="planes of one subvolume", found=sorted(subvolume_numbers)
        )
    number = subvolume_numbers.pop() if subvolume_numbers else position
    planes = []
    for place, (entry, record, numbers) in enumerate(zip(first.planes, described.planes, told, strict=True), 1):
        if numbers is None:
            name = f"subvolume_{number:02d}_plane_{place}"
            log.add(kinds.PLANE_NAME_UNTOLD, file=entry.field.file, field=entry.field.path, found=f"named {name}")
        else:
            name = f"fov_{numbers[0]:02d}{numbers[1]:03d}"
        planes.append(
            Plane(
                name=name,
                subvolume_number=number,
                plane_number=place if numbers is None else numbers[1],
                position=place,
                path=entry.field.path,
                record_path=record.path,
                roi_numbers=entry.roi_numbers,
                recorded_numbers=record.roi_numbers,
                rois=record.rois,
                listed_paths=entry.listed_paths,
                frame_index=entry.frame_index,
                master_image=record.master_image,
            )
        )
        report_missing_records(planes[-1], file=entry.field.file, log=log)
    return Subvolume(
        number=number,
        position=position,
        planes=tuple(planes),
        arrays={entry.array.kind: entry.array for entry in group},
        valid_trials=described.valid_trials,
    )


def _check_session_wide(subvolumes: tuple[Subvolume, ...], entries: tuple[CalciumEntry, ...]) -> None:
    """ROI numbers and plane names occur once, and every trace has a plane."""
    owner: dict[int, str] = {}
    names: list[str] = []
    for subvolume in subvolumes:
        for plane in subvolume.planes:
            names.append(plane.name)
            for number in plane.all_roi_numbers.tolist():
                if number in owner:
                    raise entries[0].field.problem(
                        kinds.ROI_TWICE, found=f"ROI {number} in {owner[number]} and {plane.name}"
                    )
                owner[number] = plane.name
        for array in subvolume.arrays.values():
            homeless = [number for number in array.roi_numbers.tolist() if number not in owner]
            if homeless:
                entry = next(entry for entry in entries if entry.array is array)
                raise entry.field.problem(
                    kinds.ROI_WITHOUT_PLANE, expected="ids that a plane lists", found=homeless[:10]
                )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise entries[0].field.problem(kinds.FIELD_VALUE, expected="every plane once", found=twice)
