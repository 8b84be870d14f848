"""The table of all rules for the session struct."""

from __future__ import annotations

from ssc_to_nwb import naming
from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.rule import Disposition, Rule


def all_rules() -> tuple[Rule, ...]:
    """The claims of all data types, in the order in which they are tried."""
    return tuple(rule for data_type in registry.data_types() for rule in data_type.rules)


# Not in the table, as it is no field of the session struct.
OTHER_VARIABLE = Rule(
    identifier="other-variable",
    patterns=(),
    disposition=Disposition.LEFT_OUT,
    text="A variable of the session file beside the session struct.",
)

# Not in the table: takes the place of a missing rule where the user allows it.
UNMAPPED = Rule(
    identifier="unmapped",
    patterns=("**",),
    disposition=Disposition.KEPT,
    nwb=(naming.STRUCT_TABLE,),
    text="A field that no rule knows; an error, unless --allow-unmapped was given.",
)
