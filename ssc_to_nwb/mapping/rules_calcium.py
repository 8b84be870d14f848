"""Rules for the entries of timeSeriesArrayHash that hold dF/F, raw fluorescence or calcium events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.mapping.facts import SessionFacts
from ssc_to_nwb.mapping.rule import KEPT_TABLE, Disposition, Leaf, Names, Rule, has_label_below_zero, is_empty
from ssc_to_nwb.mapping.rules_whisker import LABEL_PLACES, valid_trials_hide
from ssc_to_nwb.source.plane import Plane

_ENTRY = "timeSeriesArrayHash.value{*}"
_PLANE = f"{_ENTRY}.imagingPlane{{*}}"
_MODULE = f"/processing/{naming.OPHYS_MODULE}"
_SEGMENTATION = f"{_MODULE}/{naming.IMAGE_SEGMENTATION}/{{segmentation}}"


def _is_calcium(leaf: Leaf, facts: SessionFacts) -> bool:
    return leaf.indices[0] in facts.calcium


def _has_rows(leaf: Leaf, facts: SessionFacts) -> bool:
    return _is_calcium(leaf, facts) and facts.calcium[leaf.indices[0]].array.roi_numbers.size > 0


def _has_series(leaf: Leaf, facts: SessionFacts) -> bool:
    return _is_calcium(leaf, facts) and facts.first_series[leaf.indices[0]] is not None


def _is_numbers(leaf: Leaf, facts: SessionFacts) -> bool:
    return _is_calcium(leaf, facts) and isinstance(leaf.value, np.ndarray)


def _series(leaf: Leaf, facts: SessionFacts) -> Iterable[Names]:
    return [
        {"container": naming.RESPONSE_CONTAINERS[kind], "series": naming.response_series(kind, plane.name)}
        for plane, kind in facts.series_planes(leaf.indices[0])
    ]


def _first_series(leaf: Leaf, facts: SessionFacts) -> Iterable[Names]:
    owner = facts.first_series[leaf.indices[0]]
    if owner is None:
        return ()
    plane, kind = owner
    return ({"container": naming.RESPONSE_CONTAINERS[kind], "series": naming.response_series(kind, plane.name)},)


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


def _rows_out_of_order(leaf: Leaf, facts: SessionFacts) -> bool:
    return leaf.is_empty or not facts.calcium[leaf.indices[0]].rows_in_plane_order


def _is_plain_row_label(leaf: Leaf, facts: SessionFacts) -> bool:
    """Whether a row's label says nothing but the ROI number that the row has."""
    if not _is_calcium(leaf, facts):
        return False
    numbers = facts.calcium[leaf.indices[0]].array.roi_numbers
    row = leaf.indices[1] - 1
    return isinstance(leaf.value, str) and row < numbers.size and leaf.value == f"Ca TS for {numbers[row]}"


def _recorded_out_of_order(leaf: Leaf, facts: SessionFacts) -> bool:
    return leaf.is_empty or not facts.plane_facts(_plane_of_record(leaf, facts)).recorded_in_order


def _records_out_of_order(leaf: Leaf, facts: SessionFacts) -> bool:
    return not facts.plane_facts(_plane_of_roi(leaf, facts)).records_in_order


def _valid_trials_hide(leaf: Leaf, facts: SessionFacts) -> bool:
    return valid_trials_hide(leaf, facts, written=facts.calcium[leaf.indices[0]].subvolume.valid_trials)


def _record_patterns(field: str) -> tuple[str, ...]:
    """Patterns of a field of a plane's record: descrHash holds the records in a Hash, or bare."""
    entry = "timeSeriesArrayHash.descrHash{*}"
    return (f"{entry}.value{{*}}{{*}}.{field}", f"{entry}{{*}}.{field}")


_RULES = (
    Rule(
        identifier="calcium-rois",
        patterns=(f"{_ENTRY}.ids", f"{_ENTRY}.id"),
        disposition=Disposition.WRITTEN,
        nwb=(_MODULE + "/{container}/{series}/rois",),
        text="Region of the plane's table of ROIs, one row per column of data; kept besides where planes are mixed.",
        when=_has_rows,
        names=_series,
        keep=_rows_out_of_order,
    ),
    Rule(
        identifier="calcium-row-label",
        patterns=(f"{_ENTRY}.idStrs{{*}}", f"{_ENTRY}.idStr{{*}}"),
        disposition=Disposition.DERIVED,
        nwb=(_MODULE + "/{container}/{series}/rois",),
        text="`Ca TS for <number of the row's ROI>` and nothing else.",
        when=_is_plain_row_label,
        names=_series,
    ),
    Rule(
        identifier="calcium-values",
        patterns=(f"{_ENTRY}.valueMatrix",),
        disposition=Disposition.WRITTEN,
        nwb=(_MODULE + "/{container}/{series}/data",),
        unit="imaging.response_units of the metadata",
        text="One RoiResponseSeries per plane, time x ROI, with the plane's own rows only; NaN stays.",
        when=_has_rows,
        names=_series,
        keep=is_empty,
    ),
    Rule(
        identifier="calcium-times",
        patterns=(f"{_ENTRY}.time",),
        disposition=Disposition.WRITTEN,
        nwb=(_MODULE + "/{container}/{series}/timestamps",),
        unit="s",
        text="Time stamps of the subvolume's first series, shared by the others.",
        when=_has_series,
        names=_first_series,
        keep=is_empty,
    ),
    Rule(
        identifier="calcium-trials",
        patterns=(f"{_ENTRY}.trial",),
        disposition=Disposition.WRITTEN,
        nwb=LABEL_PLACES,
        text="References from each trial to its samples; samples of no known trial stand in a table of their own.",
        when=_has_series,
        keep=has_label_below_zero,
    ),
    Rule(
        identifier="calcium-kept",
        patterns=(
            f"{_ENTRY}.ids",
            f"{_ENTRY}.id",
            f"{_ENTRY}.idStrs{{*}}",
            f"{_ENTRY}.idStr{{*}}",
            f"{_ENTRY}.idStrDetailed{{*}}",
            f"{_ENTRY}.valueMatrix",
            f"{_ENTRY}.time",
            f"{_ENTRY}.trial",
        ),
        disposition=Disposition.KEPT,
        nwb=(KEPT_TABLE,),
        text="Labels that say more than the ROI number; and what an array without rows has, which makes no series.",
        when=_is_calcium,
    ),
    Rule(
        identifier="plane-rois",
        patterns=(f"{_PLANE}.ids", f"{_PLANE}.id"),
        disposition=Disposition.WRITTEN,
        nwb=(f"{_SEGMENTATION}/id", f"{_SEGMENTATION}/source_lists"),
        text="The first rows of the plane's table of ROIs, in this order.",
        when=_is_calcium,
        names=_plane,
        keep=is_empty,
    ),
    Rule(
        identifier="plane-files",
        patterns=(f"{_PLANE}.sourceFileList{{*}}",),
        disposition=Disposition.WRITTEN,
        nwb=(f"/processing/{naming.SOURCE_MODULE}/{naming.SOURCE_STACKS}/listed_path",),
        text="A row per plane and file, with the path as the rig wrote it.",
        when=lambda leaf, facts: _is_calcium(leaf, facts) and isinstance(leaf.value, str),
    ),
    Rule(
        identifier="plane-frames",
        patterns=(f"{_PLANE}.sourceFileFrameIdx",),
        disposition=Disposition.WRITTEN,
        nwb=(f"/processing/{naming.SOURCE_MODULE}/{{frame_index}}",),
        text="A row per time stamp of the subvolume: file and frame, counted from 1 as in the source; -1 for NaN.",
        when=_is_calcium,
        names=_plane,
        keep=is_empty,
    ),
    Rule(
        identifier="plane-master-image",
        patterns=_record_patterns("masterImage"),
        disposition=Disposition.WRITTEN,
        nwb=(_MODULE + "/{images}/{image}",),
        text="One GrayscaleImage per channel, axes (column, row), values unchanged.",
        when=_is_calcium,
        names=_master_images,
    ),
    Rule(
        identifier="plane-recorded-rois",
        patterns=_record_patterns("roiIds"),
        disposition=Disposition.WRITTEN,
        nwb=(f"{_SEGMENTATION}/id", f"{_SEGMENTATION}/source_lists"),
        text="Rows whose source_lists name roiIds; kept besides where the order differs.",
        when=_is_calcium,
        names=_record_names,
        keep=_recorded_out_of_order,
    ),
    Rule(
        identifier="roi-number",
        patterns=_record_patterns("rois{*}.id"),
        disposition=Disposition.WRITTEN,
        nwb=(f"{_SEGMENTATION}/id", f"{_SEGMENTATION}/source_lists"),
        text="Rows whose source_lists name rois; kept besides where the order differs.",
        when=_is_calcium,
        names=_roi_names,
        keep=_records_out_of_order,
    ),
    Rule(
        identifier="roi-outline",
        patterns=_record_patterns("rois{*}.cornersXY"),
        disposition=Disposition.WRITTEN,
        nwb=(f"{_SEGMENTATION}/outline",),
        unit="pixels",
        text="x (column) and y (row) of the corners, counted from 0.",
        when=_is_calcium,
        names=_roi_names,
        keep=is_empty,
    ),
    Rule(
        identifier="roi-pixels",
        patterns=_record_patterns("rois{*}.indicesWithinImage"),
        disposition=Disposition.WRITTEN,
        nwb=(f"{_SEGMENTATION}/pixel_mask",),
        unit="pixels",
        text="x (column) and y (row) of each pixel, counted from 0, in the source's order; weight 1.",
        when=_is_calcium,
        names=_roi_names,
        keep=is_empty,
    ),
    Rule(
        identifier="no-roi-records",
        patterns=_record_patterns("rois"),
        disposition=Disposition.KEPT,
        nwb=(KEPT_TABLE,),
        text="An empty list of ROI records; that it is there is kept.",
        when=lambda leaf, facts: _is_calcium(leaf, facts) and leaf.is_empty,
    ),
    Rule(
        identifier="imaging-valid-trials",
        patterns=("timeSeriesArrayHash.descrHash{*}.value{*}", "timeSeriesArrayHash.descrHash{*}"),
        disposition=Disposition.WRITTEN,
        nwb=(
            f"/intervals/{naming.TRIALS}/imaging_valid",
            f"/intervals/{naming.TRIALS}/imaging_valid_subvolumes",
        ),
        text="Whether the trial is in the list of any subvolume, and of which; kept besides where that hides some.",
        when=_is_numbers,
        keep=_valid_trials_hide,
    ),
)
RULES = tuple(replace(rule, scope="entries of dF/F, raw fluorescence and events") for rule in _RULES)
