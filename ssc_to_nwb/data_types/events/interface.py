"""Events: a TimeIntervals table where the source has on/off pairs, an EventsTable where it has points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pynwb import NWBFile
from pynwb.epoch import TimeIntervals
from pynwb.event import EventsTable

from ssc_to_nwb import naming
from ssc_to_nwb.clock import Clock
from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.events.layout import POSITION, EventTable, event_tables, table_properties, trial_labels
from ssc_to_nwb.data_types.events.source import PAIRS, EventSeries, EventTrain, split_pairs
from ssc_to_nwb.data_types.from_layout import ColumnValues, make_table
from ssc_to_nwb.data_types.trial_labels.source import labels_for_file
from ssc_to_nwb.session.context import SessionContext

_SIDES = {"leftLicks": "left", "rightLicks": "right", "leftReward": "left", "rightReward": "right"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _EventRows:
    """Events of one train as rows: times in s (n,), and the texts of the columns that distinguish the trains."""

    start: np.ndarray
    stop: np.ndarray | None
    labels: Mapping[str, str]


def _rows_of(series: EventSeries, *, clock: Clock, later_ms: float = 0.0) -> list[_EventRows]:
    """The rows of every train of a series. later_ms: how much later than in the source an event stops."""
    rows = []
    for train, name in zip(series.trains, _series_names(series), strict=True):
        start_ms, stop_ms = split_pairs(train.time_ms) if series.type == PAIRS else (train.time_ms, None)
        stop = None if stop_ms is None else clock.seconds(stop_ms + later_ms)
        rows.append(_EventRows(start=clock.seconds(start_ms), stop=stop, labels=_labels(series, train, name)))
    return rows


def _series_names(series: EventSeries) -> list[str]:
    """What distinguishes the trains of a series: their labels, the key where there is none, numbered where equal."""
    labels = [train.label or series.key for train in series.trains]
    return [label if labels.count(label) == 1 else f"{label} ({place})" for place, label in enumerate(labels, start=1)]


def _source_positions(rows: Sequence[_EventRows]) -> np.ndarray:
    """Place of every event in the source's list of its train, counted from 1, int64 (n,)."""
    return np.concatenate([np.arange(1, row.start.size + 1) for row in rows])


def _labels(series: EventSeries, train: EventTrain, name: str) -> dict[str, str]:
    labels = {"series": name}
    if series.key in _SIDES:
        labels["side"] = _SIDES[series.key]
    of_touches = train.touch_label()
    if of_touches is not None:
        labels.update(zip(naming.TOUCH_COLUMNS, of_touches, strict=True))
    return labels


class EventsInterface(SessionInterface):
    """Pole in reach, touches, licks, rewards and reward cue."""

    display_name = "CRCNS ssc events"
    info = "Tables of pole, touches, licks, rewards and cue."

    def add(self, nwbfile: NWBFile) -> None:
        """Add one table per kind of event; series nobody knows get a table of their own."""
        for one in event_tables(self.context):
            values = _values(one, clock=self.context.clock)
            if one.members[0].type == PAIRS:
                nwbfile.add_time_intervals(make_table(one.table, values, table_class=TimeIntervals))
            else:
                nwbfile.add_events_table(make_table(one.table, values, table_class=EventsTable))


def _values(one: EventTable, *, clock: Clock) -> dict[str, ColumnValues]:
    """Values of all columns, rows in the order of time."""
    rows = [row for series in one.members for row in _rows_of(series, clock=clock, later_ms=one.later_ms)]
    start = np.concatenate([row.start for row in rows])
    order = np.argsort(start, kind="stable")
    values: dict[str, ColumnValues] = {
        "start_time": start[order],
        "timestamp": start[order],
        "trial_number": labels_for_file(trial_labels(one.members))[order],
        POSITION.name: _source_positions(rows)[order],
    }
    if one.members[0].type == PAIRS:
        values["stop_time"] = np.concatenate([row.stop for row in rows if row.stop is not None])[order]
    for label in one.labels:
        values[label] = _in_order(rows, label, order)
    for item in table_properties(one.members):
        values[item.column] = item.on[order]
        values[naming.at_offset(item.column)] = item.off[order]
    return values


def _in_order(rows: list[_EventRows], label: str, order: np.ndarray) -> list[str]:
    texts = [row.labels[label] for row in rows for _ in range(row.start.size)]
    return [texts[place] for place in order.tolist()]


def trial_values(context: SessionContext) -> Mapping[str, ColumnValues]:
    """The times of the licks of each trial, in s after the session's start, in the source's order of the trials."""
    values: dict[str, ColumnValues] = {}
    for key, side in (("leftLicks", "left"), ("rightLicks", "right")):
        series = context.session.events.get(key)
        if series is not None:
            train = series.trains[0]
            seconds = context.clock.seconds(train.time_ms)
            values[f"{side}_licks"] = [seconds[train.trial == number] for number in context.session.trials.numbers]
    return values


INTERFACE = EventsInterface
