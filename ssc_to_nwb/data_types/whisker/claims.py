"""Rules for the entry of timeSeriesArrayHash that holds whisker angle and curvature change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.data_types.rule import Disposition, Leaf, Names, Rule, is_empty, of_array
from ssc_to_nwb.data_types.trials.claims import lists_trials, valid_trials_hide
from ssc_to_nwb.data_types.trials.layout import PATH as TRIALS
from ssc_to_nwb.data_types.whisker.layout import BEHAVIOR, LABELS, VALID
from ssc_to_nwb.data_types.whisker.source import KIND, whisker_of

_ENTRY = "timeSeriesArrayHash.value{*}"


_is_whisker = of_array(KIND)


def _has_traces(leaf: Leaf, facts: SessionFacts) -> bool:
    whisker = whisker_of(facts.session)
    return _is_whisker(leaf, facts) and whisker is not None and bool(whisker.traces)


def _has_clock(leaf: Leaf, facts: SessionFacts) -> bool:
    """Whether the file has a series on the clock of the array: a trace, or trial numbers alone."""
    whisker = whisker_of(facts.session)
    return _has_traces(leaf, facts) or (_is_whisker(leaf, facts) and whisker is not None and whisker.time_ms.size > 0)


def _series(leaf: Leaf, facts: SessionFacts) -> Iterable[Names]:  # noqa: ARG001
    whisker = whisker_of(facts.session)
    traces = () if whisker is None else whisker.traces
    return [{"series": naming.whisker_series(trace.quantity, trace.whisker)} for trace in traces]


def _series_on_clock(leaf: Leaf, facts: SessionFacts) -> Iterable[Names]:
    return [*_series(leaf, facts), {"series": naming.TRIAL_NUMBER}]


def _lists_valid_trials(leaf: Leaf, facts: SessionFacts) -> bool:
    whisker = whisker_of(facts.session)
    return _is_whisker(leaf, facts) and whisker is not None and lists_trials(leaf, whisker.valid_trials)


def _valid_trials_hide(leaf: Leaf, facts: SessionFacts) -> bool:
    """True where the column whisker_valid does not give the list back."""
    whisker = whisker_of(facts.session)
    return valid_trials_hide(leaf, facts, written=None if whisker is None else whisker.valid_trials)


_RULES = (
    Rule(
        identifier="whisker-labels",
        patterns=(
            f"{_ENTRY}.ids",
            f"{_ENTRY}.id",
            f"{_ENTRY}.idStrs{{*}}",
            f"{_ENTRY}.idStr{{*}}",
            f"{_ENTRY}.idStrDetailed{{*}}",
            f"{_ENTRY}.sourceFileList{{*}}",
            f"{_ENTRY}.sourceFileIdx",
        ),
        disposition=Disposition.KEPT,
        nwb=(naming.STRUCT_TABLE,),
        text="Numbers and names of the rows, and lists of files, as they are; a series' description repeats its label.",
        when=_is_whisker,
    ),
    Rule(
        identifier="whisker-values",
        patterns=(f"{_ENTRY}.valueMatrix",),
        disposition=Disposition.WRITTEN,
        nwb=(BEHAVIOR.path + "/{series}/data",),
        unit="degrees, 1/mm",
        text="One TimeSeries per row; NaN stays.",
        when=_has_traces,
        names=_series,
        keep=is_empty,
    ),
    Rule(
        identifier="whisker-times",
        patterns=(f"{_ENTRY}.time",),
        disposition=Disposition.WRITTEN,
        nwb=(BEHAVIOR.path + "/{series}/timestamps",),
        unit="s",
        text="Time stamps, shared by all whisker series and the trial numbers.",
        when=_has_clock,
        names=_series_on_clock,
        keep=is_empty,
    ),
    Rule(
        identifier="whisker-trials",
        patterns=(f"{_ENTRY}.trial",),
        disposition=Disposition.WRITTEN,
        nwb=(f"{LABELS}/data",),
        unit="n/a",
        text="The trial number of every sample; NaN stays.",
        when=_has_clock,
        keep=is_empty,
    ),
    Rule(
        identifier="whisker-rowless",
        patterns=(f"{_ENTRY}.valueMatrix", f"{_ENTRY}.time", f"{_ENTRY}.trial"),
        disposition=Disposition.KEPT,
        nwb=(naming.STRUCT_TABLE,),
        text="An array without a row makes no trace, and one without a sample no series; what it has is kept.",
        when=_is_whisker,
    ),
    Rule(
        identifier="whisker-valid-trials",
        patterns=(
            "timeSeriesArrayHash.descrHash{*}.value{*}",
            "timeSeriesArrayHash.descrHash{*}",
        ),
        disposition=Disposition.WRITTEN,
        nwb=(f"{TRIALS}/{VALID.name}",),
        text="Whether the trial's number is in the list.",
        when=_lists_valid_trials,
        keep=_valid_trials_hide,
        up_to="known trials",
    ),
)
RULES = tuple(replace(rule, scope="the whisker entry") for rule in _RULES)
SERIES_NAMES = "whisker: `whisker_angle_<whisker>`, `whisker_curvature_change_<whisker>`"
