"""Rules for the entry of timeSeriesArrayHash that holds whisker angle and curvature change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.data_types.rule import Disposition, Leaf, Names, Rule, is_empty

_ENTRY = "timeSeriesArrayHash.value{*}"
_MODULE = f"/processing/{naming.BEHAVIOR_MODULE}"


def is_whisker(leaf: Leaf, facts: SessionFacts) -> bool:
    """Whether the leaf belongs to the whisker entry."""
    return leaf.indices[0] == facts.whisker_position


def _has_traces(leaf: Leaf, facts: SessionFacts) -> bool:
    return is_whisker(leaf, facts) and facts.session.whisker is not None and bool(facts.session.whisker.traces)


def _has_clock(leaf: Leaf, facts: SessionFacts) -> bool:
    return is_whisker(leaf, facts) and facts.has_whisker_clock


def _series(leaf: Leaf, facts: SessionFacts) -> Iterable[Names]:  # noqa: ARG001
    whisker = facts.session.whisker
    traces = () if whisker is None else whisker.traces
    return [{"series": naming.whisker_series(trace.quantity, trace.whisker)} for trace in traces]


def _series_on_clock(leaf: Leaf, facts: SessionFacts) -> Iterable[Names]:
    return [*_series(leaf, facts), {"series": naming.TRIAL_NUMBER}]


def _lists_valid_trials(leaf: Leaf, facts: SessionFacts) -> bool:
    whisker = facts.session.whisker
    return is_whisker(leaf, facts) and whisker is not None and lists_trials(leaf, whisker.valid_trials)


def lists_trials(leaf: Leaf, written: np.ndarray | None) -> bool:
    """Whether the leaf is the list of valid trials that a column was made from; `[]` may mean no list at all."""
    return (
        written is not None and isinstance(leaf.value, np.ndarray) and np.array_equal(leaf.value.reshape(-1), written)
    )


def _valid_trials_hide(leaf: Leaf, facts: SessionFacts) -> bool:
    """True where the column whisker_valid does not give the list back."""
    whisker = facts.session.whisker
    return valid_trials_hide(leaf, facts, written=None if whisker is None else whisker.valid_trials)


def valid_trials_hide(leaf: Leaf, facts: SessionFacts, *, written: np.ndarray | None) -> bool:
    """True where a list of trial numbers can't be read off a column of the trials table: other order, unknown numbers.

    written: the list that the column was made from.
    """
    numbers = facts.session.trials.numbers
    if written is None or not isinstance(leaf.value, np.ndarray) or not leaf.value.size:
        return True
    return not np.array_equal(numbers[np.isin(numbers, written)], leaf.value.reshape(-1))


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
        when=is_whisker,
    ),
    Rule(
        identifier="whisker-values",
        patterns=(f"{_ENTRY}.valueMatrix",),
        disposition=Disposition.WRITTEN,
        nwb=(_MODULE + "/{series}/data",),
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
        nwb=(_MODULE + "/{series}/timestamps",),
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
        nwb=(f"{_MODULE}/{naming.TRIAL_NUMBER}/data",),
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
        when=is_whisker,
    ),
    Rule(
        identifier="whisker-valid-trials",
        patterns=(
            "timeSeriesArrayHash.descrHash{*}.value{*}",
            "timeSeriesArrayHash.descrHash{*}",
        ),
        disposition=Disposition.WRITTEN,
        nwb=(f"/intervals/{naming.TRIALS}/whisker_valid",),
        text="Whether the trial's number is in the list.",
        when=_lists_valid_trials,
        keep=_valid_trials_hide,
    ),
)
RULES = tuple(replace(rule, scope="the whisker entry") for rule in _RULES)
