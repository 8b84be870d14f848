"""Whisker angle and curvature change: one TimeSeries per whisker and quantity, on shared time stamps."""

from __future__ import annotations

from pynwb import NWBFile

from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.from_layout import add_series
from ssc_to_nwb.data_types.whisker.layout import trace_series
from ssc_to_nwb.data_types.whisker.source import whisker_of


class WhiskerInterface(SessionInterface):
    """Whisker angle and curvature change as tracked from the videos."""

    display_name = "CRCNS ssc whisker traces"
    info = "Whisker angle and curvature change."

    def add(self, nwbfile: NWBFile) -> None:
        """Add one TimeSeries per row of the whisker array to the behavior module; NaN is kept."""
        whisker = whisker_of(self.context.session)
        if whisker is not None:
            seconds = self.context.clock.seconds(whisker.time_ms)
            for trace, declared in zip(whisker.traces, trace_series(whisker), strict=True):
                add_series(nwbfile, declared, data=trace.values, seconds=seconds)


INTERFACE = WhiskerInterface
