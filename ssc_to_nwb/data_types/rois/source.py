"""Imaging planes: their ROIs and their master image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ssc_to_nwb.data_types.rois import problems
from ssc_to_nwb.data_types.rois.frame_index import FrameIndex
from ssc_to_nwb.image_axes import rows_and_columns
from ssc_to_nwb.matlab.field import Field, check_numbers_unique
from ssc_to_nwb.matlab.tree import describe
from ssc_to_nwb.problems import source_kinds as kinds
from ssc_to_nwb.problems.model import ProblemLog


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

    path: str
    number: int
    corners_xy: np.ndarray
    linear_indices: np.ndarray

    def rows_and_columns(self, *, image_rows: int) -> tuple[np.ndarray, np.ndarray]:
        """The pixels as rows and columns, counted from 0.

        Parameters
        ----------
        image_rows : int
            Number of rows of the image.

        Returns
        -------
        tuple of two ndarray of int64, (N,)
            Rows and columns.
        """
        return rows_and_columns(self.linear_indices, rows=image_rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """One imaging plane of a subvolume.

    Attributes
    ----------
    name : str
        `fov_VVPPP` from the folder of its files, or `subvolume_VV_plane_P` by position where that is unknown.
    subvolume_number : int
        VV.
    plane_number : int
        PPP, or the position.
    position : int
        Place within the subvolume, counted from 1.
    path : str
        Of its entry of imagingPlane.
    record_path : str
        Of its record in descrHash.
    roi_numbers : ndarray of int64, (R,)
        From imagingPlane{p}.ids.
    recorded_numbers : ndarray of int64
        From roiIds.
    rois : tuple of Roi
        The records there are.
    listed_paths : tuple of str
        sourceFileList, as the source has it.
    frame_index : FrameIndex
        A frame per time stamp.
    master_image : ndarray, (rows, columns, channels)
        Green, then red, in the source's class.
    """

    name: str
    subvolume_number: int
    plane_number: int
    position: int
    path: str
    record_path: str
    roi_numbers: np.ndarray
    recorded_numbers: np.ndarray
    rois: tuple[Roi, ...]
    listed_paths: tuple[str, ...]
    frame_index: FrameIndex
    master_image: np.ndarray

    @property
    def image_shape(self) -> tuple[int, int]:
        """(rows, columns) of the master image, and so of the frames and masks."""
        return int(self.master_image.shape[0]), int(self.master_image.shape[1])

    @property
    def all_roi_numbers(self) -> np.ndarray:
        """Every ROI number of the plane, ascending: those of imagingPlane, roiIds and rois together."""
        recorded = np.array([roi.number for roi in self.rois], dtype=np.int64)
        return np.unique(np.concatenate([self.roi_numbers, self.recorded_numbers, recorded]))

    @property
    def ordered_roi_numbers(self) -> np.ndarray:
        """The same numbers in imagingPlane's own order, then ascending those that it lacks."""
        numbers = self.all_roi_numbers
        return np.concatenate([self.roi_numbers, numbers[~np.isin(numbers, self.roi_numbers)]])


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneRecord:
    """What descrHash keeps of a plane: master image and ROI records.

    Attributes
    ----------
    path : str
        Where it is in the session struct.
    master_image : ndarray, (rows, columns, channels)
        In the source's class.
    roi_numbers : ndarray of int64
        From roiIds.
    rois : tuple of Roi
        The records, in the source's order.
    """

    path: str
    master_image: np.ndarray
    roi_numbers: np.ndarray
    rois: tuple[Roi, ...]


def read_plane_record(field: Field) -> PlaneRecord:
    """Read one element of the struct array in descrHash.

    Parameters
    ----------
    field : Field
        The element.

    Returns
    -------
    PlaneRecord
        Master image and checked ROI records.

    Raises
    ------
    SscError
        field-missing, field-type, field-length and the like, roi-number-twice, roi-pixel-outside.
    """
    image = _read_master_image(field.child("masterImage"))
    rois = tuple(_read_roi(roi, image_shape=(image.shape[0], image.shape[1])) for roi in field.child("rois").items())
    numbers = np.array([roi.number for roi in rois], dtype=np.int64)
    check_numbers_unique(field.child("rois"), numbers, twice=problems.ROI_NUMBER_TWICE)
    listed_field = field.child("roiIds")
    listed = listed_field.integers()
    check_numbers_unique(listed_field, listed, twice=problems.ROI_NUMBER_TWICE)
    return PlaneRecord(path=field.path, master_image=image, roi_numbers=listed, rois=rois)


def _read_master_image(field: Field) -> np.ndarray:
    image = field.array()
    if image.ndim == 2:
        image = image[:, :, np.newaxis]
    if image.ndim != 3 or image.shape[2] not in (1, 2) or not image.size:
        raise field.problem(
            kinds.FIELD_TYPE,
            expected="rows x columns, or rows x columns x 2 (green, red)",
            found=describe(field.value),
        )
    return image


def _read_roi(field: Field, *, image_shape: tuple[int, int]) -> Roi:
    number = field.child("id").integer()
    pixels_field = field.child("indicesWithinImage")
    pixels = pixels_field.integers()
    outside = (pixels < 1) | (pixels > image_shape[0] * image_shape[1])
    if outside.any():
        raise pixels_field.problem(
            problems.ROI_PIXEL_OUTSIDE,
            expected=f"1 to {image_shape[0] * image_shape[1]} ({image_shape[0]} rows x {image_shape[1]} columns)",
            found=f"{pixels[outside][0]} in ROI {number}",
        )
    corners_field = field.child("cornersXY")
    corners = corners_field.array()
    if corners.size and (corners.ndim != 2 or corners.shape[0] != 2):
        raise corners_field.problem(kinds.FIELD_LENGTH, expected="2 rows, x and y", found=corners.shape)
    return Roi(
        path=field.path,
        number=number,
        corners_xy=corners.astype(np.float64, copy=False).reshape(2, -1),
        linear_indices=pixels,
    )


def report_missing_records(plane: Plane, *, file: object, log: ProblemLog) -> None:
    """Warn of ROI numbers that the plane lists without a record of their mask.

    Parameters
    ----------
    plane : Plane
        The plane.
    file : object
        To be named in the warning.
    log : ProblemLog
        Takes a `roi-without-record` per ROI.
    """
    recorded = [roi.number for roi in plane.rois]
    for number in plane.all_roi_numbers[~np.isin(plane.all_roi_numbers, recorded)]:
        log.add(
            problems.ROI_WITHOUT_RECORD,
            file=file,
            field=plane.record_path,
            found=f"ROI {number} of {plane.name}",
        )
