"""What becomes of the fields of the entry `runningSpeed`."""

from __future__ import annotations

from running_speed.layout import LABELS, SERIES
from running_speed.source import KIND
from ssc_to_nwb.data_types.rule import below, kept, of_array, scoped, written

_ENTRY = "timeSeriesArrayHash.value{*}"

RULES = scoped(
    KIND,
    of_array(KIND),
    written(
        "running-values", f"{_ENTRY}.valueMatrix", nwb=(f"{SERIES}/data",), unit="cm/s", text="Speed of the wheel."
    ),
    written(
        "running-times",
        f"{_ENTRY}.time",
        nwb=(f"{SERIES}/timestamps", f"{LABELS}/timestamps"),
        unit="s",
        text="Time stamps.",
    ),
    written(
        "running-trials",
        f"{_ENTRY}.trial",
        nwb=(f"{LABELS}/data",),
        unit="n/a",
        text="The trial number of every sample; NaN stays.",
    ),
    kept("running-labels", *below(_ENTRY, "ids", "idStrs{*}"), text="Number and name of the row."),
)
