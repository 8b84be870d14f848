"""Events: a TimeIntervals table where the source has on/off pairs, an EventsTable where it has points."""

from __future__ import annotations

from pynwb import NWBFile
from pynwb.epoch import TimeIntervals
from pynwb.event import EventsTable

from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.events.layout import event_tables
from ssc_to_nwb.data_types.from_layout import make_table


class EventsInterface(SessionInterface):
    """Pole in reach, touches, licks, rewards and reward cue."""

    display_name = "CRCNS ssc events"
    info = "Tables of pole, touches, licks, rewards and cue."

    def add(self, nwbfile: NWBFile) -> None:
        """Add one table per kind of event; series nobody knows get a table of their own."""
        for table in event_tables(self.context):
            if table.neurodata_type == "TimeIntervals":
                nwbfile.add_time_intervals(make_table(table, table_class=TimeIntervals))
            else:
                nwbfile.add_events_table(make_table(table, table_class=EventsTable))


INTERFACE = EventsInterface
