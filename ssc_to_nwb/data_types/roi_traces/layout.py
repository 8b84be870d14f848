"""Raw fluorescence, dF/F and calcium events in the NWB file: a RoiResponseSeries per plane and kind; their rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import OPHYS, DeclaredObject, Region, Series, Sources
from ssc_to_nwb.data_types.facts import CalciumFacts, SessionFacts
from ssc_to_nwb.data_types.rois.layout import roi_tables, table_path
from ssc_to_nwb.data_types.rule import CALCIUM, Leaf, below, derived, is_calcium, kept, scoped, written
from ssc_to_nwb.data_types.subvolumes.layout import VALID, VALID_SUBVOLUMES, listed_trials, series_path
from ssc_to_nwb.data_types.subvolumes.source import ARRAY_KINDS, RoiArray, Subvolume
from ssc_to_nwb.data_types.trials.layout import PATH as TRIALS
from ssc_to_nwb.data_types.trials.layout import lists_trials, valid_trials_hide
from ssc_to_nwb.session.context import SessionContext

_TYPES = {"raw": "Fluorescence", "dff": "DfOverF", "event": "Fluorescence"}
CONTAINERS = {
    kind: DeclaredObject(path=f"{OPHYS.path}/{naming.RESPONSE_CONTAINERS[kind]}", neurodata_type=_TYPES[kind])
    for kind in ARRAY_KINDS
}
_TEXT = (
    "{processing} One column per ROI of {plane}. Time stamps are those of all planes of subvolume {number}, with NaN "
    "where this plane has no frame. Source: {key!r}, {description}"
)
_ENTRY = "timeSeriesArrayHash.value{*}"
_SERIES, _LABELS = f"{OPHYS.path}/{{container}}/{{series}}", f"{OPHYS.path}/{{labels}}"


def objects(sources: Sources) -> Iterator[DeclaredObject]:
    """The series of all subvolumes, in their containers, and the tables of the ROIs that they are of."""
    for subvolume in sources.session.subvolumes:
        if subvolume.traced_planes():
            yield from roi_tables(sources.context, subvolume)
            yield from _series_of(sources.context, subvolume)


def _series_of(context: SessionContext, subvolume: Subvolume) -> Iterator[DeclaredObject]:
    """A series for every plane and kind of array that has rows of the plane."""
    facts, seconds = context.metadata.imaging, context.clock.seconds(subvolume.time_ms)
    clock = None
    for plane, traces in subvolume.traced_planes():
        array, path = traces.array, series_path(plane, traces.array.kind)
        rows = {number: row for row, number in enumerate(plane.ordered_roi_numbers.tolist())}
        yield CONTAINERS[array.kind]
        yield Series(
            path=path,
            neurodata_type="RoiResponseSeries",
            text=_TEXT.format(
                processing=facts.data_processing.get(array.kind, ""),
                plane=plane.name,
                number=subvolume.number,
                key=array.key,
                description=array.description,
            ).strip(),
            unit=facts.response_units[array.kind],
            dtype=array.values.dtype,
            axes=2,
            clock=clock,
            rois=Region(
                table=table_path(plane),
                text=f"Rows of {naming.plane_segmentation(plane.name)}, one per column of data.",
                rows=[rows[number] for number in traces.roi_numbers.tolist()],
            ),
            values=traces.time_by_roi,
            seconds=seconds,
            source=(array.path,),
            clock_source=tuple(one.path for one in subvolume.arrays.values()),
        )
        clock = clock or path


def _entry(leaf: Leaf, facts: SessionFacts) -> CalciumFacts:
    return facts.calcium[leaf.indices[0]]


def _has_order_of_planes(volume: Subvolume, array: RoiArray) -> bool:
    """Whether the rows of an array are those of one plane after the other."""
    rows = [traces.rows for _, traces in volume.traced_planes() if traces.array is array]
    joined = np.concatenate([np.zeros(0, dtype=np.int64), *rows])
    return np.array_equal(joined, np.arange(array.roi_numbers.size))


def _is_plain_row_label(leaf: Leaf, facts: SessionFacts) -> bool:
    """Whether the leaf is of labels that are all one text and the ROI number of their row."""
    labels = _entry(leaf, facts).array.labels
    return labels is not None and leaf.path in (labels.field, f"{labels.field}{{{leaf.indices[1]}}}")


def _label_parts(leaf: Leaf, facts: SessionFacts) -> Mapping[str, str]:
    """The text of a label, and the field that has the number behind it."""
    labels = _entry(leaf, facts).array.labels
    return {} if labels is None else {"text": labels.text, "number": labels.number_field}


def _listed(leaf: Leaf, facts: SessionFacts) -> np.ndarray | None:
    return listed_trials(facts.session).get(_entry(leaf, facts).subvolume.number)


RULES = scoped(
    CALCIUM,
    is_calcium,
    written(
        "calcium-rois",
        *below(_ENTRY, "ids", "id"),
        nwb=(f"{_SERIES}/rois",),
        text="Region of the plane's table of ROIs, one row per column of data; kept besides where planes are mixed.",
        keep=lambda leaf, facts: leaf.is_empty or not _has_order_of_planes(*_entry(leaf, facts)),
        up_to="order",
    ),
    derived(
        "calcium-row-label",
        *below(_ENTRY, "idStrs{*}", "idStr{*}"),
        nwb=(f"{_SERIES}/rois",),
        text="One text for all, kept once, and the ROI number of the row; where one label differs, all are kept.",
        when=_is_plain_row_label,
        made_from=_label_parts,
    ),
    written(
        "calcium-values",
        f"{_ENTRY}.valueMatrix",
        nwb=(f"{_SERIES}/data",),
        unit="imaging.response_units of the metadata",
        text="One RoiResponseSeries per plane, time x ROI, with the plane's own rows only; NaN stays.",
    ),
    written(
        "calcium-times",
        f"{_ENTRY}.time",
        nwb=(f"{_SERIES}/timestamps", f"{_LABELS}/timestamps"),
        unit="s",
        text="Time stamps of the subvolume's first series, or of its trial numbers; the others link to them.",
        links=False,
    ),
    written(
        "calcium-trials",
        f"{_ENTRY}.trial",
        nwb=(f"{_LABELS}/data",),
        unit="n/a",
        text="The trial number of every time stamp of the subvolume; NaN stays.",
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
        keep=lambda leaf, facts: valid_trials_hide(leaf, facts, _listed(leaf, facts)),
        up_to="known trials of any subvolume",
    ),
)
