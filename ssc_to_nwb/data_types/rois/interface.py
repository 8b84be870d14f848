"""ROI masks and master images: one PlaneSegmentation and one Images container per plane."""

from __future__ import annotations

import numpy as np
from hdmf.common import VectorData, VectorIndex
from pynwb import NWBFile
from pynwb.base import Images
from pynwb.image import GrayscaleImage
from pynwb.ophys import ImageSegmentation, PlaneSegmentation

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.columns import column, ragged_column, text_column
from ssc_to_nwb.data_types.modules import get_module
from ssc_to_nwb.data_types.rois.imaging_plane import depth_from_first_plane_um, get_imaging_plane, pixel_size_um
from ssc_to_nwb.data_types.rois.source import Plane, Roi
from ssc_to_nwb.data_types.subvolumes.source import Subvolume
from ssc_to_nwb.image_axes import outline_zero_based, to_nwb_axes
from ssc_to_nwb.session.context import SessionContext

_PIXEL = np.dtype([("x", np.uint32), ("y", np.uint32), ("weight", np.float32)])


class RoiSegmentationInterface(SessionInterface):
    """Masks, outlines and numbers of the ROIs, and the master images, plane by plane."""

    display_name = "CRCNS ssc ROI masks"
    info = "PlaneSegmentation and master images of every imaging plane."

    def add(self, nwbfile: NWBFile) -> None:
        """Add a PlaneSegmentation and an Images container for every plane."""
        for subvolume in self.context.session.subvolumes:
            for plane in subvolume.planes:
                get_plane_segmentation(nwbfile, context=self.context, subvolume=subvolume, plane=plane)
                add_master_images(nwbfile, plane=plane)


def get_plane_segmentation(
    nwbfile: NWBFile, *, context: SessionContext, subvolume: Subvolume, plane: Plane
) -> PlaneSegmentation:
    """The PlaneSegmentation of a plane in the file, made where there is none yet."""
    module = get_module(nwbfile, naming.OPHYS_MODULE)
    if naming.IMAGE_SEGMENTATION not in module.data_interfaces:
        module.add(ImageSegmentation(name=naming.IMAGE_SEGMENTATION))
    segmentation = module[naming.IMAGE_SEGMENTATION]
    name = naming.plane_segmentation(plane.name)
    if name in segmentation.plane_segmentations:
        return segmentation[name]
    numbers = plane.ordered_roi_numbers
    columns = [
        *_columns(plane, numbers, first_index=context.metadata.assumptions.corners_first_index),
        *_position_columns(plane, numbers, context=context),
    ]
    table = PlaneSegmentation(
        name=name,
        description=(
            f"ROIs of {plane.name}, one row each; the row id is the ROI number of the source, unique in the session. "
            "pixel_mask: x is the column and y the row of a pixel, counted from 0, so that it addresses "
            "series.data[time, x, y] and image.data[x, y]."
        ),
        imaging_plane=get_imaging_plane(nwbfile, context=context, subvolume=subvolume, plane=plane, channel="green"),
        id=numbers,
        columns=columns,
        colnames=[one.name for one in columns if not isinstance(one, VectorIndex)],
    )
    segmentation.add_plane_segmentation(table)
    return table


def _columns(plane: Plane, numbers: np.ndarray, *, first_index: float) -> list[VectorData]:
    records = {roi.number: roi for roi in plane.rois}
    rois = [records.get(number) for number in numbers.tolist()]
    masks = [_pixel_mask(roi, image_rows=plane.image_shape[0]) for roi in rois]
    outlines = [
        np.zeros((0, 2)) if roi is None else outline_zero_based(roi.corners_xy, first_index=first_index) for roi in rois
    ]
    return [
        *ragged_column(
            "pixel_mask",
            "Pixels of the ROI: x (column), y (row), counted from 0, and weight; empty where the source has no mask.",
            masks,
            empty=np.zeros(0, dtype=_PIXEL),
            # NWB asks for a mask in every table of ROIs.
            is_required=True,
        ),
        column("roi_number", "Number of the ROI in the source.", numbers),
        *ragged_column(
            "outline",
            "Corners of the ROI's outline (cornersXY): x (column), y (row), counted from 0, in pixels.",
            outlines,
            empty=np.zeros((0, 2)),
        ),
        text_column(
            "source_lists",
            "Lists of this plane in the source that contain the ROI, out of imagingPlane.ids, roiIds, rois.",
            [_source_lists(plane, number, has_record=number in records) for number in numbers.tolist()],
        ),
    ]


def _position_columns(plane: Plane, numbers: np.ndarray, *, context: SessionContext) -> list[VectorData]:
    """Scalar columns that say which cell a ROI is and where it lies, for tools that hand columns on as metadata."""
    facts, animal = context.metadata.imaging, context.session.key.animal
    column_um, row_um = pixel_size_um(facts, image_shape=plane.image_shape)
    centroids = {roi.number: roi.rows_and_columns(image_rows=plane.image_shape[0]) for roi in plane.rois}
    row = [_mean(centroids[number][0]) if number in centroids else np.nan for number in numbers.tolist()]
    along = [_mean(centroids[number][1]) if number in centroids else np.nan for number in numbers.tolist()]
    where = "mean over the pixels of its mask, from the center of the image's first pixel, in um; NaN without a mask."
    return [
        text_column("plane", "Imaging plane of the ROI.", [plane.name] * numbers.size),
        column(
            "centroid_x_um", f"Position of the ROI along the image's columns (x): {where}", np.array(along) * column_um
        ),
        column("centroid_y_um", f"Position of the ROI along the image's rows (y): {where}", np.array(row) * row_um),
        column(
            "depth_from_first_plane_um",
            "How far the plane lies below the first imaged plane of its subvolume, in um.",
            np.full(numbers.size, depth_from_first_plane_um(facts, plane)),
        ),
        text_column(
            "cell",
            "The cell, as animal/ROI number. In the sessions of one animal the same number is the same cell, unless "
            "its plane or position differs.",
            [f"{animal}/{number}" for number in numbers.tolist()],
        ),
    ]


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if values.size else np.nan


def _pixel_mask(roi: Roi | None, *, image_rows: int) -> np.ndarray:
    if roi is None:
        return np.zeros(0, dtype=_PIXEL)
    rows, columns = roi.rows_and_columns(image_rows=image_rows)
    mask = np.ones(rows.size, dtype=_PIXEL)
    mask["x"], mask["y"] = columns, rows
    return mask


def _source_lists(plane: Plane, number: int, *, has_record: bool) -> str:
    lists = (
        ("imagingPlane.ids", number in plane.roi_numbers),
        ("roiIds", number in plane.recorded_numbers),
        ("rois", has_record),
    )
    return ", ".join(name for name, listed in lists if listed)


def get_images(nwbfile: NWBFile, plane_name: str) -> Images:
    """The Images container of a plane in the file, made where there is none yet."""
    module = get_module(nwbfile, naming.OPHYS_MODULE)
    name = naming.images(plane_name)
    if name not in module.data_interfaces:
        module.add(
            Images(name=name, description=f"Images of {plane_name}; image.data[x, y] is column x, row y of the frame.")
        )
    return module[name]


def add_master_images(nwbfile: NWBFile, *, plane: Plane) -> None:
    """Add the master image of each channel the session file holds, values unchanged, axes (column, row)."""
    container = get_images(nwbfile, plane.name)
    for number, channel in zip(range(plane.master_image.shape[2]), naming.CHANNELS, strict=False):
        container.add_image(
            GrayscaleImage(
                name=naming.image("master", channel),
                description=f"Master image of the {channel} channel (masterImage of the session file); data[x, y].",
                data=np.ascontiguousarray(to_nwb_axes(plane.master_image[:, :, number])),
            )
        )
