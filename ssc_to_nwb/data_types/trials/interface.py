"""The trials table: one row per trial, with its properties."""

from __future__ import annotations

import numpy as np
from pynwb import NWBFile
from pynwb.epoch import TimeIntervals

from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.from_layout import make_table
from ssc_to_nwb.data_types.trials.layout import trials_table
from ssc_to_nwb.data_types.trials.times import trial_times
from ssc_to_nwb.problems import kinds


class TrialsInterface(SessionInterface):
    """The trials table."""

    display_name = "CRCNS ssc trials"
    info = "Trial numbers, times, types, outcomes and properties."

    def add(self, nwbfile: NWBFile) -> None:
        """Add /intervals/trials."""
        session = self.context.session
        for number in session.trials.numbers[np.isnan(trial_times(session).stop_ms)]:
            self.context.log.add(kinds.TRIAL_WITHOUT_DATA, file=session.path, field="trialIds", found=f"trial {number}")
        nwbfile.trials = make_table(trials_table(self.context), table_class=TimeIntervals)


INTERFACE = TrialsInterface
