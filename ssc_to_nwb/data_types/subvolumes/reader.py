"""The calcium entries of timeSeriesArrayHash, with what descrHash says of them, put together to subvolumes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import count

import numpy as np

from ssc_to_nwb.clock import TimeUnits
from ssc_to_nwb.data_types.arrays.source import ArrayEntry, read_samples, report_odd
from ssc_to_nwb.data_types.rois.source import (
    Plane,
    PlaneEntry,
    PlaneRecord,
    plane_numbers_from_paths,
    read_frame_index,
    read_plane_record,
)
from ssc_to_nwb.data_types.subvolumes.source import ArrayKind, RoiArray, RowLabels, Subvolume
from ssc_to_nwb.matlab.field import Field, check_numbers_unique, read_hash
from ssc_to_nwb.matlab.tree import MatCell, MatStruct, MatStructArray, describe
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog

_FovNumbers = tuple[int, int] | None


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
        and _equal(one.recorded_numbers, other.recorded_numbers)
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
class CalciumEntry:
    """One calcium entry of timeSeriesArrayHash with what descrHash says of it. plane_fields: of its planes."""

    field: Field
    plane_fields: tuple[Field, ...]
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
        labels=_row_labels(field, roi_numbers),
    )
    report_odd(array.values, f"values of {array.key}", field=field.child("valueMatrix"), log=log)
    fields = tuple(field.child("imagingPlane").items())
    planes = tuple(_read_plane_entry(item, length=array.time_ms.size) for item in fields)
    return CalciumEntry(field=field, plane_fields=fields, array=array, planes=planes, description=description)


def _row_labels(field: Field, roi_numbers: np.ndarray) -> RowLabels | None:
    """None where any label says more than one text and its ROI number, or is no row of char."""
    labels_field, numbers = field.optional("idStrs", "idStr"), [str(number) for number in roi_numbers.tolist()]
    value = None if labels_field is None else labels_field.value
    labels = value.items if isinstance(value, MatCell) else (value,)
    first = labels[0] if labels and numbers else None
    if labels_field is None or not isinstance(first, str) or not first.endswith(numbers[0]):
        return None
    text = first.removesuffix(numbers[0])
    if list(labels) != [text + number for number in numbers]:
        return None
    number_field = field.child("ids", "id").path.rpartition(".")[2]
    return RowLabels(text=text, field=labels_field.path, number_field=number_field)


def _read_plane_entry(field: Field, *, length: int) -> PlaneEntry:
    paths, index = read_frame_index(field, length=length)
    numbers = _unique_integers(field.child("ids", "id"))
    return PlaneEntry(path=field.path, roi_numbers=numbers, listed_paths=paths, frame_index=index)


def _unique_integers(field: Field) -> np.ndarray:
    numbers = field.integers()
    check_numbers_unique(field, numbers, twice=kinds.ROI_NUMBER_TWICE)
    return numbers


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
            plane_numbers_from_paths(plane.listed_paths, fov_pattern=fov_pattern, field=field)
            for plane, field in zip(one.planes, one.plane_fields, strict=True)
        ]
        for one, *_ in groups
    ]
    taken = {numbers[0] for planes in numbers_by_plane for numbers in planes if numbers is not None}
    subvolumes: list[Subvolume] = []
    for position, (group, planes) in enumerate(zip(groups, numbers_by_plane, strict=True), start=1):
        # A subvolume whose paths have no number gets its position, or the next number that no other has.
        free = next(number for number in count(position) if number not in taken)
        volume = _assemble(group, plane_numbers=planes, free_number=free, log=log)
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
    first, own = group[0], entry.array
    if any(other.array.kind == own.kind for other in group):
        expected = "one array per kind and subvolume"
        found = f"{own.kind} in {first.array.key!r} and {own.key!r}"
        raise entry.field.problem(kinds.ARRAY_KIND_TWICE, expected=expected, found=found)
    for name in ("time_ms", "trial"):
        if not np.array_equal(getattr(first.array, name), getattr(own, name)):
            expected = f"{name.removesuffix('_ms')} as in {first.field.path}"
            raise entry.field.problem(kinds.ARRAYS_DISAGREE, expected=expected)
    for one, other, field in zip(first.planes, entry.planes, entry.plane_fields, strict=True):
        own_index, index = other.frame_index, one.frame_index
        if not (
            np.array_equal(index.file_number, own_index.file_number)
            and np.array_equal(index.frame_number, own_index.frame_number)
        ):
            raise field.problem(kinds.ARRAYS_DISAGREE, expected=f"sourceFileFrameIdx as in {one.path}")
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
    group: list[CalciumEntry], *, plane_numbers: list[_FovNumbers], free_number: int, log: ProblemLog
) -> Subvolume:
    first = group[0]
    # They agree where several say something.
    descriptions = [entry.description for entry in group]
    described = next((one for one in descriptions if one.planes), descriptions[0])
    valid_trials = next((one.valid_trials for one in descriptions if one.valid_trials is not None), None)
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
    planes = []
    for place, (entry, record, own) in enumerate(
        zip(first.planes, described.planes, plane_numbers, strict=True), start=1
    ):
        name = f"subvolume_{number:02d}_plane_{place}" if own is None else f"fov_{own[0]:02d}{own[1]:03d}"
        if own is None:
            log.add(kinds.PLANE_NAME_UNKNOWN, file=first.field.file, field=entry.path, found=f"named {name}")
        records = [one.planes[place - 1].record_path for one in descriptions if one.planes]
        sources = (*(one.planes[place - 1].path for one in group), *records)
        plane = Plane(name=name, position=place, sources=sources, **vars(entry), **vars(record))
        if plane.master_image.dtype.kind == "f":
            image = Field(file=first.field.file, path=f"{plane.record_path}.masterImage", value=plane.master_image)
            report_odd(plane.master_image, f"pixels of {name}", field=image, log=log, nan=False)
        planes.append(plane)
    return Subvolume(
        number=number,
        planes=tuple(planes),
        arrays={entry.array.kind: entry.array for entry in group},
        valid_trials=valid_trials,
    )


def _check_session_wide(subvolumes: list[Subvolume], entries: tuple[CalciumEntry, ...]) -> None:
    """ROI numbers and plane names occur once, and every trace has a plane in its own subvolume."""
    owner: dict[int, str] = {}
    for subvolume in subvolumes:
        own: set[int] = set()
        for plane in subvolume.planes:
            for number in plane.all_roi_numbers.tolist():
                if number in owner:
                    found = f"ROI {number} in {owner[number]} and {plane.name}"
                    raise entries[0].field.problem(kinds.ROI_NUMBER_TWICE, found=found)
                owner[number] = plane.name
                own.add(number)
        for entry in entries:
            homeless = [number for number in entry.array.roi_numbers.tolist() if number not in own]
            if homeless and any(entry.array is array for array in subvolume.arrays.values()):
                expected = "ids that a plane lists"
                raise entry.field.problem(kinds.ROI_WITHOUT_PLANE, expected=expected, found=homeless[:10])
    counts = Counter(plane.name for subvolume in subvolumes for plane in subvolume.planes)
    twice = sorted(name for name, count in counts.items() if count > 1)
    if twice:
        raise entries[0].field.problem(kinds.FIELD_VALUE, expected="every plane once", found=twice)
