"""The calcium entries of timeSeriesArrayHash, with what descrHash says of them, put together to subvolumes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields, is_dataclass, replace
from itertools import count
from typing import Any

import numpy as np

from ssc_to_nwb.clock import TimeUnits
from ssc_to_nwb.data_types.arrays.source import ArrayEntry, read_samples, report_odd
from ssc_to_nwb.data_types.rois.source import (
    Plane,
    PlaneEntry,
    PlaneRecord,
    read_plane_entry,
    read_plane_record,
    read_roi_numbers,
)
from ssc_to_nwb.data_types.subvolumes.source import ArrayKind, RoiArray, RowLabels, Subvolume
from ssc_to_nwb.matlab.field import Field, read_hash
from ssc_to_nwb.matlab.leaves import describe
from ssc_to_nwb.matlab.tree import MatCell, MatStruct, MatStructArray
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog, error


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayDescription:
    """descrHash{k}: numbers of the trials with valid data (None where not listed), and one record per plane."""

    path: str
    valid_trials: np.ndarray | None
    planes: tuple[PlaneRecord, ...]

    def agrees_with(self, other: ArrayDescription) -> bool:
        """True where trials, images and ROI records are equal, as far as both have them."""
        trials = self.valid_trials is None or other.valid_trials is None or _same(self.valid_trials, other.valid_trials)
        return trials and (not self.planes or not other.planes or _same(self.planes, other.planes))


def _same(one: Any, other: Any) -> bool:
    """Whether two parts of entries say the same, NaN for NaN, wherever in the source they are."""
    if isinstance(one, np.ndarray):
        # NaN is looked for only where they differ, for it takes its time.
        return np.array_equal(one, other) or np.array_equal(one, other, equal_nan=True)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if is_dataclass(one):
        names = [part.name for part in fields(one) if part.compare]
        return all(_same(getattr(one, name), getattr(other, name)) for name in names)
    return bool(one == other)


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
    """One calcium entry of timeSeriesArrayHash with what descrHash says of it."""

    field: Field
    array: RoiArray
    planes: tuple[PlaneEntry, ...]
    description: ArrayDescription


def read_calcium_entry(
    entry: ArrayEntry, *, kind: ArrayKind, units: TimeUnits, fov_pattern: str, log: ProblemLog
) -> CalciumEntry:
    """Read one entry. Raises field-*, time-backwards, roi-number-twice, frame-index-outside."""
    field, description = entry.value, read_description(entry.described)
    roi_numbers = read_roi_numbers(field.child("ids", "id"))
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
    planes = tuple(
        read_plane_entry(item, length=array.time_ms.size, fov_pattern=fov_pattern)
        for item in field.child("imagingPlane").items()
    )
    return CalciumEntry(field=field, array=array, planes=planes, description=description)


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


def assemble_subvolumes(entries: tuple[CalciumEntry, ...], *, log: ProblemLog) -> tuple[Subvolume, ...]:
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
    taken = {plane.fov[0] for one, *_ in groups for plane in one.planes if plane.fov is not None}
    subvolumes: list[Subvolume] = []
    for position, group in enumerate(groups, start=1):
        # A subvolume whose paths have no number gets its position, or the next number that no other has.
        free = next(number for number in count(position) if number not in taken)
        volume = _assemble(group, free_number=free, log=log)
        taken.add(volume.number)
        occurrence = 1 + sum(other.number == volume.number for other in subvolumes)
        subvolumes.append(replace(volume, occurrence=occurrence))
    if entries:
        _check_session_wide(subvolumes, entries[0].field)
    return tuple(subvolumes)


def _same_planes(one: CalciumEntry, other: CalciumEntry) -> bool:
    """ROI numbers are unique within a session, so the planes' numbers identify the subvolume."""
    planes = [tuple((plane.roi_numbers, plane.listed_paths) for plane in entry.planes) for entry in (one, other)]
    return _same(*planes)


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
    for one, other in zip(first.planes, entry.planes, strict=True):
        if not _same(one.frame_index, other.frame_index):
            expected = f"sourceFileFrameIdx as in {one.path}"
            raise error(kinds.ARRAYS_DISAGREE, file=entry.field.file, field=other.path, expected=expected)
    # What a member that says everything says, the others were compared with when they came.
    complete = [member for member in group if member.description.planes and member.description.valid_trials is not None]
    for member in complete[:1] or group:
        if not entry.description.agrees_with(member.description):
            raise entry.field.problem(
                kinds.ARRAYS_DISAGREE,
                expected=f"descrHash as in {member.description.path}",
                found=f"{entry.description.path} with other masks, images or trials",
            )


def _assemble(group: list[CalciumEntry], *, free_number: int, log: ProblemLog) -> Subvolume:
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
    numbers = {plane.fov[0] for plane in first.planes if plane.fov is not None}
    if len(numbers) > 1:
        raise first.field.problem(kinds.FIELD_VALUE, expected="planes of one subvolume", found=sorted(numbers))
    number = numbers.pop() if numbers else free_number
    planes = []
    for place, (entry, record) in enumerate(zip(first.planes, described.planes, strict=True)):
        if entry.fov is None:
            name = f"subvolume_{number:02d}_plane_{place + 1}"
            log.add(kinds.PLANE_NAME_UNKNOWN, file=first.field.file, field=entry.path, found=f"named {name}")
        else:
            name = f"fov_{entry.fov[0]:02d}{entry.fov[1]:03d}"
        records = [one.planes[place].record_path for one in descriptions if one.planes]
        sources = (*(one.planes[place].path for one in group), *records)
        planes.append(Plane(name=name, position=place + 1, sources=sources, **_parts(entry), **_parts(record)))
        if record.master_image.dtype.kind == "f":
            image = replace(first.field, path=f"{record.record_path}.masterImage")
            report_odd(record.master_image, f"pixels of {name}", field=image, log=log, nan=False)
    return Subvolume(
        number=number,
        planes=tuple(planes),
        arrays={entry.array.kind: entry.array for entry in group},
        valid_trials=valid_trials,
    )


def _parts(one: PlaneEntry | PlaneRecord) -> dict[str, Any]:
    return {part.name: getattr(one, part.name) for part in fields(one)}


def _check_session_wide(subvolumes: list[Subvolume], field: Field) -> None:
    """ROI numbers and plane names occur once, and every trace has a plane in its own subvolume.

    field: that names what two planes share.
    """
    owner: dict[int, str] = {}
    for subvolume in subvolumes:
        for plane in subvolume.planes:
            for number in plane.all_roi_numbers.tolist():
                if owner.setdefault(number, plane.name) != plane.name:
                    found = f"ROI {number} in {owner[number]} and {plane.name}"
                    raise field.problem(kinds.ROI_NUMBER_TWICE, found=found)
        own = np.concatenate([np.zeros(0, np.int64), *(plane.all_roi_numbers for plane in subvolume.planes)])
        for array in subvolume.arrays.values():
            homeless = array.roi_numbers[~np.isin(array.roi_numbers, own)].tolist()
            if homeless:
                expected, found = "ids that a plane lists", homeless[:10]
                raise error(kinds.ROI_WITHOUT_PLANE, file=field.file, field=array.path, expected=expected, found=found)
    counts = Counter(plane.name for subvolume in subvolumes for plane in subvolume.planes)
    twice = sorted(name for name, count in counts.items() if count > 1)
    if twice:
        raise field.problem(kinds.FIELD_VALUE, expected="every plane once", found=twice)
