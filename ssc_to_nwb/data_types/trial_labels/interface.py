"""The trial number of every sample: one TimeSeries per clock of the source, on the time stamps of that clock."""

from __future__ import annotations

from ssc_to_nwb.data_types.base import SessionInterface


class TrialNumbersInterface(SessionInterface):
    """Trial numbers on the clock of every array, and on that of every subvolume.

    Add it after the series on these clocks: it links to their time stamps, and has its own where none is in the file.
    """

    display_name = "CRCNS ssc trial numbers"
    info = "The trial number of every sample of an array and of every time stamp of the subvolumes."


INTERFACE = TrialNumbersInterface
