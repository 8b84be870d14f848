"""Rules for the imaging planes of the calcium entries: their ROIs, images, and lists of frames."""

from __future__ import annotations

from dataclasses import replace

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.data_types.modules import OPHYS, SOURCE
from ssc_to_nwb.data_types.roi_traces.claims import SCOPE, is_calcium
from ssc_to_nwb.data_types.rois.layout import SEGMENTATION
from ssc_to_nwb.data_types.rois.source import Plane
from ssc_to_nwb.data_types.rule import Disposition, Leaf, Names, Rule, holds_something, is_empty
from ssc_to_nwb.data_types.subvolumes.layout import STACKS
from ssc_to_nwb.matlab.tree import MatChar

_PLANE = "timeSeriesArrayHash.value{*}.imagingPlane{*}"
_SEGMENTATION = f"{SEGMENTATION.path}/{{segmentation}}"


def _plane(leaf: Leaf, facts: SessionFacts) -> tuple[Names, ...]:
    """Names for a leaf of `value{k}.imagingPlane{p}`."""
    return (_plane_names(facts.plane(leaf.indices[0], leaf.indices[1])),)


def _plane_names(plane: Plane) -> Names:
    return {
        "segmentation": naming.plane_segmentation(plane.name),
        "images": naming.images(plane.name),
        "frame_index": naming.frame_index(plane.name),
    }


def _plane_of_record(leaf: Leaf, facts: SessionFacts) -> Plane:
    """The plane of a leaf of `descrHash{k}.value{j}(p)`."""
    return facts.plane(leaf.indices[0], leaf.indices[-1])


def _plane_of_roi(leaf: Leaf, facts: SessionFacts) -> Plane:
    """The plane of a leaf of `descrHash{k}.value{j}(p).rois(r)`."""
    return facts.plane(leaf.indices[0], leaf.indices[-2])


def _record_names(leaf: Leaf, facts: SessionFacts) -> tuple[Names, ...]:
    return (_plane_names(_plane_of_record(leaf, facts)),)


def _roi_names(leaf: Leaf, facts: SessionFacts) -> tuple[Names, ...]:
    return (_plane_names(_plane_of_roi(leaf, facts)),)


def _master_images(leaf: Leaf, facts: SessionFacts) -> list[Names]:
    plane = _plane_of_record(leaf, facts)
    channels = naming.CHANNELS[: plane.master_image.shape[2]]
    return [{**_plane_names(plane), "image": naming.image("master", channel)} for channel in channels]


def _recorded_out_of_order(leaf: Leaf, facts: SessionFacts) -> bool:
    return leaf.is_empty or not facts.plane_facts(_plane_of_record(leaf, facts)).recorded_in_order


def _records_out_of_order(leaf: Leaf, facts: SessionFacts) -> bool:
    return not facts.plane_facts(_plane_of_roi(leaf, facts)).records_in_order


def _is_in_list(leaf: Leaf) -> bool:
    """Whether a leaf of `sourceFileList` is a path, several as rows of a char matrix, or an empty place in the list."""
    return isinstance(leaf.value, str | MatChar) or (leaf.is_empty and leaf.path.endswith("}"))


def _record_patterns(field: str) -> tuple[str, ...]:
    """Patterns of a field of a plane's record: descrHash holds the records in a Hash, or bare."""
    entry = "timeSeriesArrayHash.descrHash{*}"
    return (f"{entry}.value{{*}}{{*}}.{field}", f"{entry}{{*}}.{field}")


_RULES = (
    Rule(
        identifier="plane-rois",
        patterns=(f"{_PLANE}.ids", f"{_PLANE}.id"),
        disposition=Disposition.WRITTEN,
        nwb=(f"{_SEGMENTATION}/id", f"{_SEGMENTATION}/source_lists"),
        text="The first rows of the plane's table of ROIs, in this order.",
        when=is_calcium,
        names=_plane,
        keep=is_empty,
    ),
    Rule(
        identifier="plane-files",
        patterns=(f"{_PLANE}.sourceFileList{{*}}",),
        disposition=Disposition.WRITTEN,
        nwb=(f"{STACKS.path}/listed_path",),
        text="A row per plane and file, with the path as the rig wrote it.",
        when=lambda leaf, facts: is_calcium(leaf, facts) and _is_in_list(leaf),
        keep=lambda leaf, _: not isinstance(leaf.value, str),
    ),
    Rule(
        identifier="plane-frames",
        patterns=(f"{_PLANE}.sourceFileFrameIdx",),
        disposition=Disposition.WRITTEN,
        nwb=(SOURCE.path + "/{frame_index}",),
        text="A row per time stamp of the subvolume: file and frame, counted from 1 as in the source; 0 for NaN.",
        when=is_calcium,
        names=_plane,
        keep=is_empty,
        up_to="no frames",
    ),
    Rule(
        identifier="plane-master-image",
        patterns=_record_patterns("masterImage"),
        disposition=Disposition.WRITTEN,
        nwb=(OPHYS.path + "/{images}/{image}",),
        text="One GrayscaleImage per channel, axes (column, row), values unchanged.",
        when=is_calcium,
        names=_master_images,
    ),
    Rule(
        identifier="plane-recorded-rois",
        patterns=_record_patterns("roiIds"),
        disposition=Disposition.WRITTEN,
        nwb=(f"{_SEGMENTATION}/id", f"{_SEGMENTATION}/source_lists"),
        text="Rows whose source_lists name roiIds; kept besides where the order differs.",
        when=is_calcium,
        names=_record_names,
        keep=_recorded_out_of_order,
        up_to="order",
    ),
    Rule(
        identifier="roi-number",
        patterns=_record_patterns("rois{*}.id"),
        disposition=Disposition.WRITTEN,
        nwb=(f"{_SEGMENTATION}/id", f"{_SEGMENTATION}/source_lists"),
        text="Rows whose source_lists name rois; kept besides where the order differs.",
        when=is_calcium,
        names=_roi_names,
        keep=_records_out_of_order,
        up_to="order",
    ),
    Rule(
        identifier="roi-outline",
        patterns=_record_patterns("rois{*}.cornersXY"),
        disposition=Disposition.WRITTEN,
        nwb=(f"{_SEGMENTATION}/outline",),
        unit="pixels",
        text="x (column) and y (row) of the corners, counted from 0.",
        when=is_calcium,
        names=_roi_names,
        keep=is_empty,
        has=holds_something,
    ),
    Rule(
        identifier="roi-pixels",
        patterns=_record_patterns("rois{*}.indicesWithinImage"),
        disposition=Disposition.WRITTEN,
        nwb=(f"{_SEGMENTATION}/pixel_mask", f"{_SEGMENTATION}/centroid_x_um", f"{_SEGMENTATION}/centroid_y_um"),
        unit="pixels",
        text="x (column) and y (row) of each pixel, counted from 0, in the source's order; weight 1; and their mean.",
        when=is_calcium,
        names=_roi_names,
        keep=is_empty,
        has=holds_something,
    ),
    Rule(
        identifier="no-roi-records",
        patterns=_record_patterns("rois"),
        disposition=Disposition.KEPT,
        nwb=(naming.STRUCT_TABLE,),
        text="An empty list of ROI records; that it is there is kept.",
        when=lambda leaf, facts: is_calcium(leaf, facts) and leaf.is_empty,
    ),
)
RULES = tuple(replace(rule, scope=SCOPE) for rule in _RULES)
