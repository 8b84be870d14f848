"""Rules for the entry of timeSeriesArrayHash that holds whisker angle and curvature change."""

from __future__ import annotations

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.data_types.rule import Leaf, Names, below, kept, of_array, scoped, written
from ssc_to_nwb.data_types.trials.claims import lists_trials, valid_trials_hide
from ssc_to_nwb.data_types.trials.layout import PATH as TRIALS
from ssc_to_nwb.data_types.whisker.layout import BEHAVIOR, LABELS, VALID
from ssc_to_nwb.data_types.whisker.source import KIND, WhiskerTrace, whisker_of

_ENTRY = "timeSeriesArrayHash.value{*}"


def _traces(facts: SessionFacts) -> tuple[WhiskerTrace, ...]:
    whisker = whisker_of(facts.session)
    return () if whisker is None else whisker.traces


def _valid_trials(facts: SessionFacts) -> np.ndarray | None:
    whisker = whisker_of(facts.session)
    return None if whisker is None else whisker.valid_trials


def _has_clock(leaf: Leaf, facts: SessionFacts) -> bool:  # noqa: ARG001
    """Whether the file has a series on the clock of the array: a trace, or trial numbers alone."""
    whisker = whisker_of(facts.session)
    return whisker is not None and bool(whisker.traces or whisker.time_ms.size)


def _series(leaf: Leaf, facts: SessionFacts) -> list[Names]:  # noqa: ARG001
    return [{"series": naming.whisker_series(trace.quantity, trace.whisker)} for trace in _traces(facts)]


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
        nwb=(BEHAVIOR.path + "/{series}/data",),
        unit="degrees, 1/mm",
        text="One TimeSeries per row; NaN stays.",
        when=lambda _, facts: bool(_traces(facts)),
        names=_series,
    ),
    written(
        "whisker-times",
        f"{_ENTRY}.time",
        nwb=(BEHAVIOR.path + "/{series}/timestamps",),
        unit="s",
        text="Time stamps, shared by all whisker series and the trial numbers.",
        when=_has_clock,
        names=lambda leaf, facts: [*_series(leaf, facts), {"series": naming.TRIAL_NUMBER}],
    ),
    written(
        "whisker-trials",
        f"{_ENTRY}.trial",
        nwb=(f"{LABELS}/data",),
        unit="n/a",
        text="The trial number of every sample; NaN stays.",
        when=_has_clock,
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
SERIES_NAMES = "whisker: `whisker_angle_<whisker>`, `whisker_curvature_change_<whisker>`"
