"""Rules for what every entry of timeSeriesArrayHash has: key, description, unit of time; and empty values."""

from __future__ import annotations

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.data_types.rule import Disposition, Leaf, Rule, is_empty

_ENTRY = "timeSeriesArrayHash.value{*}"


def _same_unit_as_trials(leaf: Leaf, facts: SessionFacts) -> bool:
    """Whether a `timeUnit` holds the same id as `trialTimeUnit`, which is kept."""
    value = leaf.value
    return isinstance(value, np.ndarray) and value.shape == (1, 1) and float(value[0, 0]) == facts.trial_time_unit


RULES = (
    Rule(
        identifier="time-unit",
        patterns=(f"{_ENTRY}.timeUnit", "eventSeriesArrayHash.value{*}.timeUnit"),
        disposition=Disposition.DERIVED,
        nwb=(naming.STRUCT_TABLE,),
        text="The same unit as trialTimeUnit, which is kept.",
        when=_same_unit_as_trials,
        made_from=lambda _, __: {"same_as": "trialTimeUnit"},
    ),
    Rule(
        identifier="time-unit-kept",
        patterns=(f"{_ENTRY}.timeUnit", "eventSeriesArrayHash.value{*}.timeUnit"),
        disposition=Disposition.KEPT,
        nwb=(naming.STRUCT_TABLE,),
        text="A time unit other than trialTimeUnit.",
    ),
    Rule(
        identifier="array-texts",
        patterns=(
            "timeSeriesArrayHash",
            "timeSeriesArrayHash.keyNames{*}",
            "timeSeriesArrayHash.descr{*}",
            "timeSeriesArrayHash.descrHash{*}.keyNames{*}",
            "timeSeriesArrayHash.descrHash{*}.descr{*}",
        ),
        disposition=Disposition.KEPT,
        nwb=(naming.STRUCT_TABLE,),
        text="Keys and descriptions of the arrays, in their order; the series' descriptions repeat them.",
    ),
    Rule(
        identifier="array-empties",
        patterns=(
            "timeSeriesArrayHash.value{*}",
            "timeSeriesArrayHash.descrHash{*}",
            "timeSeriesArrayHash.descrHash{*}.value{*}",
            f"{_ENTRY}.imagingPlane",
            f"{_ENTRY}.imagingPlane{{*}}.sourceFileList",
        ),
        disposition=Disposition.KEPT,
        nwb=(naming.STRUCT_TABLE,),
        text="An empty cell or struct array holds nothing; that it is there is kept.",
        when=is_empty,
    ),
)
