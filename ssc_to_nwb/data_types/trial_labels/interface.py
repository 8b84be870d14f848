"""The trial number of every sample: one TimeSeries per clock of the source, on the time stamps of that clock."""

from __future__ import annotations

from collections.abc import Iterable

from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.declared import DeclaredObject
from ssc_to_nwb.data_types.trial_labels import layout


class TrialNumbersInterface(SessionInterface):
    """Trial numbers on the clock of every array, and on that of every subvolume.

    Add it after the series on these clocks: it links to their time stamps, and has its own where none is in the file.
    """

    display_name = "CRCNS ssc trial numbers"
    info = "The trial number of every sample of an array and of every time stamp of the subvolumes."

    def objects(self) -> Iterable[DeclaredObject]:
        """What the layout declares."""
        return layout.objects(self.sources)


INTERFACE = TrialNumbersInterface
