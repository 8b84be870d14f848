"""Events: a TimeIntervals table where the source has on/off pairs, an EventsTable where it has points."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pynwb import NWBFile
from pynwb.epoch import TimeIntervals
from pynwb.event import EventsTable

from ssc_to_nwb import naming
from ssc_to_nwb.clock import Clock
from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.events.layout import POSITION, EventTable, event_tables, trial_labels
from ssc_to_nwb.data_types.events.properties import table_properties
from ssc_to_nwb.data_types.events.rows import EventRows, rows_of, source_positions
from ssc_to_nwb.data_types.events.source import PAIRS
from ssc_to_nwb.data_types.from_layout import ColumnValues, make_table
from ssc_to_nwb.data_types.trial_labels.source import labels_for_file
from ssc_to_nwb.session.context import SessionContext


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
    rows = [row for series in one.members for row in rows_of(series, clock=clock, later_ms=one.later_ms)]
    start = np.concatenate([row.start for row in rows])
    order = np.argsort(start, kind="stable")
    values: dict[str, ColumnValues] = {
        "start_time": start[order],
        "timestamp": start[order],
        "trial_number": labels_for_file(trial_labels(one.members))[order],
        POSITION.name: source_positions(rows)[order],
    }
    if one.members[0].type == PAIRS:
        values["stop_time"] = np.concatenate([row.stop for row in rows if row.stop is not None])[order]
    for label in one.labels:
        values[label] = _in_order(rows, label, order)
    for item in table_properties(one.members):
        values[item.column] = item.on[order]
        values[naming.at_offset(item.column)] = item.off[order]
    return values


def _in_order(rows: list[EventRows], label: str, order: np.ndarray) -> list[str]:
    texts = [row.labels[label] for row in rows for _ in range(row.start.size)]
    return [texts[place] for place in order.tolist()]


def trial_values(context: SessionContext) -> Mapping[str, ColumnValues]:
    """Values of the columns that events add to the trials table: licks.

    Parameters
    ----------
    context : SessionContext
        The session with its metadata.

    Returns
    -------
    Mapping[str, ColumnValues]
        By column: for each trial, in the source's order, the times of its licks in s after the session's start.
    """
    values: dict[str, ColumnValues] = {}
    for key, side in (("leftLicks", "left"), ("rightLicks", "right")):
        series = context.session.events.get(key)
        if series is not None:
            train = series.trains[0]
            seconds = context.clock.seconds(train.time_ms)
            values[f"{side}_licks"] = [seconds[train.trial == number] for number in context.session.trials.numbers]
    return values


INTERFACE = EventsInterface
