"""Where ROI masks and master images are in the NWB file; the rules for planes: their ROIs and images.

Each channel of a plane has an ImagingPlane of its own, so that label, excitation and emission are right for what hangs
on it: the red frames on the red one; the green frames, the masks and the traces on the green one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import (
    OPHYS,
    TEXT,
    Column,
    ColumnValues,
    DeclaredObject,
    Image,
    Place,
    Sources,
    Table,
)  # fmt: skip
from ssc_to_nwb.data_types.rois.imaging_planes import (
    depth_from_first_plane_um,
    device,
    imaging_plane,
    imaging_plane_path,
    pixel_size_um,
)
from ssc_to_nwb.data_types.rois.source import Plane, Roi
from ssc_to_nwb.data_types.rule import CALCIUM, below, is_calcium, kept, scoped, written
from ssc_to_nwb.data_types.subvolumes.source import Subvolume
from ssc_to_nwb.image_axes import outline_zero_based, rows_and_columns, to_nwb_axes
from ssc_to_nwb.session.context import SessionContext

SEGMENTATION = DeclaredObject(
    path=f"{OPHYS.path}/{naming.IMAGE_SEGMENTATION}", neurodata_type="ImageSegmentation"
)  # fmt: skip
PIXEL = np.dtype([("x", np.uint32), ("y", np.uint32), ("weight", np.float32)])
_ROIS_TEXT = (
    "ROIs of {plane}, one row each; the row id is the ROI number of the source, unique in the session. "
    "pixel_mask: x is the column and y the row of a pixel, counted from 0, so that it addresses "
    "series.data[time, x, y] and image.data[x, y]."
)
_WHERE = "mean over the pixels of its mask, from the center of the image's first pixel, in um; NaN without a mask."
_OUTLINE = Column(
    "outline",
    np.float64,
    "Corners of the ROI's outline (cornersXY): x (column), y (row), counted from 0, in pixels.",
    axes=2,
    ragged=True,
)
# NWB asks for a mask in every table of ROIs.
_MASK = Column(
    "pixel_mask",
    PIXEL,
    "Pixels of the ROI: x (column), y (row), counted from 0, and weight; empty where the source has no mask.",
    ragged=True,
)
_NUMBER = Column("roi_number", np.int64, "Number of the ROI in the source.")
_FURTHER = (
    Column(
        "source_lists",
        TEXT,
        "Lists of this plane in the source that contain the ROI, out of imagingPlane.ids, roiIds, rois.",
    ),
    Column("plane", TEXT, "Imaging plane of the ROI."),
    Column("centroid_x_um", np.float64, f"Position of the ROI along the image's columns (x): {_WHERE}"),
    Column("centroid_y_um", np.float64, f"Position of the ROI along the image's rows (y): {_WHERE}"),
    Column(
        "depth_from_first_plane_um",
        np.float64,
        "How far the plane lies below the first imaged plane of its subvolume, in um.",
    ),
    Column(
        "cell",
        TEXT,
        "The cell, as animal/ROI number. In the sessions of one animal the same number is the same cell, unless "
        "its plane or position differs.",
    ),
)
_PLANE = "timeSeriesArrayHash.value{*}.imagingPlane{*}"
_SEGMENTATION = f"{SEGMENTATION.path}/{naming.plane_segmentation('{plane}')}"
_LISTS = (f"{_SEGMENTATION}/id", f"{_SEGMENTATION}/source_lists")


def objects(sources: Sources) -> Iterator[DeclaredObject]:
    """Imaging planes, tables of ROIs and master images of all planes."""
    for subvolume in sources.session.subvolumes:
        yield from roi_tables(sources.context, subvolume)
        for plane in subvolume.planes:
            yield images(plane.name)
            yield from master_images(plane)


def roi_tables(context: SessionContext, subvolume: Subvolume) -> Iterator[DeclaredObject]:
    """The tables of ROIs of a subvolume's planes, and what they are in and of."""
    yield OPHYS
    yield SEGMENTATION
    yield from device(context.metadata.imaging.microscope)
    for plane in subvolume.planes:
        yield imaging_plane(context, subvolume=subvolume, plane=plane, channel="green")
        yield _roi_table(context, plane)


def table_path(plane: Plane) -> str:
    """Path of the table of a plane's ROIs."""
    return f"{SEGMENTATION.path}/{naming.plane_segmentation(plane.name)}"


def _roi_table(context: SessionContext, plane: Plane) -> Table:
    path = table_path(plane)
    outlined = (_OUTLINE,) if any(roi.corners_xy.size for roi in plane.rois) else ()
    return Table(
        path=path,
        neurodata_type="PlaneSegmentation",
        text=_ROIS_TEXT.format(plane=plane.name),
        columns=(_MASK, _NUMBER, *outlined, *_FURTHER),
        ids=plane.ordered_roi_numbers,
        values=partial(_values, context, plane),
        source=plane.sources,
        links={"imaging_plane": imaging_plane_path(plane.name, "green")},
        # An empty group that some versions of pynwb write.
        inner=(Place(path=f"{path}/reference_images", kind="group", optional=True),),
    )


def _values(context: SessionContext, plane: Plane) -> Mapping[str, ColumnValues]:
    """What the source says of each ROI, and, for tools that hand columns on as metadata, which cell it is and where."""
    facts, animal = context.metadata.imaging, context.session.key.animal
    first_index = context.metadata.assumptions.corners_first_index
    column_um, row_um = pixel_size_um(facts, image_shape=plane.image_shape)
    numbers = plane.ordered_roi_numbers
    records = {roi.number: roi for roi in plane.rois}
    rois = [records.get(number) for number in numbers.tolist()]
    masks = [_pixel_mask(roi, image_rows=plane.image_shape[0]) for roi in rois]
    members = {name: np.isin(numbers, listed) for name, listed in plane.roi_lists.items()}
    return {
        "pixel_mask": masks,
        "roi_number": numbers,
        "outline": [
            np.zeros((0, 2)) if roi is None else outline_zero_based(roi.corners_xy, first_index=first_index)
            for roi in rois
        ],
        "source_lists": [", ".join(name for name in members if members[name][row]) for row in range(numbers.size)],
        "plane": [plane.name] * numbers.size,
        "centroid_x_um": np.array([_mean(mask["x"]) for mask in masks]) * column_um,
        "centroid_y_um": np.array([_mean(mask["y"]) for mask in masks]) * row_um,
        "depth_from_first_plane_um": np.full(numbers.size, depth_from_first_plane_um(facts, plane)),
        "cell": [f"{animal}/{number}" for number in numbers.tolist()],
    }


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if values.size else np.nan


def _pixel_mask(roi: Roi | None, *, image_rows: int) -> np.ndarray:
    if roi is None:
        return np.zeros(0, dtype=PIXEL)
    rows, columns = rows_and_columns(roi.linear_indices, rows=image_rows)
    mask = np.ones(rows.size, dtype=PIXEL)
    mask["x"], mask["y"] = columns, rows
    return mask


def images(plane_name: str) -> DeclaredObject:
    """The container of a plane's images."""
    return DeclaredObject(
        path=f"{OPHYS.path}/{naming.images(plane_name)}",
        neurodata_type="Images",
        text=f"Images of {plane_name}; image.data[x, y] is column x, row y of the frame.",
    )


def master_images(plane: Plane) -> list[Image]:
    """The master image of each channel that the session file holds, green then red."""
    return [
        Image(
            path=f"{images(plane.name).path}/{naming.image('master', channel)}",
            text=f"Master image of the {channel} channel (masterImage of the session file); data[x, y].",
            dtype=plane.master_image.dtype,
            values=to_nwb_axes(plane.master_image[:, :, number]),
            source=plane.sources,
        )
        for number, channel in enumerate(naming.CHANNELS[: plane.master_image.shape[2]])
    ]


def _of_record(field: str) -> tuple[str, ...]:
    """Patterns of a field of a plane's record: descrHash holds the records in a Hash, or bare."""
    return below("timeSeriesArrayHash", f"descrHash{{*}}.value{{*}}{{*}}.{field}", f"descrHash{{*}}{{*}}.{field}")


RULES = scoped(
    CALCIUM,
    is_calcium,
    written(
        "plane-rois",
        *below(_PLANE, "ids", "id"),
        nwb=_LISTS,
        text="The first rows of the plane's table of ROIs, in this order.",
    ),
    written(
        "plane-master-image",
        *_of_record("masterImage"),
        nwb=tuple(f"{images('{plane}').path}/{naming.image('master', one)}" for one in naming.CHANNELS),
        text="One GrayscaleImage per channel, axes (column, row), values unchanged.",
    ),
    written(
        "plane-recorded-rois",
        *_of_record("roiIds"),
        nwb=_LISTS,
        text="Rows whose source_lists name roiIds; kept besides where the order differs.",
        keep=lambda leaf, facts: leaf.is_empty or "roiIds" not in facts.plane(leaf.path).lists_in_order,
        up_to="order",
    ),
    written(
        "roi-number",
        *_of_record("rois{*}.id"),
        nwb=_LISTS,
        text="Rows whose source_lists name rois; kept besides where the order differs.",
        keep=lambda leaf, facts: "rois" not in facts.plane(leaf.path).lists_in_order,
        up_to="order",
    ),
    written(
        "roi-outline",
        *_of_record("rois{*}.cornersXY"),
        nwb=(f"{_SEGMENTATION}/outline",),
        unit="pixels",
        text="x (column) and y (row) of the corners, counted from 0.",
        placed=False,
    ),
    written(
        "roi-pixels",
        *_of_record("rois{*}.indicesWithinImage"),
        nwb=(f"{_SEGMENTATION}/pixel_mask", f"{_SEGMENTATION}/centroid_x_um", f"{_SEGMENTATION}/centroid_y_um"),
        unit="pixels",
        text="x (column) and y (row) of each pixel, counted from 0, in the source's order; weight 1; and their mean.",
        placed=False,
    ),
    kept(
        "no-roi-records",
        *_of_record("rois"),
        text="An empty list of ROI records; that it is there is kept.",
        when=lambda leaf, _: leaf.is_empty,
    ),
)
