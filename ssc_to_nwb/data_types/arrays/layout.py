"""Rules for what every entry of timeSeriesArrayHash has: key, description, unit of time; and empty values."""

from __future__ import annotations

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.data_types.rule import Leaf, below, derived, is_empty, kept

_HASH = "timeSeriesArrayHash"
_TIME_UNITS = (f"{_HASH}.value{{*}}.timeUnit", "eventSeriesArrayHash.value{*}.timeUnit")


def _same_unit_as_trials(leaf: Leaf, facts: SessionFacts) -> bool:
    """Whether a `timeUnit` holds the same id as `trialTimeUnit`, which is kept."""
    value, unit = leaf.value, facts.session.tree.fields.get("trialTimeUnit")
    return isinstance(value, np.ndarray) and isinstance(unit, np.ndarray) and np.array_equal(value, unit.reshape(1, -1))


RULES = (
    derived(
        "time-unit",
        *_TIME_UNITS,
        nwb=(naming.STRUCT_TABLE,),
        text="The same unit as trialTimeUnit, which is kept.",
        when=_same_unit_as_trials,
        made_from=lambda _, __: {"same_as": "trialTimeUnit"},
    ),
    kept("time-unit-kept", *_TIME_UNITS, text="A time unit other than trialTimeUnit."),
    kept(
        "array-texts",
        _HASH,
        *below(_HASH, "keyNames{*}", "descr{*}", "descrHash{*}.keyNames{*}", "descrHash{*}.descr{*}"),
        text="Keys and descriptions of the arrays, in their order; the series' descriptions repeat them.",
    ),
    kept(
        "array-empties",
        *below(_HASH, "value{*}", "descrHash{*}", "descrHash{*}.value{*}"),
        *below(f"{_HASH}.value{{*}}", "imagingPlane", "imagingPlane{*}.sourceFileList"),
        text="An empty cell or struct array holds nothing; that it is there is kept.",
        when=is_empty,
    ),
)
