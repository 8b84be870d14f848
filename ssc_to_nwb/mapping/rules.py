"""The table of all rules for the session struct, in the order in which they are tried."""

from __future__ import annotations

from ssc_to_nwb.mapping import (
    rules_calcium,
    rules_events,
    rules_general,
    rules_planes,
    rules_trials,
    rules_whisker,
)
from ssc_to_nwb.mapping.rule import STRUCT_TABLE, Disposition, Rule

RULES: tuple[Rule, ...] = (
    *rules_general.RULES,
    *rules_trials.RULES,
    *rules_whisker.RULES,
    *rules_calcium.RULES,
    *rules_planes.RULES,
    *rules_whisker.SHARED_RULES,
    *rules_events.RULES,
)

# Not in the table, as it is no field of the session struct.
OTHER_VARIABLE = Rule(
    identifier="other-variable",
    patterns=(),
    disposition=Disposition.LEFT_OUT,
    text="A variable of the session file beside the session struct.",
)

# Not in the table: stands in for a missing rule where the user allows it.
UNMAPPED = Rule(
    identifier="unmapped",
    patterns=("**",),
    disposition=Disposition.KEPT,
    nwb=(STRUCT_TABLE,),
    text="A field that no rule knows; an error, unless --allow-unmapped was given.",
)
