"""How running speed gets into the NWB file."""

from __future__ import annotations

from pynwb import NWBFile
from pynwb.base import TimeSeries

from running_speed.layout import running_of, speed_series
from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.from_layout import get_module, series_fields


class RunningSpeedInterface(SessionInterface):
    """Speed of the running wheel."""

    display_name = "Running speed"
    info = "Speed of the running wheel."

    def add(self, nwbfile: NWBFile) -> None:
        """Add the series to the module of behavior."""
        running = running_of(self.context.session)
        if running is not None:
            declared = speed_series(running)
            seconds = self.context.clock.seconds(running.time_ms)
            series = TimeSeries(**series_fields(declared), data=running.speed_cm_s, timestamps=seconds)
            get_module(nwbfile, declared.path).add(series)


INTERFACE = RunningSpeedInterface
