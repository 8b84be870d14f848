"""Events: a TimeIntervals table where the source has on/off pairs, an EventsTable where it has points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hdmf.common import VectorData
from pynwb import NWBFile
from pynwb.epoch import TimeIntervals
from pynwb.event import EventsTable, TimestampVectorData

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.columns import column, text_column
from ssc_to_nwb.data_types.events.properties import property_columns
from ssc_to_nwb.data_types.events.rows import EventRows, rows_of, source_positions
from ssc_to_nwb.data_types.events.source import PAIRS
from ssc_to_nwb.data_types.trial_labels.source import labels_for_file

# Text columns that distinguish a table's trains.
_LABEL_TEXTS = {
    "side": "Lick port: left or right.",
    "direction": "Movement of the whisker during the touch: protraction or retraction.",
    "whisker": "Whisker that touches the pole.",
    "series": "Name of the series in the source.",
}
_STOP_TEXT = "Offset, in seconds after session start."
_LATER_STOP_TEXT = (
    "End of the touch, in seconds after session start: one sample ({:g} ms) after the offset of the source, which is "
    "the last sample in which the whisker touches the pole."
)
_POSITION_TEXT = (
    "Place of the event in the source's list of its side, direction or whisker, counted from 1; rows are in the order "
    "of time."
)
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
        "Touches of the pole by a whisker. Touches of several whiskers or directions may overlap.",
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
            sample_ms = self.context.touch_sample_ms if spec.name == naming.TOUCHES else 0.0
            rows = [
                row
                for one in series
                for row in rows_of(one, clock=self.context.clock, labels=spec.labels, sample_ms=sample_ms)
            ]
            descriptions = [f"{one.key}: {one.description}" for one in series]
            text = f"{spec.description} Source: {'; '.join(descriptions)}"
            if series[0].type == PAIRS:
                stop_text = _LATER_STOP_TEXT.format(sample_ms) if sample_ms else _STOP_TEXT
                nwbfile.add_time_intervals(_intervals_table(spec, text, rows, stop_text=stop_text))
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


def _columns(spec: EventTableSpec, rows: list[EventRows], *, order: np.ndarray) -> list[VectorData]:
    columns = [
        text_column(name, _LABEL_TEXTS[name], _in_order([[row.labels[name]] * row.start.size for row in rows], order))
        for name in spec.labels
    ]
    labels = np.concatenate([row.trial for row in rows])[order]
    columns.append(column("trial_number", _TRIAL_TEXT, labels_for_file(labels)))
    if not all(row.in_order for row in rows):
        columns.append(column("source_position", _POSITION_TEXT, source_positions(rows)[order]))
    for name in dict.fromkeys(name for row in rows for name in row.properties):
        columns += property_columns(name, rows, order=order)
    return columns


def _in_order(parts: list[list[str]], order: np.ndarray) -> list[str]:
    texts = [text for part in parts for text in part]
    return [texts[place] for place in order.tolist()]


def _intervals_table(spec: EventTableSpec, text: str, rows: list[EventRows], *, stop_text: str) -> TimeIntervals:
    start = np.concatenate([row.start for row in rows])
    stop = np.concatenate([row.stop for row in rows if row.stop is not None])
    order = np.argsort(start, kind="stable")
    columns = [
        column("start_time", "Onset, in seconds after session start.", start[order]),
        column("stop_time", stop_text, stop[order]),
        *_columns(spec, rows, order=order),
    ]
    return TimeIntervals(
        name=spec.name, description=text, columns=columns, colnames=[one.name for one in columns],
        id=np.arange(start.size),
    )  # fmt: skip


def _points_table(spec: EventTableSpec, text: str, rows: list[EventRows]) -> EventsTable:
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
