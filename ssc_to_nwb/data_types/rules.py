"""The table of all rules for the session struct, in the order in which they are tried."""

from __future__ import annotations

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.events import claims as rules_events
from ssc_to_nwb.data_types.roi_traces import claims as rules_calcium
from ssc_to_nwb.data_types.rois import claims as rules_planes
from ssc_to_nwb.data_types.rule import Disposition, Rule
from ssc_to_nwb.data_types.session import claims as rules_general
from ssc_to_nwb.data_types.trials import claims as rules_trials
from ssc_to_nwb.data_types.whisker import claims as rules_whisker

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

# Not in the table: takes the place of a missing rule where the user allows it.
UNMAPPED = Rule(
    identifier="unmapped",
    patterns=("**",),
    disposition=Disposition.KEPT,
    nwb=(naming.STRUCT_TABLE,),
    text="A field that no rule knows; an error, unless --allow-unmapped was given.",
)
