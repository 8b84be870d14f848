"""Which rows of a table of events are of which train of the source."""

from __future__ import annotations

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.events.source import PAIRS, EventSeries
from ssc_to_nwb.proof.comparison import Comparison
from ssc_to_nwb.proof.trial_labels import label_type

POSITION = "source_position"
COUNTERS = (
    "touchNumberWithinTrial", "touchBoutNumber", "touchNumberWithinBout", "whTSACorrespondingIndex",
    "caTSACorrespondingIndex", "derTSACorrespondingIndex",
)  # fmt: skip
SIDES = {"leftLicks": "left", "rightLicks": "right", "leftReward": "left", "rightReward": "right"}


def table_path(series: EventSeries) -> str:
    """Path of the table that holds a series."""
    return f"/{'intervals' if series.type == PAIRS else 'events'}/{naming.event_table(series.key)}"


def train_labels(series: EventSeries, train: int) -> dict[str, str]:
    """The texts that tell a train's rows from the others of its table, by column."""
    if series.key in SIDES:
        return {"side": SIDES[series.key]}
    label = series.trains[train].label.strip()
    if series.key == "touches":
        direction, _, whisker = label.partition(" ")
        return {"direction": direction.lower(), "whisker": whisker[len("contacts for ") :].strip()}
    if series.key in naming.EVENT_TABLES:
        return {}
    labels = [one.label or series.key for one in series.trains]
    return {"series": labels[train] if labels.count(labels[train]) == 1 else f"{labels[train]} ({train + 1})"}


def property_dtype(work: Comparison, series_key: str, key: str) -> type[np.generic]:
    """How a property's column must hold its values: 32 bits where it counts and all of its table's values are whole."""
    if key not in COUNTERS:
        return np.float64
    table = naming.event_table(series_key)
    trains = [
        train
        for series in work.session.events.values()
        if naming.event_table(series.key) == table
        for train in series.trains
    ]
    values = [item.values for train in trains for item in train.properties if item.key == key]
    lacking = any(train.time_ms.size and key not in {item.key for item in train.properties} for train in trains)
    joined = np.concatenate([np.zeros(0), *values])
    return np.float64 if lacking or not np.array_equal(joined, np.floor(joined)) else label_type(joined)
