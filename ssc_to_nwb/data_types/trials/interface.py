"""The trials table: one row per trial, with its properties."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from pynwb import NWBFile
from pynwb.epoch import TimeIntervals

from ssc_to_nwb import naming
from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.from_layout import ColumnValues, make_table
from ssc_to_nwb.data_types.trial_labels.source import labels_for_file
from ssc_to_nwb.data_types.trials import problems as kinds
from ssc_to_nwb.data_types.trials.layout import trials_table
from ssc_to_nwb.data_types.trials.times import TrialTimes, trial_times
from ssc_to_nwb.session.context import SessionContext

NO_TYPE = "none"


class TrialsInterface(SessionInterface):
    """The trials table."""

    display_name = "CRCNS ssc trials"
    info = "Trial numbers, times, types, outcomes and properties."

    def add(self, nwbfile: NWBFile) -> None:
        """Add /intervals/trials."""
        session = self.context.session
        times = trial_times(session)
        for number in session.trials.numbers[np.isnan(times.stop_ms)]:
            self.context.log.add(kinds.TRIAL_WITHOUT_DATA, file=session.path, field="trialIds", found=f"trial {number}")
        in_order = replace(session, trials=session.trials.take(times.order))
        values = _values(replace(self.context, session=in_order), times=times)
        nwbfile.trials = make_table(trials_table(self.context), values, table_class=TimeIntervals)


def _values(context: SessionContext, *, times: TrialTimes) -> dict[str, ColumnValues]:
    """Values of all columns; the trials of `context` are in the order of time already."""
    trials = context.session.trials
    types = [trials.type_of(position) for position in range(len(trials))]
    values: dict[str, ColumnValues] = {
        "start_time": context.clock.seconds(times.start_ms[times.order]),
        "stop_time": context.clock.seconds(times.stop_ms[times.order]),
        "trial_number": labels_for_file(trials.numbers),
        "start_measured": trials.start_measured,
        "trial_type": [NO_TYPE if one is None else one.name for one in types],
        "response": [NO_TYPE if one is None else one.response for one in types],
        "correct_side": [NO_TYPE if one is None else one.correct_side for one in types],
        "source_position": times.order + 1,
    }
    for item in trials.properties:
        values[naming.trial_column(item.key)] = item.values
        if item.key == "StimulusPosition" and isinstance(item.values, np.ndarray):
            values["pole_position_mm"] = item.values / context.metadata.assumptions.motor_steps_per_mm
    for _, of_type in registry.having("interface", "trial_values"):
        values |= of_type(context)
    return values


INTERFACE = TrialsInterface
