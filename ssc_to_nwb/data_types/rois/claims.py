"""Rules for the imaging planes of the calcium entries: their ROIs, images, and lists of frames."""

from __future__ import annotations

from collections.abc import Callable

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import OPHYS, SOURCE
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.data_types.roi_traces.claims import SCOPE, is_calcium
from ssc_to_nwb.data_types.rois.layout import SEGMENTATION
from ssc_to_nwb.data_types.rois.source import Plane
from ssc_to_nwb.data_types.rule import Leaf, Names, below, holds_something, kept, scoped, written
from ssc_to_nwb.data_types.subvolumes.layout import STACKS
from ssc_to_nwb.matlab.tree import MatChar

_PLANE = "timeSeriesArrayHash.value{*}.imagingPlane{*}"
_SEGMENTATION = f"{SEGMENTATION.path}/{{segmentation}}"
_LISTS = (f"{_SEGMENTATION}/id", f"{_SEGMENTATION}/source_lists")
# Which index of a leaf is the place of its plane: of `descrHash{k}.value{j}(p)`, and of its `rois(r)`.
_RECORD, _ROI = -1, -2


def _plane(leaf: Leaf, facts: SessionFacts, place: int) -> Plane:
    return facts.plane(leaf.indices[0], leaf.indices[place])


def _names(place: int) -> Callable[[Leaf, SessionFacts], tuple[Names, ...]]:
    """The names of the objects of a leaf's plane. place: of the plane among the leaf's indices."""
    return lambda leaf, facts: (_plane_names(_plane(leaf, facts, place)),)


def _plane_names(plane: Plane) -> Names:
    return {
        "segmentation": naming.plane_segmentation(plane.name),
        "images": naming.images(plane.name),
        "frame_index": naming.frame_index(plane.name),
    }


def _master_images(leaf: Leaf, facts: SessionFacts) -> list[Names]:
    plane = _plane(leaf, facts, _RECORD)
    channels = naming.CHANNELS[: plane.master_image.shape[2]]
    return [{**_plane_names(plane), "image": naming.image("master", channel)} for channel in channels]


def _is_in_list(leaf: Leaf, facts: SessionFacts) -> bool:  # noqa: ARG001
    """Whether a leaf of `sourceFileList` is a path, several as rows of a char matrix, or an empty place in the list."""
    return isinstance(leaf.value, str | MatChar) or (leaf.is_empty and leaf.path.endswith("}"))


def _of_record(field: str) -> tuple[str, ...]:
    """Patterns of a field of a plane's record: descrHash holds the records in a Hash, or bare."""
    return below("timeSeriesArrayHash", f"descrHash{{*}}.value{{*}}{{*}}.{field}", f"descrHash{{*}}{{*}}.{field}")


RULES = scoped(
    SCOPE,
    is_calcium,
    written(
        "plane-rois",
        *below(_PLANE, "ids", "id"),
        nwb=_LISTS,
        text="The first rows of the plane's table of ROIs, in this order.",
        names=_names(1),
    ),
    written(
        "plane-files",
        f"{_PLANE}.sourceFileList{{*}}",
        nwb=(f"{STACKS.path}/listed_path",),
        text="A row per plane and file, with the path as the rig wrote it.",
        when=_is_in_list,
        keep=lambda leaf, _: not isinstance(leaf.value, str),
    ),
    written(
        "plane-frames",
        f"{_PLANE}.sourceFileFrameIdx",
        nwb=(SOURCE.path + "/{frame_index}",),
        text="A row per time stamp of the subvolume: file and frame, counted from 1 as in the source; 0 for NaN.",
        names=_names(1),
        up_to="no frames",
    ),
    written(
        "plane-master-image",
        *_of_record("masterImage"),
        nwb=(OPHYS.path + "/{images}/{image}",),
        text="One GrayscaleImage per channel, axes (column, row), values unchanged.",
        names=_master_images,
    ),
    written(
        "plane-recorded-rois",
        *_of_record("roiIds"),
        nwb=_LISTS,
        text="Rows whose source_lists name roiIds; kept besides where the order differs.",
        names=_names(_RECORD),
        keep=lambda leaf, facts: leaf.is_empty or not facts.recorded_in_order[_plane(leaf, facts, _RECORD).name],
        up_to="order",
    ),
    written(
        "roi-number",
        *_of_record("rois{*}.id"),
        nwb=_LISTS,
        text="Rows whose source_lists name rois; kept besides where the order differs.",
        names=_names(_ROI),
        keep=lambda leaf, facts: not facts.records_in_order[_plane(leaf, facts, _ROI).name],
        up_to="order",
    ),
    written(
        "roi-outline",
        *_of_record("rois{*}.cornersXY"),
        nwb=(f"{_SEGMENTATION}/outline",),
        unit="pixels",
        text="x (column) and y (row) of the corners, counted from 0.",
        names=_names(_ROI),
        has=holds_something,
    ),
    written(
        "roi-pixels",
        *_of_record("rois{*}.indicesWithinImage"),
        nwb=(f"{_SEGMENTATION}/pixel_mask", f"{_SEGMENTATION}/centroid_x_um", f"{_SEGMENTATION}/centroid_y_um"),
        unit="pixels",
        text="x (column) and y (row) of each pixel, counted from 0, in the source's order; weight 1; and their mean.",
        names=_names(_ROI),
        has=holds_something,
    ),
    kept(
        "no-roi-records",
        *_of_record("rois"),
        text="An empty list of ROI records; that it is there is kept.",
        when=lambda leaf, _: leaf.is_empty,
    ),
)
