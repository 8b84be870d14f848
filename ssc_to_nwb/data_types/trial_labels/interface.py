"""The trial number of every sample: one TimeSeries per clock of the source, on the time stamps of that clock."""

from __future__ import annotations

from pynwb import NWBFile
from pynwb.base import TimeSeries

from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.from_layout import find_object, get_module, series_fields
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
            there = {path: find_object(nwbfile, path) for path in clock.series_on_it}
            owner = next((path for path, one in there.items() if one is not None), None)
            if owner is None and not clock.time_ms.size:
                continue
            declared = clock.series(clock=owner)
            series = TimeSeries(
                **series_fields(declared),
                data=labels_for_file(clock.labels),
                timestamps=self.context.clock.seconds(clock.time_ms) if owner is None else there[owner],
            )
            get_module(nwbfile, declared.path).add(series)


INTERFACE = TrialNumbersInterface
