"""Whisker series, ROI responses, trial numbers, tables of ROIs, images: each is there, with type, unit and links."""

from __future__ import annotations

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.rois.source import Plane
from ssc_to_nwb.data_types.subvolumes.source import ARRAY_KINDS, Subvolume
from ssc_to_nwb.proof import object_paths
from ssc_to_nwb.proof.comparison import BEHAVIOR, OPHYS, SEGMENTATION, Comparison
from ssc_to_nwb.proof.objects import check_image, check_module, check_series, check_table
from ssc_to_nwb.proof.objects_general import imaging_plane_path
from ssc_to_nwb.proof.trial_labels import WHISKER_LABELS, subvolume_labels

_WHISKER_UNITS = {"angle": "degrees", "curvature_change": "1/mm"}
_PIXEL = np.dtype([("x", np.uint32), ("y", np.uint32), ("weight", np.float32)])
_POSITION_DTYPES = dict.fromkeys(("centroid_x_um", "centroid_y_um", "depth_from_first_plane_um"), np.float64)
_CONTAINERS = {"raw": "Fluorescence", "dff": "DfOverF", "event": "Fluorescence"}


def check_whisker(work: Comparison) -> None:
    """One TimeSeries per row of the whisker array, and one of trial numbers."""
    whisker = work.session.whisker
    if whisker is None or not (whisker.traces or whisker.time_ms.size):
        return
    work.proof.guarded(BEHAVIOR, check_module, work, BEHAVIOR)
    paths = object_paths.whisker_series(work)
    for trace, path in zip(whisker.traces, paths, strict=True):
        work.proof.guarded(
            path,
            check_series,
            work,
            path,
            neurodata_type="TimeSeries",
            unit=_WHISKER_UNITS[trace.quantity],
            clock=None if path == paths[0] else paths[0],
            parts=(repr(trace.label), repr(whisker.key)),
        )
    _check_labels(work, WHISKER_LABELS, clock=paths[0] if paths else None, parts=(repr(whisker.key),))


def _check_labels(work: Comparison, path: str, *, clock: str | None, parts: tuple[str, ...]) -> None:
    """A series of trial numbers, on the time stamps of `clock`, or on its own where that is None."""
    work.proof.guarded(
        path, check_series, work, path, neurodata_type="TimeSeries", unit="n/a", clock=clock, parts=parts
    )


def check_ophys(work: Comparison) -> None:
    """Tables of ROIs, images and response series of every plane."""
    if not work.session.subvolumes:
        return
    work.proof.guarded(OPHYS, check_module, work, OPHYS)
    work.proof.guarded(SEGMENTATION, _check_container, work, SEGMENTATION, "ImageSegmentation")
    for subvolume in work.session.subvolumes:
        for plane in subvolume.planes:
            path = object_paths.segmentation(plane)
            work.proof.guarded(path, _check_segmentation, work, path, plane)
            images = f"{OPHYS}/{naming.images(plane.name)}"
            work.proof.guarded(images, _check_images, work, images, plane)
        _check_responses(work, subvolume)


def _check_container(work: Comparison, path: str, neurodata_type: str) -> None:
    work.reader.group(path)
    work.proof.typed(path, neurodata_type)


def _check_segmentation(work: Comparison, path: str, plane: Plane) -> None:
    work.proof.links_to(f"{path}/imaging_plane", imaging_plane_path(plane.name, "green"))
    if work.reader.has(f"{path}/reference_images"):
        work.reader.group(f"{path}/reference_images")
    # A ragged column in which no ROI has anything is left out.
    outlined = ["outline"] if any(roi.corners_xy.size for roi in plane.rois) else []
    check_table(
        work,
        path,
        columns=["pixel_mask", "roi_number", *outlined, "source_lists", "plane", *_POSITION_DTYPES, "cell"],
        neurodata_type="PlaneSegmentation",
        ragged=["pixel_mask", *outlined],
        dtypes={"pixel_mask": _PIXEL, "roi_number": np.int64, **_POSITION_DTYPES},
        axes={"outline": 2},
        parts=(plane.name,),
        numbered=False,
    )


def _check_images(work: Comparison, path: str, plane: Plane) -> None:
    _check_container(work, path, "Images")
    work.proof.described(path, plane.name)
    channels = naming.CHANNELS[: plane.master_image.shape[2]]
    for channel in channels:
        check_image(work, f"{path}/{naming.image('master', channel)}", parts=(channel,))


def _check_responses(work: Comparison, subvolume: Subvolume) -> None:
    """The subvolume's first series has the time stamps, the others and the trial numbers link to it."""
    clock: str | None = None
    for plane in subvolume.planes:
        for kind in ARRAY_KINDS:
            array = subvolume.arrays.get(kind)
            if array is None or not np.isin(array.roi_numbers, plane.all_roi_numbers).any():
                continue
            container = f"{OPHYS}/{naming.RESPONSE_CONTAINERS[kind]}"
            path = object_paths.response_series(plane, kind)
            work.proof.guarded(container, _check_container, work, container, _CONTAINERS[kind])
            parts = (repr(array.key), array.description, plane.name)
            work.proof.guarded(path, _check_response, work, path, plane, kind, parts=parts, clock=clock)
            clock = clock or path
    if clock is not None or subvolume.time_ms.size:
        keys = [repr(array.key) for array in subvolume.arrays.values()]
        named = (*keys, *(plane.name for plane in subvolume.planes))
        _check_labels(work, subvolume_labels(subvolume), clock=clock, parts=named)


def _check_response(
    work: Comparison, path: str, plane: Plane, kind: str, *, parts: tuple[str, ...], clock: str | None
) -> None:
    units = dict(work.context.metadata.imaging.response_units)
    unit = next(text for name, text in units.items() if name == kind)
    check_series(work, path, neurodata_type="RoiResponseSeries", unit=unit, clock=clock, parts=parts)
    region = f"{path}/rois"
    rows = work.reader.values(region)
    work.proof.typed(region, "DynamicTableRegion")
    work.proof.described(region)
    work.proof.attribute(region, "table", object_paths.segmentation(plane))
    work.proof.dtype(region, rows.dtype, expected=np.int64)
    count = work.table(object_paths.segmentation(plane)).rows
    inside = (rows >= 0) & (rows < count)
    work.proof.numbers(region, expected=np.ones_like(inside), found=inside)
    work.proof.equal(region, expected=len(set(rows.tolist())), found=int(rows.size))
    columns = work.reader.dataset(f"{path}/data").shape[1:]
    work.proof.equal(f"{path}/data", expected=(int(rows.size),), found=tuple(columns))
