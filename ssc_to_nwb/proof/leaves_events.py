"""From the tables of events back to eventSeriesArrayHash: lists of on and off times, trials and properties."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.events.source import PAIRS, EventSeries
from ssc_to_nwb.data_types.rule import Leaf
from ssc_to_nwb.proof.comparison import Comparison, row
from ssc_to_nwb.proof.nwb_table import NwbTable
from ssc_to_nwb.proof.sample_interval import touch_sample_ms
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


def series_of(work: Comparison, leaf: Leaf) -> EventSeries:
    """The series of a leaf of `value{k}`."""
    return work.facts.events[leaf.indices[0]]


def train_rows(work: Comparison, series: EventSeries, train: int) -> np.ndarray:
    """Which rows of the series' table are of this train (0-based): int64 (n,), in the order of the source."""
    table = work.table(table_path(series))
    rows = np.ones(table.rows, dtype=bool)
    for column, text in train_labels(series, train).items():
        rows &= np.array([found == text for found in table.texts(column)], dtype=bool)
    places = np.flatnonzero(rows)
    return places[np.argsort(table.column(POSITION)[places], kind="stable")] if table.has(POSITION) else places


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


def _trains(work: Comparison, leaf: Leaf) -> list[int]:
    """The trains a leaf stands for: one, or all of them where one empty list stands for several."""
    series = series_of(work, leaf)
    if "eventTimes{" in leaf.path or "eventTrials{" in leaf.path:
        return [leaf.indices[1] - 1]
    return list(range(len(series.trains)))


def _together(on: np.ndarray, off: np.ndarray) -> np.ndarray:
    """On and off in turn, as the source lists them."""
    return np.stack([on, off], axis=1).reshape(-1)


def event_type(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """2 where the table has intervals, 1 where it has points."""
    for leaf in leaves:
        path = table_path(series_of(work, leaf))
        found = {"TimeIntervals": 2.0, "EventsTable": 1.0}.get(work.reader.attribute(path, "neurodata_type"), np.nan)
        work.proof.numbers(path, expected=row(leaf.value).astype(np.float64), found=np.array([found]), leaf=leaf.path)
        work.proof.prove([leaf.path])


def event_times(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """Points, or on and off times in turn, of each train."""
    for leaf in leaves:
        series = series_of(work, leaf)
        table, path = work.table(table_path(series)), table_path(series)
        for train in _trains(work, leaf):
            rows = train_rows(work, series, train)
            column = "start_time" if series.type == PAIRS else "timestamp"
            seconds, unit = table.column(column)[rows], work.unit_of(leaf)
            later = np.zeros(seconds.size)
            if series.type == PAIRS:
                sample_ms = touch_sample_ms(work) if series.key == "touches" else 0.0
                later = _together(later, np.full(seconds.size, sample_ms * unit.per_second / 1000))
                seconds = _together(seconds, table.column("stop_time")[rows])
            work.proof.times(
                f"{path}/{column}", expected=row(leaf.value).astype(np.float64), seconds=seconds, unit=unit,
                leaf=leaf.path, later=later,
            )  # fmt: skip
        work.proof.prove([leaf.path])


def event_trials(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """The trial number of each event, twice for pairs."""
    for leaf in leaves:
        series = series_of(work, leaf)
        path = f"{table_path(series)}/trial_number"
        for train in _trains(work, leaf):
            column = work.table(table_path(series)).column("trial_number")
            found = column[train_rows(work, series, train)].astype(np.float64)
            if series.type == PAIRS:
                found = _together(found, found)
            work.proof.numbers(path, expected=row(leaf.value).astype(np.float64), found=found, leaf=leaf.path)
        work.proof.prove([leaf.path])


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


def event_property_values(work: Comparison, leaves: Sequence[Leaf]) -> None:
    """A property's values at each event time; a column of its own holds those at the off times where they differ."""
    for leaf in leaves:
        series = series_of(work, leaf)
        table: NwbTable = work.table(table_path(series))
        train = leaf.indices[1] - 1
        key = series.trains[train].properties[leaf.indices[2] - 1].key
        name = naming.property_column(key)
        kind = property_dtype(work, series.key, key)
        found = table.column(name)[train_rows(work, series, train)]
        if series.type == PAIRS:
            other = naming.at_offset(name)
            if work.reader.has(f"{table.path}/{other}"):
                work.proof.dtype(f"{table.path}/{other}", table.column(other).dtype, expected=kind, leaf=leaf.path)
                found = _together(found, table.column(other)[train_rows(work, series, train)])
            else:
                found = _together(found, found)
        path = f"{table.path}/{name}"
        work.proof.dtype(path, table.column(name).dtype, expected=kind, leaf=leaf.path)
        found = found.astype(np.float64)
        work.proof.numbers(path, expected=row(leaf.value).astype(np.float64), found=found, leaf=leaf.path)
        work.proof.prove([leaf.path])
