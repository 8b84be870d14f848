"""How running speed gets into the NWB file."""

from __future__ import annotations

from pynwb import NWBFile

from running_speed.layout import running_of, speed_series
from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.from_layout import add_series


class RunningSpeedInterface(SessionInterface):
    """Speed of the running wheel."""

    display_name = "Running speed"
    info = "Speed of the running wheel."

    def add(self, nwbfile: NWBFile) -> None:
        """Add the series to the module of behavior."""
        running = running_of(self.context.session)
        if running is not None:
            seconds = self.context.clock.seconds(running.time_ms)
            add_series(nwbfile, speed_series(running), data=running.speed_cm_s, seconds=seconds)


INTERFACE = RunningSpeedInterface
