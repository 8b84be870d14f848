"""The tables of events: their columns and the types of these."""

from __future__ import annotations

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.events.source import PAIRS, EventSeries
from ssc_to_nwb.data_types.trial_labels.source import NO_TRIAL
from ssc_to_nwb.proof.comparison import Comparison
from ssc_to_nwb.proof.event_trains import POSITION, property_dtype, table_path, train_labels
from ssc_to_nwb.proof.objects import check_table
from ssc_to_nwb.proof.trial_labels import label_type


def check_events(work: Comparison) -> None:
    """Compare the structure of every table of events with the series it holds."""
    tables: dict[str, list[EventSeries]] = {}
    for key in (*naming.EVENT_TABLES, *work.session.events):
        series = work.session.events.get(key)
        if series is not None and series not in tables.get(table_path(series), []):
            tables.setdefault(table_path(series), []).append(series)
    for path, members in tables.items():
        work.proof.guarded(path, _check_table, work, path, members)


def _check_table(work: Comparison, path: str, members: list[EventSeries]) -> None:
    pairs = members[0].type == PAIRS
    times = ["start_time", "stop_time"] if pairs else ["timestamp"]
    labels = list(train_labels(members[0], 0)) if members[0].trains else []
    properties = _property_columns(members)
    # Whether the source has another order follows from the column, or from the table without it.
    position = [POSITION] if work.table(path).has(POSITION) else []
    table = check_table(
        work,
        path,
        columns=[*times, *labels, "trial_number", *position, *properties],
        neurodata_type="TimeIntervals" if pairs else "EventsTable",
        types={"timestamp": "TimestampVectorData"},
        dtypes={"trial_number": _labels_dtype(members), POSITION: np.int64, **_property_dtypes(work, members)},
        parts=[part for series in members for part in (series.key, series.description)],
    )
    if not pairs:
        work.proof.attribute(f"{path}/timestamp", "unit", "seconds")
        text = work.reader.attribute(path, "source_description")
        work.proof.equal(path, expected=True, found=isinstance(text, str) and bool(text))
    for name, parts in properties.items():
        work.proof.described(f"{path}/{name}", *parts)
    for name in times:
        work.proof.dtype(f"{path}/{name}", table.column(name).dtype, expected=np.float64)


def _labels_dtype(members: list[EventSeries]) -> type[np.generic]:
    labels = [train.trial for series in members for train in series.trains]
    joined = np.concatenate([np.zeros(0, dtype=np.int64), *labels])
    return label_type(np.where(joined == NO_TRIAL, np.nan, joined))


def _property_columns(members: list[EventSeries]) -> dict[str, tuple[str, ...]]:
    """Columns of the properties, each with what its description must hold; those at the off times after the others."""
    columns: dict[str, tuple[str, ...]] = {}
    for item in (item for series in members for train in series.trains for item in train.properties):
        name = naming.property_column(item.key)
        if name in columns:
            continue
        columns[name] = (item.key, item.description)
        if _differs_at_offset(members, item.key):
            columns[naming.at_offset(name)] = (item.key,)
    return columns


def _property_dtypes(work: Comparison, members: list[EventSeries]) -> dict[str, type[np.generic]]:
    keys = {item.key for series in members for train in series.trains for item in train.properties}
    dtypes = {naming.property_column(key): property_dtype(work, members[0].key, key) for key in keys}
    return {**dtypes, **{naming.at_offset(name): dtype for name, dtype in dtypes.items()}}


def _differs_at_offset(members: list[EventSeries], key: str) -> bool:
    """Whether any event has another value at its off time than at its on time."""
    values = [
        item.values
        for series in members
        if series.type == PAIRS
        for train in series.trains
        for item in train.properties
        if item.key == key
    ]
    return any(not np.array_equal(one[0::2], one[1::2], equal_nan=True) for one in values)
