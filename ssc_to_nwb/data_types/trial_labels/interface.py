"""The trial number of every sample: one TimeSeries per clock of the source, on the time stamps of that clock."""

from __future__ import annotations

from pynwb import NWBFile

from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.from_layout import add_series, find_object
from ssc_to_nwb.data_types.trial_labels.layout import all_labelled_clocks
from ssc_to_nwb.data_types.trial_labels.source import labels_for_file


class TrialNumbersInterface(SessionInterface):
    """Trial numbers on the clock of every array, and on that of every subvolume."""

    display_name = "CRCNS ssc trial numbers"
    info = "The trial number of every sample of an array and of every time stamp of the subvolumes."

    def add(self, nwbfile: NWBFile) -> None:
        """Add a series per clock that has samples.

        Add it after the series of these: it links to the time stamps of those that are in the file,
        and has time stamps of its own where none is.
        """
        for clock in all_labelled_clocks(self.context.session):
            owner = next((path for path in clock.series_on_it if find_object(nwbfile, path) is not None), None)
            if owner is not None or clock.time_ms.size:
                seconds = self.context.clock.seconds(clock.time_ms)
                add_series(nwbfile, clock.series(clock=owner), data=labels_for_file(clock.labels), seconds=seconds)


INTERFACE = TrialNumbersInterface
