"""Rules for the arrays of the entries of timeSeriesArrayHash that hold dF/F, raw fluorescence or calcium events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.data_types.modules import OPHYS
from ssc_to_nwb.data_types.rule import Disposition, Leaf, Names, Rule, is_empty
from ssc_to_nwb.data_types.subvolumes.layout import VALID, VALID_SUBVOLUMES
from ssc_to_nwb.data_types.trials.claims import lists_trials, valid_trials_hide
from ssc_to_nwb.data_types.trials.layout import PATH as TRIALS

_ENTRY = "timeSeriesArrayHash.value{*}"
SCOPE = "entries of dF/F, raw fluorescence and events"
_IMAGING_VALID = f"{TRIALS}/{VALID.name}"


def is_calcium(leaf: Leaf, facts: SessionFacts) -> bool:
    """Whether the leaf belongs to a calcium entry."""
    return leaf.indices[0] in facts.calcium


def _has_rows(leaf: Leaf, facts: SessionFacts) -> bool:
    return is_calcium(leaf, facts) and facts.calcium[leaf.indices[0]].array.roi_numbers.size > 0


def _has_clock(leaf: Leaf, facts: SessionFacts) -> bool:
    return is_calcium(leaf, facts) and facts.has_clock(leaf.indices[0])


def _lists_valid_trials(leaf: Leaf, facts: SessionFacts) -> bool:
    return is_calcium(leaf, facts) and lists_trials(leaf, facts.calcium[leaf.indices[0]].subvolume.valid_trials)


def _series(leaf: Leaf, facts: SessionFacts) -> Iterable[Names]:
    return [
        {"container": naming.RESPONSE_CONTAINERS[kind], "series": naming.response_series(kind, plane.name)}
        for plane, kind in facts.series_planes(leaf.indices[0])
    ]


def _labels(leaf: Leaf, facts: SessionFacts) -> Iterable[Names]:
    volume = facts.calcium[leaf.indices[0]].subvolume
    return ({"labels": naming.subvolume_trial_number(volume.number, occurrence=volume.occurrence)},)


def _clock_owner(leaf: Leaf, facts: SessionFacts) -> Iterable[Names]:
    owner = facts.first_series[leaf.indices[0]]
    if owner is None:
        return [{"owner": names["labels"]} for names in _labels(leaf, facts)]
    plane, kind = owner
    return ({"owner": f"{naming.RESPONSE_CONTAINERS[kind]}/{naming.response_series(kind, plane.name)}"},)


def _rows_out_of_order(leaf: Leaf, facts: SessionFacts) -> bool:
    return leaf.is_empty or not facts.calcium[leaf.indices[0]].rows_in_plane_order


def _is_plain_row_label(leaf: Leaf, facts: SessionFacts) -> bool:
    """Whether the leaf is of labels that are all one text and the ROI number of their row."""
    if not is_calcium(leaf, facts):
        return False
    labels = facts.calcium[leaf.indices[0]].labels
    return labels is not None and leaf.path in (labels.field, f"{labels.field}{{{leaf.indices[1]}}}")


def _label_parts(leaf: Leaf, facts: SessionFacts) -> Names:
    """The text of a label, and the field that has the number behind it."""
    labels = facts.calcium[leaf.indices[0]].labels
    return {} if labels is None else {"text": labels.text, "number": labels.number_field}


def _valid_trials_hide(leaf: Leaf, facts: SessionFacts) -> bool:
    number = facts.calcium[leaf.indices[0]].subvolume.number
    return valid_trials_hide(leaf, facts, written=facts.listed_trials(number))


def _names_subvolumes(place: str, leaf: Leaf, facts: SessionFacts) -> bool:  # noqa: ARG001
    """The column of subvolume numbers is there where any trial of the session is listed; the other always."""
    numbers, lists = facts.session.trials.numbers, [volume.valid_trials for volume in facts.session.subvolumes]
    return place == _IMAGING_VALID or any(np.isin(numbers, one).any() for one in lists if one is not None)


_RULES = (
    Rule(
        identifier="calcium-rois",
        patterns=(f"{_ENTRY}.ids", f"{_ENTRY}.id"),
        disposition=Disposition.WRITTEN,
        nwb=(OPHYS.path + "/{container}/{series}/rois",),
        text="Region of the plane's table of ROIs, one row per column of data; kept besides where planes are mixed.",
        when=_has_rows,
        names=_series,
        keep=_rows_out_of_order,
        up_to="order",
    ),
    Rule(
        identifier="calcium-row-label",
        patterns=(f"{_ENTRY}.idStrs{{*}}", f"{_ENTRY}.idStr{{*}}"),
        disposition=Disposition.DERIVED,
        nwb=(OPHYS.path + "/{container}/{series}/rois",),
        text="One text for all, kept once, and the ROI number of the row; where one label differs, all are kept.",
        when=_is_plain_row_label,
        names=_series,
        made_from=_label_parts,
    ),
    Rule(
        identifier="calcium-values",
        patterns=(f"{_ENTRY}.valueMatrix",),
        disposition=Disposition.WRITTEN,
        nwb=(OPHYS.path + "/{container}/{series}/data",),
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
        nwb=(OPHYS.path + "/{owner}/timestamps",),
        unit="s",
        text="Time stamps of the subvolume's first series, shared by the others.",
        when=_has_clock,
        names=_clock_owner,
        keep=is_empty,
    ),
    Rule(
        identifier="calcium-trials",
        patterns=(f"{_ENTRY}.trial",),
        disposition=Disposition.WRITTEN,
        nwb=(OPHYS.path + "/{labels}/data",),
        unit="n/a",
        text="The trial number of every time stamp of the subvolume; NaN stays.",
        when=_has_clock,
        names=_labels,
        keep=is_empty,
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
        nwb=(naming.STRUCT_TABLE,),
        text="Labels that say more than the ROI number; values of an array without rows; times of one without samples.",
        when=is_calcium,
    ),
    Rule(
        identifier="imaging-valid-trials",
        patterns=("timeSeriesArrayHash.descrHash{*}.value{*}", "timeSeriesArrayHash.descrHash{*}"),
        disposition=Disposition.WRITTEN,
        nwb=(_IMAGING_VALID, f"{TRIALS}/{VALID_SUBVOLUMES.name}"),
        text="Whether the trial is in the list of any subvolume, and of which; kept besides where that hides some.",
        when=_lists_valid_trials,
        keep=_valid_trials_hide,
        has=_names_subvolumes,
        up_to="known trials of any subvolume",
    ),
)
RULES = tuple(replace(rule, scope=SCOPE) for rule in _RULES)
