"""Events: a TimeIntervals table where the source has on/off pairs, an EventsTable where it has points."""

from __future__ import annotations

from ssc_to_nwb.data_types.base import SessionInterface


class EventsInterface(SessionInterface):
    """Pole in reach, touches, licks, rewards and reward cue; series nobody knows get a table of their own."""

    display_name = "CRCNS ssc events"
    info = "Tables of pole, touches, licks, rewards and cue."


INTERFACE = EventsInterface
