"""Whisker angle and curvature change: one TimeSeries per whisker and quantity, on shared time stamps."""

from __future__ import annotations

from pynwb import NWBFile
from pynwb.base import TimeSeries

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.modules import get_module

_UNITS = {"angle": "degrees", "curvature_change": "1/mm"}
_TEXTS = {
    "angle": "Angle of whisker {whisker}, in degrees.",
    "curvature_change": "Change of the curvature (kappa) of whisker {whisker}, relative, in 1/mm.",
}


class WhiskerInterface(SessionInterface):
    """Whisker angle and curvature change as tracked from the videos."""

    display_name = "CRCNS ssc whisker traces"
    info = "Whisker angle and curvature change."

    def add(self, nwbfile: NWBFile) -> None:
        """Add one TimeSeries per row of the whisker array to the behavior module; NaN is kept."""
        whisker = self.context.session.whisker
        if whisker is None or not whisker.traces:
            return
        module = get_module(nwbfile, naming.BEHAVIOR_MODULE)
        owner: TimeSeries | None = None
        for trace in whisker.traces:
            series = TimeSeries(
                name=naming.whisker_series(trace.quantity, trace.whisker),
                description=(
                    f"{_TEXTS[trace.quantity].format(whisker=trace.whisker)} NaN where tracking failed. "
                    f"Source: row {trace.row + 1}, {trace.label!r}, of {whisker.key!r}."
                ),
                data=trace.values,
                unit=_UNITS[trace.quantity],
                timestamps=self.context.clock.seconds(whisker.time_ms) if owner is None else owner,
                comments="Sampled within trials; there are gaps between trials.",
            )
            module.add(series)
            owner = owner or series
