"""Events: a TimeIntervals table where the source has on/off pairs, an EventsTable where it has points."""

from __future__ import annotations

from collections.abc import Iterable

from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.declared import DeclaredObject
from ssc_to_nwb.data_types.events import layout


class EventsInterface(SessionInterface):
    """Pole in reach, touches, licks, rewards and reward cue; series nobody knows get a table of their own."""

    display_name = "CRCNS ssc events"
    info = "Tables of pole, touches, licks, rewards and cue."

    def objects(self) -> Iterable[DeclaredObject]:
        """What the layout declares."""
        return layout.objects(self.sources)


INTERFACE = EventsInterface
