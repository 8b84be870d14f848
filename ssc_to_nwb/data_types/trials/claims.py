"""Rules for the trials and their properties."""

from __future__ import annotations

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.data_types.rule import Disposition, Leaf, Names, Rule, is_empty
from ssc_to_nwb.data_types.trials.layout import PATH


def _column(leaf: Leaf, facts: SessionFacts) -> tuple[Names, ...]:
    item = facts.session.trials.properties[leaf.indices[0] - 1]
    return ({"column": naming.trial_column(item.key)},)


def lists_trials(leaf: Leaf, written: np.ndarray | None) -> bool:
    """Whether the leaf is the list of valid trials that a column was made from; `[]` may mean no list at all."""
    return (
        written is not None and isinstance(leaf.value, np.ndarray) and np.array_equal(leaf.value.reshape(-1), written)
    )


def valid_trials_hide(leaf: Leaf, facts: SessionFacts, *, written: np.ndarray | None) -> bool:
    """True where a list of trial numbers can't be read off a column of the trials table: other order, unknown numbers.

    written: the list that the column was made from.
    """
    numbers = facts.session.trials.numbers
    if written is None or not isinstance(leaf.value, np.ndarray) or not leaf.value.size:
        return True
    return not np.array_equal(numbers[np.isin(numbers, written)], leaf.value.reshape(-1))


RULES = (
    Rule(
        identifier="trial-numbers",
        patterns=("trialIds",),
        disposition=Disposition.WRITTEN,
        nwb=(f"{PATH}/trial_number",),
        text="A column of the trials table; row ids count from 0.",
        keep=is_empty,
    ),
    Rule(
        identifier="trial-starts",
        patterns=("trialStartTimes",),
        disposition=Disposition.WRITTEN,
        nwb=(f"{PATH}/start_time", f"{PATH}/start_measured"),
        unit="s",
        text="Start of the trial; where it is no measured start, 0 in the source. Rows are in the order of time.",
        keep=is_empty,
    ),
    Rule(
        identifier="trial-type-names",
        patterns=("trialTypeStr{*}",),
        disposition=Disposition.KEPT,
        nwb=(naming.STRUCT_TABLE,),
        text="Names of the trial types, in the order of the rows of trialTypeMat.",
    ),
    Rule(
        identifier="trial-types",
        patterns=("trialTypeMat",),
        disposition=Disposition.WRITTEN,
        nwb=(f"{PATH}/trial_type", f"{PATH}/response", f"{PATH}/correct_side"),
        text="The name of the row that is 1, and what it says; `none` where no row is.",
        keep=is_empty,
    ),
    Rule(
        identifier="trial-property-texts",
        patterns=(
            "trialPropertiesHash",
            "trialPropertiesHash.keyNames{*}",
            "trialPropertiesHash.descr{*}",
            "trialPropertiesHash.value",
        ),
        disposition=Disposition.KEPT,
        nwb=(naming.STRUCT_TABLE,),
        text="Keys and descriptions of the trial properties, in their order; a column's description repeats them.",
        when=lambda leaf, _: not leaf.path.endswith(".value") or leaf.is_empty,
    ),
    Rule(
        identifier="trial-property-values",
        patterns=("trialPropertiesHash.value{*}", "trialPropertiesHash.value{*}{*}"),
        disposition=Disposition.WRITTEN,
        nwb=(PATH + "/{column}",),
        unit="as in the source: valve times in s, StimulusPosition in motor steps",
        text="A column of its own for every property, known or not; StimulusPosition also as pole_position_mm.",
        names=_column,
        keep=is_empty,
    ),
)
