"""What becomes of the fields of the entry `runningSpeed`."""

from __future__ import annotations

from running_speed.layout import LABELS, SERIES
from running_speed.source import KIND
from ssc_to_nwb import naming
from ssc_to_nwb.data_types.rule import Disposition, Rule, is_empty, of_array

_ENTRY = "timeSeriesArrayHash.value{*}"

RULES = (
    Rule(
        identifier="running-values",
        patterns=(f"{_ENTRY}.valueMatrix",),
        disposition=Disposition.WRITTEN,
        nwb=(f"{SERIES}/data",),
        unit="cm/s",
        text="Speed of the wheel.",
        scope=KIND,
        when=of_array(KIND),
        keep=is_empty,
    ),
    Rule(
        identifier="running-times",
        patterns=(f"{_ENTRY}.time",),
        disposition=Disposition.WRITTEN,
        nwb=(f"{SERIES}/timestamps", f"{LABELS}/timestamps"),
        unit="s",
        text="Time stamps.",
        scope=KIND,
        when=of_array(KIND),
        keep=is_empty,
    ),
    Rule(
        identifier="running-trials",
        patterns=(f"{_ENTRY}.trial",),
        disposition=Disposition.WRITTEN,
        nwb=(f"{LABELS}/data",),
        unit="n/a",
        text="The trial number of every sample; NaN stays.",
        scope=KIND,
        when=of_array(KIND),
        keep=is_empty,
    ),
    Rule(
        identifier="running-labels",
        patterns=(f"{_ENTRY}.ids", f"{_ENTRY}.idStrs{{*}}"),
        disposition=Disposition.KEPT,
        nwb=(naming.STRUCT_TABLE,),
        text="Number and name of the row.",
        scope=KIND,
        when=of_array(KIND),
    ),
)
