"""Events: a TimeIntervals table where the source has on/off pairs, an EventsTable where it has points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hdmf.common import VectorData
from pynwb import NWBFile
from pynwb.epoch import TimeIntervals
from pynwb.event import EventsTable, TimestampVectorData

from ssc_to_nwb import naming
from ssc_to_nwb.interfaces.base import SessionInterface
from ssc_to_nwb.interfaces.columns import column, text_column
from ssc_to_nwb.source.clock import Clock
from ssc_to_nwb.source.event_series import PAIRS, EventProperty, EventSeries, EventTrain, split_pairs
from ssc_to_nwb.source.trial_labels import labels_for_file

_SIDES = {"leftLicks": "left", "rightLicks": "right", "leftReward": "left", "rightReward": "right"}
# Text columns that tell a table's trains apart.
_LABEL_TEXTS = {
    "side": "Lick port: left or right.",
    "direction": "Movement of the whisker during the touch: protraction or retraction.",
    "whisker": "Whisker that touches the pole.",
    "series": "Name of the series in the source.",
}
_TRIAL_TEXT = (
    "Number of the trial that the source labels the event with, as in the column trial_number of the trials table; NaN "
    "where the source has NaN."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTableSpec:
    """A table of the file and the source's series that go into it."""

    name: str
    keys: tuple[str, ...]
    description: str
    labels: tuple[str, ...] = ()


def _known_table(name: str, description: str, labels: tuple[str, ...] = ()) -> EventTableSpec:
    keys = tuple(key for key, table in naming.EVENT_TABLES.items() if table == name)
    return EventTableSpec(name=name, keys=keys, description=description, labels=labels)


TABLES = (
    _known_table(
        naming.POLE_IN_REACH,
        "Times when the pole was in reach of the whiskers.",
    ),
    _known_table(
        naming.TOUCHES,
        "Touches of the pole by a whisker; a touch of one video frame starts and stops at the same time.",
        labels=("direction", "whisker"),
    ),
    _known_table(
        naming.REWARDS,
        "Delivery of water: the times a water valve was open.",
        labels=("side",),
    ),
    _known_table(
        naming.REWARD_CUE,
        "Auditory cue for the animal to answer and collect its reward.",
    ),
    _known_table(
        naming.LICKS,
        "Contacts of the tongue with a lick port.",
        labels=("side",),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Events of one train as rows: times in s (n,), trials (n,), properties by column name, text labels."""

    start: np.ndarray
    stop: np.ndarray | None
    trial: np.ndarray
    properties: dict[str, EventProperty]
    labels: dict[str, str]


class EventsInterface(SessionInterface):
    """Pole in reach, touches, licks, rewards and reward cue."""

    display_name = "CRCNS ssc events"
    info = "Tables of pole, touches, licks, rewards and cue."

    def add(self, nwbfile: NWBFile) -> None:
        """Add one table per kind of event; series nobody knows get a table of their own."""
        events = self.context.session.events
        for spec in event_tables(tuple(events)):
            series = [events[key] for key in spec.keys if key in events]
            if not series:
                continue
            rows = [row for one in series for row in _rows(one, clock=self.context.clock, labels=spec.labels)]
            descriptions = [f"{one.key}: {one.description}" for one in series]
            text = f"{spec.description} Source: {'; '.join(descriptions)}"
            if series[0].type == PAIRS:
                nwbfile.add_time_intervals(_intervals_table(spec, text, rows))
            else:
                nwbfile.add_events_table(_points_table(spec, text, rows))


def event_tables(keys: tuple[str, ...]) -> tuple[EventTableSpec, ...]:
    """The tables for the series of these source keys: the known ones, then one for each unknown key."""
    known = {key for spec in TABLES for key in spec.keys}
    extra = tuple(
        EventTableSpec(
            name=naming.event_table(key),
            keys=(key,),
            description=f"Event series {key!r} of the source.",
            labels=("series",),
        )
        for key in keys
        if key not in known
    )
    return TABLES + extra


def _rows(series: EventSeries, *, clock: Clock, labels: tuple[str, ...]) -> list[_Rows]:
    names = series_names(series)
    return [
        _train_rows(
            train,
            series=series,
            clock=clock,
            labels={label: _label(label, series=series, train=train, name=name) for label in labels},
        )
        for train, name in zip(series.trains, names, strict=True)
    ]


def series_names(series: EventSeries) -> list[str]:
    """What tells the trains of a series apart: their labels, the key where there is none, numbered where equal."""
    labels = [train.label or series.key for train in series.trains]
    return [label if labels.count(label) == 1 else f"{label} ({place})" for place, label in enumerate(labels, start=1)]


def _train_rows(train: EventTrain, *, series: EventSeries, clock: Clock, labels: dict[str, str]) -> _Rows:
    pairs = series.type == PAIRS
    seconds = clock.seconds(train.time_ms)
    start, stop = split_pairs(seconds) if pairs else (seconds, None)
    return _Rows(
        start=start,
        stop=stop,
        trial=train.trial[0::2] if pairs else train.trial,
        properties={naming.property_column(item.key): item for item in train.properties},
        labels=labels,
    )


def _label(column_name: str, *, series: EventSeries, train: EventTrain, name: str) -> str:
    if column_name == "side":
        return _SIDES[series.key]
    direction_and_whisker = train.touch_label()
    if direction_and_whisker is not None and column_name in ("direction", "whisker"):
        return direction_and_whisker[("direction", "whisker").index(column_name)]
    return name


def _columns(spec: EventTableSpec, rows: list[_Rows], *, order: np.ndarray) -> list[VectorData]:
    columns = [
        text_column(name, _LABEL_TEXTS[name], _in_order([[row.labels[name]] * row.start.size for row in rows], order))
        for name in spec.labels
    ]
    labels = np.concatenate([row.trial for row in rows])[order]
    columns.append(column("trial_number", _TRIAL_TEXT, labels_for_file(labels)))
    for name in dict.fromkeys(name for row in rows for name in row.properties):
        columns += property_columns(name, rows, order=order)
    return columns


def property_columns(name: str, rows: list[_Rows], *, order: np.ndarray) -> list[VectorData]:
    """Columns of a property: one value per event; a second column where the values at on and off differ anywhere.

    NaN stands for the events of a train that has no such property.
    """
    parts = [_property_values(row, name) for row in rows]
    on, off = (np.concatenate([part[place] for part in parts])[order] for place in (0, 1))
    item = next(row.properties[name] for row in rows if name in row.properties)
    text = f"{item.key} of the source. {item.description}".strip()
    columns = [column(name, text, on)]
    if not np.array_equal(on, off, equal_nan=True):
        columns.append(column(naming.at_offset(name), f"{text} Value at the end of the event.", off))
    return columns


def _property_values(row: _Rows, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Values at the onsets and at the offsets, (n,) each; twice the same for points."""
    item = row.properties.get(name)
    if item is None:
        nothing = np.full(row.start.size, np.nan)
        return nothing, nothing
    return (item.values, item.values) if row.stop is None else split_pairs(item.values)


def _in_order(parts: list[list[str]], order: np.ndarray) -> list[str]:
    texts = [text for part in parts for text in part]
    return [texts[place] for place in order.tolist()]


def _intervals_table(spec: EventTableSpec, text: str, rows: list[_Rows]) -> TimeIntervals:
    start = np.concatenate([row.start for row in rows])
    stop = np.concatenate([row.stop for row in rows if row.stop is not None])
    order = np.argsort(start, kind="stable")
    columns = [
        column("start_time", "Onset, in seconds after session start.", start[order]),
        column("stop_time", "Offset, in seconds after session start.", stop[order]),
        *_columns(spec, rows, order=order),
    ]
    return TimeIntervals(
        name=spec.name, description=text, columns=columns, colnames=[one.name for one in columns],
        id=np.arange(start.size),
    )  # fmt: skip


def _points_table(spec: EventTableSpec, text: str, rows: list[_Rows]) -> EventsTable:
    start = np.concatenate([row.start for row in rows])
    order = np.argsort(start, kind="stable")
    columns = [
        TimestampVectorData(name="timestamp", description="Time, in seconds after session start.", data=start[order]),
        *_columns(spec, rows, order=order),
    ]
    return EventsTable(
        name=spec.name, description=text, columns=columns, colnames=[one.name for one in columns],
        id=np.arange(start.size), source_description="Behavior control system of the rig",
    )  # fmt: skip
