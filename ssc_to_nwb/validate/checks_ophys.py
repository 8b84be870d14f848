"""Checks of masks and traces: they fit their image, agree with each other and hold something."""

from __future__ import annotations

import re

import numpy as np
from pynwb import NWBFile
from pynwb.base import Images, TimeSeries
from pynwb.image import ImageSeries
from pynwb.ophys import PlaneSegmentation, RoiResponseSeries, TwoPhotonSeries

from ssc_to_nwb import naming
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.validate.arrays import all_values, blocks, ragged, row_ids, shape_of, texts, where
from ssc_to_nwb.validate.project_check import all_said, examples, project_check, some_of

_PLANE = re.compile(r"fov_\d+")
_SEGMENTATION_PREFIX = naming.plane_segmentation("")
_MASK_LIST = "rois"
_EVENT_PREFIX = naming.RESPONSE_PREFIXES["event"]
_LOOKED_AT_BYTES = 2**20


@project_check(kinds.MASK_OUTSIDE_IMAGE, neurodata_type=PlaneSegmentation)
def check_masks_inside_image(plane_segmentation: PlaneSegmentation) -> str | None:
    """x of every pixel of a mask is a column of the image and y a row, both from 0."""
    size, masks = image_size(plane_segmentation), ragged(plane_segmentation, "pixel_mask")
    if size is None or masks is None:
        return None
    ends, pixels = masks

    def is_outside(block: np.ndarray) -> np.ndarray:
        x, y = _x_and_y(block)
        outside: np.ndarray = (x < 0) | (x >= size[0]) | (y < 0) | (y >= size[1])
        return outside

    bad = where(pixels.data, is_outside)
    if not bad.size:
        return None
    places = np.unique(np.minimum(np.searchsorted(ends, bad, side="right"), ends.size - 1))
    ids = row_ids(plane_segmentation)[places].tolist()
    return f"{bad.size} pixels of ROIs {examples(ids)}; the image has {size[0]} columns (x) and {size[1]} rows (y)."


@project_check(kinds.MASK_EMPTY, neurodata_type=PlaneSegmentation)
def check_masks_not_empty(plane_segmentation: PlaneSegmentation) -> str | None:
    """Every ROI has a pixel, but for those that the source lists without a record of their mask."""
    masks, lists = ragged(plane_segmentation, "pixel_mask"), texts(plane_segmentation, "source_lists")
    if masks is None:
        return None
    recorded = True if lists is None else np.array([_MASK_LIST in one.split(", ") for one in lists], dtype=bool)
    empty = row_ids(plane_segmentation)[(np.diff(masks[0], prepend=0) == 0) & recorded].tolist()
    return some_of(empty, masks[0].size, "ROIs")


@project_check(kinds.TRACES_ROIS_DISAGREE, neurodata_type=RoiResponseSeries)
def check_traces_match_rois(roi_response_series: RoiResponseSeries) -> str | None:
    """Each column of data belongs to one ROI of the series' own plane, and no ROI for two columns."""
    shape, rows = shape_of(roi_response_series.data), all_values(roi_response_series.rois.data)
    columns = shape[1] if len(shape) > 1 else 1
    planes = {*_PLANE.findall(roi_response_series.name), *_PLANE.findall(roi_response_series.rois.table.name)}
    found = []
    if columns != rows.size:
        found.append(f"{columns} columns of data for {rows.size} ROIs")
    if np.unique(rows).size != rows.size:
        found.append(f"{rows.size - np.unique(rows).size} ROIs occur again")
    if len(planes) > 1:
        found.append(f"data and ROIs are of different planes: {', '.join(sorted(planes))}")
    return "; ".join(found) or None


@project_check(kinds.MASK_WITHOUT_TRACE, neurodata_type=PlaneSegmentation)
def check_every_roi_has_traces(plane_segmentation: PlaneSegmentation) -> str | None:
    """Every ROI of a plane has a column in each series of traces of that plane."""
    found = []
    for series in plane_segmentation.get_ancestor("NWBFile").objects.values():
        if not isinstance(series, RoiResponseSeries) or series.rois.table is not plane_segmentation:
            continue
        missing = np.setdiff1d(np.arange(len(row_ids(plane_segmentation))), all_values(series.rois.data))
        if missing.size:
            found.append(f"{series.name} lacks ROIs {examples(row_ids(plane_segmentation)[missing].tolist())}")
    return "; ".join(found) or None


@project_check(kinds.TRACE_EMPTY, neurodata_type=TimeSeries)
def check_traces_not_empty(time_series: TimeSeries) -> str | None:
    """No trace is NaN throughout, and none but a trace of calcium events is zero throughout."""
    shape = shape_of(time_series.data)
    if isinstance(time_series, ImageSeries) or len(shape) not in (1, 2) or shape[0] == 0:
        return None
    nan, zero = _empty_columns(time_series)
    zero = [] if _is_of_events(time_series) else zero
    found = [
        f"{plural(len(bad), 'trace is', 'traces are')} {what}: {examples(bad)}"
        for bad, what in ((nan, "NaN"), (zero, "zero"))
        if bad
    ]
    return all_said(found)


@project_check(kinds.EVENT_TRACE_EMPTY, neurodata_type=RoiResponseSeries)
def check_event_traces_not_empty(roi_response_series: RoiResponseSeries) -> str | None:
    """Every trace of calcium events holds an event."""
    zero = _empty_columns(roi_response_series)[1] if _is_of_events(roi_response_series) else []
    return some_of(zero, all_values(roi_response_series.rois.data).size, "traces")


def image_size(plane_segmentation: PlaneSegmentation) -> tuple[int, int] | None:
    """Columns and rows (width, height) of the image that the masks lie in; None where the file does not say."""
    nwbfile: NWBFile = plane_segmentation.get_ancestor("NWBFile")
    for series in nwbfile.acquisition.values():
        # The masks are on the plane's green channel; its red frames are of the same size.
        own = isinstance(series, TwoPhotonSeries) and series.imaging_plane is plane_segmentation.imaging_plane
        if own and len(shape_of(series.data)) >= 3 and series.external_file is None:
            return shape_of(series.data)[1], shape_of(series.data)[2]
    name = naming.images(plane_segmentation.name.removeprefix(_SEGMENTATION_PREFIX))
    for container in nwbfile.objects.values():
        if isinstance(container, Images) and container.name == name:
            for image in container.images.values():
                return shape_of(image.data)[0], shape_of(image.data)[1]
    return None


def _x_and_y(block: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if block.dtype.names:
        return block["x"].astype(np.int64), block["y"].astype(np.int64)
    table = np.asarray([tuple(pixel) for pixel in block.tolist()], dtype=np.float64).reshape(-1, 3)
    return table[:, 0].astype(np.int64), table[:, 1].astype(np.int64)


def _is_of_events(time_series: TimeSeries) -> bool:
    return isinstance(time_series, RoiResponseSeries) and time_series.name.startswith(_EVENT_PREFIX)


def _empty_columns(time_series: TimeSeries) -> tuple[list[str], list[str]]:
    """Labels of the columns that are NaN throughout, and of those that are zero or NaN throughout and once zero."""
    shape = shape_of(time_series.data)
    all_nan, no_value = np.ones((2, shape[1] if len(shape) > 1 else 1), dtype=bool)
    # Most columns show a value early: once all have, the rest need not be read.
    for _, block in blocks(time_series.data, block_bytes=_LOOKED_AT_BYTES):
        if block.dtype.kind not in "iuf":
            return [], []
        table = block.reshape(len(block), -1)
        is_nan = np.isnan(table)
        all_nan &= is_nan.all(axis=0)
        no_value &= (is_nan | (table == 0)).all(axis=0)
        if not no_value.any():
            return [], []
    labels = _column_labels(time_series, columns=all_nan.size)
    nan, zero = np.flatnonzero(all_nan).tolist(), np.flatnonzero(no_value & ~all_nan).tolist()
    return [labels[column] for column in nan], [labels[column] for column in zero]


def _column_labels(time_series: TimeSeries, *, columns: int) -> list[str]:
    if isinstance(time_series, RoiResponseSeries):
        table, rows = time_series.rois.table, all_values(time_series.rois.data)
        if rows.size == columns and (rows.size == 0 or 0 <= rows.min() <= rows.max() < len(row_ids(table))):
            return [f"ROI {number}" for number in row_ids(table)[rows].tolist()]
    return [f"column {column}" for column in range(columns)]
