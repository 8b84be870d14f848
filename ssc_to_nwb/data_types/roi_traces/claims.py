"""Rules for the arrays of the entries of timeSeriesArrayHash that hold dF/F, raw fluorescence or calcium events."""

from __future__ import annotations

from ssc_to_nwb.data_types.declared import OPHYS
from ssc_to_nwb.data_types.facts import CalciumFacts, SessionFacts
from ssc_to_nwb.data_types.roi_traces.layout import series_path
from ssc_to_nwb.data_types.rule import Leaf, Names, below, derived, kept, scoped, written
from ssc_to_nwb.data_types.subvolumes.layout import VALID, VALID_SUBVOLUMES, labels_path, listed_trials, trial_columns
from ssc_to_nwb.data_types.trials.claims import lists_trials, valid_trials_hide
from ssc_to_nwb.data_types.trials.layout import PATH as TRIALS

_ENTRY = "timeSeriesArrayHash.value{*}"
SCOPE = "entries of dF/F, raw fluorescence and events"


def is_calcium(leaf: Leaf, facts: SessionFacts) -> bool:
    """Whether the leaf belongs to a calcium entry."""
    return leaf.indices[0] in facts.calcium


def _entry(leaf: Leaf, facts: SessionFacts) -> CalciumFacts:
    return facts.calcium[leaf.indices[0]]


def _has_rows(leaf: Leaf, facts: SessionFacts) -> bool:
    return _entry(leaf, facts).array.roi_numbers.size > 0


def _has_clock(leaf: Leaf, facts: SessionFacts) -> bool:
    """Whether the file has a series on the clock of the entry: a trace, or trial numbers alone."""
    entry = _entry(leaf, facts)
    return bool(entry.traced) or entry.subvolume.time_ms.size > 0


def _series(leaf: Leaf, facts: SessionFacts) -> list[Names]:
    array = _entry(leaf, facts).array
    paths = [series_path(plane, array.kind) for plane, traces in _entry(leaf, facts).traced if traces.array is array]
    return [dict(zip(("container", "series"), path.split("/")[-2:], strict=True)) for path in paths]


def _clock_owner(leaf: Leaf, facts: SessionFacts) -> tuple[Names, ...]:
    entry = _entry(leaf, facts)
    owners = [series_path(plane, traces.array.kind) for plane, traces in entry.traced[:1]]
    owner = owners[0] if owners else labels_path(entry.subvolume)
    return ({"owner": owner.removeprefix(f"{OPHYS.path}/")},)


def _labels(leaf: Leaf, facts: SessionFacts) -> tuple[Names, ...]:
    return ({"labels": labels_path(_entry(leaf, facts).subvolume).removeprefix(f"{OPHYS.path}/")},)


def _is_plain_row_label(leaf: Leaf, facts: SessionFacts) -> bool:
    """Whether the leaf is of labels that are all one text and the ROI number of their row."""
    labels = _entry(leaf, facts).labels
    return labels is not None and leaf.path in (labels.field, f"{labels.field}{{{leaf.indices[1]}}}")


def _label_parts(leaf: Leaf, facts: SessionFacts) -> Names:
    """The text of a label, and the field that has the number behind it."""
    labels = _entry(leaf, facts).labels
    return {} if labels is None else {"text": labels.text, "number": labels.number_field}


def _valid_trials_hide(leaf: Leaf, facts: SessionFacts) -> bool:
    listed = listed_trials(facts.session).get(_entry(leaf, facts).subvolume.number)
    return valid_trials_hide(leaf, facts, listed)


def _has_column(place: str, leaf: Leaf, facts: SessionFacts) -> bool:  # noqa: ARG001
    return place in [f"{TRIALS}/{column.name}" for column in trial_columns(facts.session)]


RULES = scoped(
    SCOPE,
    is_calcium,
    written(
        "calcium-rois",
        *below(_ENTRY, "ids", "id"),
        nwb=(OPHYS.path + "/{container}/{series}/rois",),
        text="Region of the plane's table of ROIs, one row per column of data; kept besides where planes are mixed.",
        when=_has_rows,
        names=_series,
        keep=lambda leaf, facts: leaf.is_empty or not _entry(leaf, facts).rows_in_plane_order,
        up_to="order",
    ),
    derived(
        "calcium-row-label",
        *below(_ENTRY, "idStrs{*}", "idStr{*}"),
        nwb=(OPHYS.path + "/{container}/{series}/rois",),
        text="One text for all, kept once, and the ROI number of the row; where one label differs, all are kept.",
        when=_is_plain_row_label,
        names=_series,
        made_from=_label_parts,
    ),
    written(
        "calcium-values",
        f"{_ENTRY}.valueMatrix",
        nwb=(OPHYS.path + "/{container}/{series}/data",),
        unit="imaging.response_units of the metadata",
        text="One RoiResponseSeries per plane, time x ROI, with the plane's own rows only; NaN stays.",
        when=_has_rows,
        names=_series,
    ),
    written(
        "calcium-times",
        f"{_ENTRY}.time",
        nwb=(OPHYS.path + "/{owner}/timestamps",),
        unit="s",
        text="Time stamps of the subvolume's first series, shared by the others.",
        when=_has_clock,
        names=_clock_owner,
    ),
    written(
        "calcium-trials",
        f"{_ENTRY}.trial",
        nwb=(OPHYS.path + "/{labels}/data",),
        unit="n/a",
        text="The trial number of every time stamp of the subvolume; NaN stays.",
        when=_has_clock,
        names=_labels,
    ),
    kept(
        "calcium-kept",
        *below(_ENTRY, "ids", "id", "idStrs{*}", "idStr{*}", "idStrDetailed{*}", "valueMatrix", "time", "trial"),
        text="Labels that say more than the ROI number; values of an array without rows; times of one without samples.",
    ),
    written(
        "imaging-valid-trials",
        *below("timeSeriesArrayHash", "descrHash{*}.value{*}", "descrHash{*}"),
        nwb=(f"{TRIALS}/{VALID.name}", f"{TRIALS}/{VALID_SUBVOLUMES.name}"),
        text="Whether the trial is in the list of any subvolume, and of which; kept besides where that hides some.",
        when=lambda leaf, facts: lists_trials(leaf, _entry(leaf, facts).subvolume.valid_trials),
        keep=_valid_trials_hide,
        has=_has_column,
        up_to="known trials of any subvolume",
    ),
)
