"""Whisker angle and curvature change in the NWB file: one TimeSeries per whisker and quantity; their fields' rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import Column, DeclaredObject, Series, Sources, processing_module
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.data_types.rule import below, kept, of_array, scoped, written
from ssc_to_nwb.data_types.trial_labels.layout import trial_numbers
from ssc_to_nwb.data_types.trials.layout import PATH as TRIALS
from ssc_to_nwb.data_types.trials.layout import lists_trials, valid_trials_hide
from ssc_to_nwb.data_types.whisker.source import KIND, WhiskerData, whisker_of
from ssc_to_nwb.session.context import SessionContext

BEHAVIOR = processing_module(
    naming.BEHAVIOR_MODULE, "Whisker angle and curvature change, tracked from the whisker videos."
)
# Unit and text by quantity.
_QUANTITIES = {
    "angle": ("degrees", "Angle of whisker {whisker}, in degrees."),
    "curvature_change": ("1/mm", "Change of the curvature (kappa) of whisker {whisker}, relative, in 1/mm."),
}
LABELS = f"{BEHAVIOR.path}/{naming.TRIAL_NUMBER}"
VALID = Column("whisker_valid", np.bool_, "Whether the source lists the trial as one with valid whisker data.")
_ENTRY = "timeSeriesArrayHash.value{*}"


def objects(sources: Sources) -> Iterator[DeclaredObject]:
    """The module of the whisker series, and the series."""
    whisker = whisker_of(sources.session)
    if whisker is not None and (whisker.traces or whisker.time_ms.size):
        yield BEHAVIOR
        seconds, paths = sources.context.clock.seconds(whisker.time_ms), trace_paths(whisker)
        for place, (trace, path) in enumerate(zip(whisker.traces, paths, strict=True)):
            unit, text = _QUANTITIES[trace.quantity]
            yield Series(
                path=path,
                text=f"{text.format(whisker=trace.whisker)} NaN where tracking failed. Source: row {trace.row + 1}, "
                f"{trace.label!r}, of {whisker.key!r}.",
                unit=unit,
                dtype=trace.values.dtype,
                clock=paths[0] if place else None,
                comments="Sampled within trials; there are gaps between trials.",
                source=(whisker.path,),
                values=trace.values,
                seconds=seconds,
            )


def trace_paths(whisker: WhiskerData) -> tuple[str, ...]:
    """Paths of the series, one per row of the array, in its order; the first has the time stamps of all."""
    return tuple(f"{BEHAVIOR.path}/{naming.whisker_series(one.quantity, one.whisker)}" for one in whisker.traces)


def labelled_clocks(context: SessionContext) -> Iterator[DeclaredObject]:
    """The clock of the whisker array."""
    whisker = whisker_of(context.session)
    if whisker is not None:
        yield from trial_numbers(
            context,
            module=BEHAVIOR,
            path=LABELS,
            of="the whisker traces",
            arrays=(whisker,),
            series_on_it=trace_paths(whisker),
        )


def trial_columns(context: SessionContext) -> Iterator[Column]:
    """Whether the source lists the trial, where it has such a list."""
    whisker = whisker_of(context.session)
    if whisker is not None and whisker.valid_trials is not None:
        valid = np.isin(context.session.trials.numbers, whisker.valid_trials)
        yield replace(VALID, values=valid, source=(whisker.path,))


def _valid_trials(facts: SessionFacts) -> np.ndarray | None:
    whisker = whisker_of(facts.session)
    return None if whisker is None else whisker.valid_trials


RULES = scoped(
    "the whisker entry",
    of_array(KIND),
    kept(
        "whisker-labels",
        *below(_ENTRY, "ids", "id", "idStrs{*}", "idStr{*}", "idStrDetailed{*}", "sourceFileList{*}", "sourceFileIdx"),
        text="Numbers and names of the rows, and lists of files, as they are; a series' description repeats its label.",
    ),
    written(
        "whisker-values",
        f"{_ENTRY}.valueMatrix",
        nwb=(BEHAVIOR.path + "/whisker_{quantity}_{whisker}/data",),
        unit="degrees, 1/mm",
        text="One TimeSeries per row; NaN stays.",
    ),
    written(
        "whisker-times",
        f"{_ENTRY}.time",
        nwb=(BEHAVIOR.path + "/{series}/timestamps",),
        unit="s",
        text="Time stamps, shared by all whisker series and the trial numbers.",
    ),
    written(
        "whisker-trials",
        f"{_ENTRY}.trial",
        nwb=(f"{LABELS}/data",),
        unit="n/a",
        text="The trial number of every sample; NaN stays.",
    ),
    kept(
        "whisker-rowless",
        *below(_ENTRY, "valueMatrix", "time", "trial"),
        text="An array without a row makes no trace, and one without a sample no series; what it has is kept.",
    ),
    written(
        "whisker-valid-trials",
        *below("timeSeriesArrayHash", "descrHash{*}.value{*}", "descrHash{*}"),
        nwb=(f"{TRIALS}/{VALID.name}",),
        text="Whether the trial's number is in the list.",
        when=lambda leaf, facts: lists_trials(leaf, _valid_trials(facts)),
        keep=lambda leaf, facts: valid_trials_hide(leaf, facts, _valid_trials(facts)),
        up_to="known trials",
    ),
)
