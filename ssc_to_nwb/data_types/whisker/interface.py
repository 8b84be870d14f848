"""Whisker angle and curvature change: one TimeSeries per whisker and quantity, on shared time stamps."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pynwb import NWBFile
from pynwb.base import TimeSeries

from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.from_layout import ColumnValues, get_module, series_fields
from ssc_to_nwb.data_types.whisker.layout import VALID, trace_series
from ssc_to_nwb.data_types.whisker.source import whisker_of
from ssc_to_nwb.session.context import SessionContext


class WhiskerInterface(SessionInterface):
    """Whisker angle and curvature change as tracked from the videos."""

    display_name = "CRCNS ssc whisker traces"
    info = "Whisker angle and curvature change."

    def add(self, nwbfile: NWBFile) -> None:
        """Add one TimeSeries per row of the whisker array to the behavior module; NaN is kept."""
        whisker = whisker_of(self.context.session)
        if whisker is None:
            return
        made: dict[str, TimeSeries] = {}
        for trace, declared in zip(whisker.traces, trace_series(whisker), strict=True):
            seconds = self.context.clock.seconds(whisker.time_ms) if declared.clock is None else made[declared.clock]
            made[declared.path] = TimeSeries(**series_fields(declared), data=trace.values, timestamps=seconds)
            get_module(nwbfile, declared.path).add(made[declared.path])


def trial_values(context: SessionContext) -> Mapping[str, ColumnValues]:
    """Whether the source lists each trial, in its order; nothing where it has no such list."""
    whisker, numbers = whisker_of(context.session), context.session.trials.numbers
    valid = None if whisker is None else whisker.valid_trials
    return {} if valid is None else {VALID.name: np.isin(numbers, valid)}


INTERFACE = WhiskerInterface
