"""Rules for the trials and their properties."""

from __future__ import annotations

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.data_types.rule import Leaf, Names, below, kept, written
from ssc_to_nwb.data_types.trials.layout import PATH

_PROPERTIES = "trialPropertiesHash"


def _column(leaf: Leaf, facts: SessionFacts) -> tuple[Names, ...]:
    item = facts.session.trials.properties[leaf.indices[0] - 1]
    return ({"column": naming.trial_column(item.key)},)


def lists_trials(leaf: Leaf, listed: np.ndarray | None) -> bool:
    """Whether the leaf is the list of valid trials that a column was made from; `[]` may mean no list at all."""
    value = leaf.value
    return listed is not None and isinstance(value, np.ndarray) and np.array_equal(value.reshape(-1), listed)


def valid_trials_hide(leaf: Leaf, facts: SessionFacts, listed: np.ndarray | None) -> bool:
    """True where a list of trial numbers can't be read off a column of the trials table: other order, unknown numbers.

    listed: the list that the column was made from.
    """
    numbers = facts.session.trials.numbers
    if listed is None or not isinstance(leaf.value, np.ndarray) or not leaf.value.size:
        return True
    return not np.array_equal(numbers[np.isin(numbers, listed)], leaf.value.reshape(-1))


RULES = (
    written(
        "trial-numbers",
        "trialIds",
        nwb=(f"{PATH}/trial_number",),
        text="A column of the trials table; row ids count from 0.",
    ),
    written(
        "trial-starts",
        "trialStartTimes",
        nwb=(f"{PATH}/start_time", f"{PATH}/start_measured"),
        unit="s",
        text="Start of the trial; where it is no measured start, 0 in the source. Rows are in the order of time.",
    ),
    kept(
        "trial-type-names",
        "trialTypeStr{*}",
        text="Names of the trial types, in the order of the rows of trialTypeMat.",
    ),
    written(
        "trial-types",
        "trialTypeMat",
        nwb=(f"{PATH}/trial_type", f"{PATH}/response", f"{PATH}/correct_side"),
        text="The name of the row that is 1, and what it says; `none` where no row is.",
    ),
    kept(
        "trial-property-texts",
        _PROPERTIES,
        *below(_PROPERTIES, "keyNames{*}", "descr{*}", "value"),
        text="Keys and descriptions of the trial properties, in their order; a column's description repeats them.",
        when=lambda leaf, _: not leaf.path.endswith(".value") or leaf.is_empty,
    ),
    written(
        "trial-property-values",
        *below(_PROPERTIES, "value{*}", "value{*}{*}"),
        nwb=(PATH + "/{column}",),
        unit="as in the source: valve times in s, StimulusPosition in motor steps",
        text="A column of its own for every property, known or not; StimulusPosition also as pole_position_mm.",
        names=_column,
    ),
)
