"""Imaging planes: their ROIs, their master image, and the frame of a file that each of their time stamps is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.matlab.field import Field, check_numbers_unique, integers_of_each
from ssc_to_nwb.matlab.leaves import describe
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemKind, ProblemLog
from ssc_to_nwb.quantities import listed, plural

if TYPE_CHECKING:
    from ssc_to_nwb.session.session import Session

NO_FRAME = -1
_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Roi:
    """One ROI record.

    Attributes
    ----------
    path : str
        Where it is in the session struct.
    number : int
        The ROI's number.
    corners_xy : ndarray of float64, (2, C)
        Outline as the source has it: row 0 x, row 1 y, in pixels counted from 1.
    linear_indices : ndarray of int64, (N,)
        Pixels, column-major, counted from 1.
    """

    path: str = field(compare=False)
    number: int
    corners_xy: np.ndarray
    linear_indices: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameIndex:
    """For each of the F time stamps of a subvolume, the frame of one plane: 0-based, -1 where there is none.

    file_number: int64 (F,), position in the plane's `listed_paths`; frame_number: int64 (F,), plane frame within that
    file; a plane frame is a green and a red page.
    """

    file_number: np.ndarray
    frame_number: np.ndarray

    @property
    def present(self) -> np.ndarray:
        """bool (F,): where the plane has a frame."""
        present: np.ndarray = self.file_number != NO_FRAME
        return present


@dataclass(frozen=True, kw_only=True)
class PlaneEntry:
    """What imagingPlane of an array says of a plane.

    path: of its entry; roi_numbers: int64, from ids; listed_paths: sourceFileList, as the source has it; frame_index: a
    frame per time stamp; fov: numbers of subvolume and plane, (VV, PPP), from the paths, None where they say nothing.
    """

    path: str = field(compare=False)
    roi_numbers: np.ndarray
    listed_paths: tuple[str, ...]
    frame_index: FrameIndex
    fov: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class PlaneRecord:
    """What descrHash says of a plane.

    record_path: of its record; recorded_numbers: int64, from roiIds; rois: the records there are; master_image: (rows,
    columns, channels), green, then red, in the source's class.
    """

    record_path: str = field(compare=False)
    recorded_numbers: np.ndarray
    rois: tuple[Roi, ...]
    master_image: np.ndarray

    @cached_property
    def record_numbers(self) -> np.ndarray:
        """ROI numbers of the records, int64."""
        return np.array([roi.number for roi in self.rois], dtype=np.int64)


@dataclass(frozen=True, kw_only=True)
class Plane(PlaneEntry, PlaneRecord):
    """One imaging plane of a subvolume, with all that its entry and its record say.

    Attributes
    ----------
    name : str
        `fov_VVPPP` from the folder of its files, or `subvolume_VV_plane_P` by position where that is unknown.
    position : int
        Place within the subvolume, counted from 1.
    sources : tuple of str
        Its entries and records in the session struct: every array of a subvolume has its own, which say the same.
    """

    name: str
    position: int
    sources: tuple[str, ...] = ()

    @property
    def image_shape(self) -> tuple[int, int]:
        """(rows, columns) of the master image, and so of the frames and masks."""
        return int(self.master_image.shape[0]), int(self.master_image.shape[1])

    @property
    def roi_lists(self) -> dict[str, np.ndarray]:
        """The ROI numbers of each list that the source has of the plane's ROIs."""
        return {"imagingPlane.ids": self.roi_numbers, "roiIds": self.recorded_numbers, "rois": self.record_numbers}

    @cached_property
    def all_roi_numbers(self) -> np.ndarray:
        """Every ROI number of the plane, ascending: those of all lists together."""
        return np.unique(np.concatenate(list(self.roi_lists.values())))

    @cached_property
    def ordered_roi_numbers(self) -> np.ndarray:
        """The same numbers in imagingPlane's own order, then ascending those that it lacks."""
        return np.concatenate([self.roi_numbers, np.setdiff1d(self.all_roi_numbers, self.roi_numbers)])

    @cached_property
    def lists_in_order(self) -> frozenset[str]:
        """The lists that have the order of `ordered_roi_numbers`."""
        ordered, lists = self.ordered_roi_numbers, self.roi_lists.items()
        return frozenset(name for name, of in lists if np.array_equal(ordered[np.isin(ordered, of)], of))


def read_plane_entry(field: Field, *, length: int, fov_pattern: str) -> PlaneEntry:
    """An item of imagingPlane, of an array with `length` time stamps.

    fov_pattern: as of `plane_numbers_from_paths`. Raises field-*, roi-number-twice, frame-index-outside.
    """
    paths, index = read_frame_index(field, length=length)
    return PlaneEntry(
        path=field.path,
        roi_numbers=read_roi_numbers(field.child("ids", "id")),
        listed_paths=paths,
        frame_index=index,
        fov=plane_numbers_from_paths(paths, fov_pattern=fov_pattern, field=field),
    )


def read_roi_numbers(field: Field) -> np.ndarray:
    """A list of ROI numbers, int64. Raises field-*, roi-number-twice."""
    numbers = field.integers()
    check_numbers_unique(field, numbers, twice=kinds.ROI_NUMBER_TWICE)
    return numbers


def read_plane_record(field: Field) -> PlaneRecord:
    """One element of the struct array in descrHash. Raises field-*, roi-number-twice, roi-pixel-outside."""
    image = _read_master_image(field.child("masterImage"))
    rois = _read_rois(field.child("rois"), image_shape=image.shape[:2])
    numbers = np.array([roi.number for roi in rois], dtype=np.int64)
    check_numbers_unique(field.child("rois"), numbers, twice=kinds.ROI_NUMBER_TWICE)
    listed = read_roi_numbers(field.child("roiIds"))
    return PlaneRecord(record_path=field.path, master_image=image, recorded_numbers=listed, rois=rois)


def _read_master_image(field: Field) -> np.ndarray:
    image = field.array()
    if image.ndim == 2:
        image = image[:, :, np.newaxis]
    if image.ndim != 3 or image.shape[2] not in (1, 2) or not image.size:
        expected = "rows x columns, or rows x columns x 2 (green, red)"
        raise field.problem(kinds.FIELD_TYPE, expected=expected, found=describe(field.value))
    return image


def _read_rois(field: Field, *, image_shape: tuple[int, ...]) -> tuple[Roi, ...]:
    """The records of a plane, each kind of field at once: there are tens of thousands of records in a session."""
    records = field.items()
    numbers = integers_of_each([record.child("id") for record in records], length=1)
    pixels = [record.child("indicesWithinImage") for record in records]
    rois = tuple(
        Roi(path=record.path, number=int(number[0]), corners_xy=_read_corners(record), linear_indices=indices)
        for record, number, indices in zip(records, numbers, integers_of_each(pixels), strict=True)
    )
    _check_within(rois, pixels, image_shape=image_shape)
    return rois


def _check_within(rois: Sequence[Roi], pixels: Sequence[Field], *, image_shape: tuple[int, ...]) -> None:
    """See that all pixels of a plane are in its image; pixels: the field of each ROI. Raises roi-pixel-outside."""
    last = image_shape[0] * image_shape[1]

    def is_outside(numbers: np.ndarray) -> np.ndarray:
        return (numbers < 1) | (numbers > last)

    if rois and is_outside(np.concatenate([roi.linear_indices for roi in rois])).any():
        roi, field = next(pair for pair in zip(rois, pixels, strict=True) if is_outside(pair[0].linear_indices).any())
        raise field.problem(
            kinds.ROI_PIXEL_OUTSIDE,
            expected=f"1 to {last} ({image_shape[0]} rows x {image_shape[1]} columns)",
            found=f"{roi.linear_indices[is_outside(roi.linear_indices)][0]} in ROI {roi.number}",
        )


def _read_corners(record: Field) -> np.ndarray:
    field = record.child("cornersXY")
    corners = field.array()
    if corners.size and (corners.ndim != 2 or corners.shape[0] != 2):
        raise field.problem(kinds.FIELD_LENGTH, expected="2 rows, x and y", found=describe(corners))
    return corners.astype(np.float64, copy=False).reshape(2, -1)


def frames_listed_twice(paths: tuple[str, ...], index: FrameIndex) -> int:
    """How many time stamps have a frame that an earlier one has; a path that is listed twice is one file."""
    _, files = np.unique(np.array([*paths, ""]), return_inverse=True)
    present = index.present
    frames = np.stack([files[index.file_number[present]], index.frame_number[present]])
    return int(present.sum()) - int(np.unique(frames, axis=1).shape[1])


def read_frame_index(field: Field, *, length: int) -> tuple[tuple[str, ...], FrameIndex]:
    """The listed files of a plane, as the source has them, and a frame for each of `length` time stamps.

    field: its entry of imagingPlane. Raises field-*, frame-index-outside.
    """
    index_field, list_field = field.child("sourceFileFrameIdx"), field.child("sourceFileList")
    if index_field.is_empty and list_field.is_empty:
        # A plane without any file: no time stamp has a frame.
        nothing = np.full(length, NO_FRAME, dtype=np.int64)
        return (), FrameIndex(file_number=nothing, frame_number=nothing)
    files, frames = index_field.integers(rows=2, length=length, nan_as=0)
    paths = list_field.texts(count=int(files.max(initial=0)), per="file of sourceFileFrameIdx")
    missing = np.isnan(index_field.array())
    if (missing[0] != missing[1]).any():
        position = int(np.flatnonzero(missing[0] != missing[1])[0]) + 1
        raise index_field.problem(
            kinds.FRAME_INDEX_OUTSIDE, expected="NaN in both rows or in none", found=f"column {position}"
        )
    outside = ~missing[0] & ((files < 1) | (files > len(paths)) | (frames < 1))
    if outside.any():
        position = int(np.flatnonzero(outside)[0])
        expected = f"file 1 to {len(paths)}, frame 1 or later"
        found = f"file {files[position]}, frame {frames[position]} in column {position + 1}"
        raise index_field.problem(kinds.FRAME_INDEX_OUTSIDE, expected=expected, found=found)
    return paths, FrameIndex(file_number=files - 1, frame_number=frames - 1)


def plane_numbers_from_paths(paths: tuple[str, ...], *, fov_pattern: str, field: Field) -> tuple[int, int] | None:
    """Numbers of subvolume and plane, (VV, PPP), from the folder `fov_VVPPP` in the listed paths; None without.

    fov_pattern: with the groups `subvolume` and `plane`. Raises field-value where the paths contradict each other, or
    the groups are no numbers.
    """
    found = set()
    for path in paths:
        matches = list(re.finditer(fov_pattern, path.replace("\\", "/")))
        if not matches:
            continue
        texts = (matches[-1]["subvolume"], matches[-1]["plane"])
        if not all(one is not None and re.fullmatch("[0-9]+", one) for one in texts):
            raise field.problem(
                kinds.FIELD_VALUE,
                expected="numbers of subvolume and plane",
                found=f"{texts[0]!r} and {texts[1]!r}",
                detail="metadata key source.fov_pattern",
            )
        found.add((int(texts[0]), int(texts[1])))
    if len(found) > 1:
        raise field.problem(kinds.FIELD_VALUE, expected="the files of one plane in one fov folder", found=sorted(found))
    return found.pop() if found else None


def report_unusual(session: Session, *, log: ProblemLog) -> None:
    """Log a warning for each plane with such content."""
    for volume in session.subvolumes:
        traced = np.concatenate([array.roi_numbers for array in volume.arrays.values()])
        for plane in volume.planes:
            for kind, place, found in _unusual(plane, traced):
                log.add(kind, file=session.path, field=place, found=found)


def _with_a_pixel_twice(rois: Sequence[Roi]) -> list[Roi]:
    """The ROIs that list a pixel twice, found together: one search takes as long as one for each of some hundred."""
    if not rois:
        return []
    owners = np.repeat(np.arange(len(rois)), [roi.linear_indices.size for roi in rois])
    pixels = np.concatenate([roi.linear_indices for roi in rois])
    order = np.lexsort((pixels, owners))
    repeated = (np.diff(owners[order]) == 0) & (np.diff(pixels[order]) == 0)
    return [rois[owner] for owner in np.unique(owners[order][1:][repeated]).tolist()]


def _unusual(plane: Plane, traced: np.ndarray) -> Iterator[tuple[ProblemKind, str, str]]:
    """Kind, place and what is found there of a plane; traced: numbers of the ROIs that have a trace."""
    for number in np.setdiff1d(plane.all_roi_numbers, plane.record_numbers):
        yield kinds.ROI_WITHOUT_RECORD, plane.record_path, f"ROI {number} of {plane.name}"
    for number in np.setdiff1d(plane.all_roi_numbers, traced):
        yield kinds.ROI_WITHOUT_TRACE, plane.path, f"ROI {number} of {plane.name}"
    of_kinds = {
        kinds.ROI_PIXEL_TWICE: _with_a_pixel_twice(plane.rois),
        kinds.ROI_MASK_EMPTY: [roi for roi in plane.rois if not roi.linear_indices.size],
        kinds.ROI_OUTLINE_NOT_FINITE: [roi for roi in plane.rois if not np.isfinite(roi.corners_xy).all()],
    }
    for kind, rois in of_kinds.items():
        if rois:
            yield kind, rois[0].path, f"ROI {listed([roi.number for roi in rois], most=_NAMED)} of {plane.name}"
    count = frames_listed_twice(plane.listed_paths, plane.frame_index)
    if count:
        found = f"{plural(count, 'time stamp')} of {plane.name} with a frame that an earlier one has"
        yield kinds.FRAME_LISTED_TWICE, plane.path, found
