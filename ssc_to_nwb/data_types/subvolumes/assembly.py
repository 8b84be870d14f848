"""Puts the calcium entries of one subvolume together: dF/F, raw fluorescence and events of the same planes."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import numpy as np

from ssc_to_nwb.data_types.rois.frame_index import plane_numbers_from_paths
from ssc_to_nwb.data_types.rois.source import Plane, PlaneRecord, report_missing_records
from ssc_to_nwb.data_types.subvolumes.reader import ArrayDescription, CalciumEntry, PlaneEntry
from ssc_to_nwb.data_types.subvolumes.source import Subvolume
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog

_FovNumbers = tuple[int, int] | None


def assemble_subvolumes(
    entries: tuple[CalciumEntry, ...], *, fov_pattern: str, log: ProblemLog
) -> tuple[Subvolume, ...]:
    """Group entries that image the same ROIs into subvolumes, in the order of their first entry.

    Raises array-kind-twice, arrays-disagree, roi-number-twice, roi-without-plane, field-length, field-value.
    """
    groups: list[list[CalciumEntry]] = []
    for entry in entries:
        group = next((group for group in groups if _same_planes(group[0], entry)), None)
        if group is None:
            groups.append([entry])
            continue
        _check_joins(group, entry)
        group.append(entry)
    numbers_by_plane = [
        [
            plane_numbers_from_paths(one.listed_paths, fov_pattern=fov_pattern, field=one.field)
            for one in group[0].planes
        ]
        for group in groups
    ]
    taken = {numbers[0] for planes in numbers_by_plane for numbers in planes if numbers is not None}
    subvolumes: list[Subvolume] = []
    for position, (group, planes) in enumerate(zip(groups, numbers_by_plane, strict=True), start=1):
        # A subvolume whose paths have no number gets its position, or the next number that no other has.
        free = next(number for number in count(position) if number not in taken)
        volume = _assemble(group, position=position, plane_numbers=planes, free_number=free, log=log)
        taken.add(volume.number)
        occurrence = 1 + sum(other.number == volume.number for other in subvolumes)
        subvolumes.append(replace(volume, occurrence=occurrence))
    _check_session_wide(subvolumes, entries)
    return tuple(subvolumes)


def _same_planes(one: CalciumEntry, other: CalciumEntry) -> bool:
    """ROI numbers are unique within a session, so the planes' numbers identify the subvolume."""
    return len(one.planes) == len(other.planes) and all(
        np.array_equal(first.roi_numbers, second.roi_numbers) and first.listed_paths == second.listed_paths
        for first, second in zip(one.planes, other.planes, strict=True)
    )


def _check_joins(group: list[CalciumEntry], entry: CalciumEntry) -> None:
    first = group[0]
    if any(other.array.kind == entry.array.kind for other in group):
        expected = "one array per kind and subvolume"
        found = f"{entry.array.kind} in {first.array.key!r} and {entry.array.key!r}"
        raise entry.field.problem(kinds.ARRAY_KIND_TWICE, expected=expected, found=found)
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
    # What a member that says everything says, the others were compared with when they came.
    complete = [member for member in group if member.description.planes and member.description.valid_trials is not None]
    for member in complete[:1] or group:
        if not entry.description.agrees_with(member.description):
            raise entry.field.problem(
                kinds.ARRAYS_DISAGREE,
                expected=f"descrHash as in {member.description.path}",
                found=f"{entry.description.path} with other masks, images or trials",
            )


def _assemble(
    group: list[CalciumEntry], *, position: int, plane_numbers: list[_FovNumbers], free_number: int, log: ProblemLog
) -> Subvolume:
    first = group[0]
    described = _joined_description([entry.description for entry in group])
    if described.planes and not first.planes:
        expected = f"{len(described.planes)} planes, as in {described.path}"
        raise first.field.child("imagingPlane").problem(kinds.FIELD_LENGTH, expected=expected, found=0)
    if len(described.planes) != len(first.planes):
        expected = f"{len(first.planes)} planes in {described.path or 'descrHash'}, as in imagingPlane"
        raise first.field.problem(kinds.FIELD_LENGTH, expected=expected, found=len(described.planes))
    numbers = {one[0] for one in plane_numbers if one is not None}
    if len(numbers) > 1:
        raise first.field.problem(kinds.FIELD_VALUE, expected="planes of one subvolume", found=sorted(numbers))
    number = numbers.pop() if numbers else free_number
    parts = enumerate(zip(first.planes, described.planes, plane_numbers, strict=True), start=1)
    planes = tuple(
        _make_plane(entry, record, subvolume_number=number, position=place, numbers=one, log=log)
        for place, (entry, record, one) in parts
    )
    return Subvolume(
        number=number,
        position=position,
        planes=planes,
        arrays={entry.array.kind: entry.array for entry in group},
        valid_trials=described.valid_trials,
    )


def _joined_description(descriptions: list[ArrayDescription]) -> ArrayDescription:
    """Planes and valid trials, each from the first description that has them; they agree where several do."""
    planes = next((one for one in descriptions if one.planes), descriptions[0])
    trials = next((one for one in descriptions if one.valid_trials is not None), descriptions[0])
    return ArrayDescription(path=planes.path, valid_trials=trials.valid_trials, planes=planes.planes)


def _make_plane(
    entry: PlaneEntry,
    record: PlaneRecord,
    *,
    subvolume_number: int,
    position: int,
    numbers: _FovNumbers,
    log: ProblemLog,
) -> Plane:
    if numbers is None:
        name = f"subvolume_{subvolume_number:02d}_plane_{position}"
        log.add(kinds.PLANE_NAME_UNKNOWN, file=entry.field.file, field=entry.field.path, found=f"named {name}")
    else:
        name = f"fov_{numbers[0]:02d}{numbers[1]:03d}"
    plane = Plane(
        name=name,
        subvolume_number=subvolume_number,
        plane_number=position if numbers is None else numbers[1],
        position=position,
        path=entry.field.path,
        record_path=record.path,
        roi_numbers=entry.roi_numbers,
        recorded_numbers=record.roi_numbers,
        rois=record.rois,
        listed_paths=entry.listed_paths,
        frame_index=entry.frame_index,
        master_image=record.master_image,
    )
    report_missing_records(plane, file=entry.field.file, log=log)
    return plane


def _check_session_wide(subvolumes: list[Subvolume], entries: tuple[CalciumEntry, ...]) -> None:
    """ROI numbers and plane names occur once, and every trace has a plane in its own subvolume."""
    owner: dict[int, str] = {}
    names: list[str] = []
    for subvolume in subvolumes:
        own: set[int] = set()
        for plane in subvolume.planes:
            names.append(plane.name)
            for number in plane.all_roi_numbers.tolist():
                if number in owner:
                    raise entries[0].field.problem(
                        kinds.ROI_NUMBER_TWICE, found=f"ROI {number} in {owner[number]} and {plane.name}"
                    )
                owner[number] = plane.name
                own.add(number)
        for array in subvolume.arrays.values():
            homeless = [number for number in array.roi_numbers.tolist() if number not in own]
            if homeless:
                entry = next(entry for entry in entries if entry.array is array)
                raise entry.field.problem(
                    kinds.ROI_WITHOUT_PLANE, expected="ids that a plane lists", found=homeless[:10]
                )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise entries[0].field.problem(kinds.FIELD_VALUE, expected="every plane once", found=twice)
