"""Registration shifts: one TimeSeries per plane, from the `.imreg_out` files beside its stacks."""

from __future__ import annotations

from pynwb import NWBFile

from ssc_to_nwb.data_types.base import RawInterface
from ssc_to_nwb.data_types.from_layout import add_series
from ssc_to_nwb.data_types.registration.layout import shift_series
from ssc_to_nwb.data_types.registration.source import read_files


class RegistrationInterface(RawInterface):
    """Registration shifts of every plane."""

    display_name = "CRCNS ssc registration shifts"
    info = "Shifts per frame that the motion registration found."

    def add(self, nwbfile: NWBFile) -> None:
        """Add one TimeSeries for every plane that has registration files.

        The series of frames lends its time stamps where it is in the file and has the same ones.
        """
        if self.raw is None:
            return
        for subvolume, stack, shifts in read_files(self.context.session, self.raw, log=self.context.log):
            declared = shift_series(shifts, subvolume=subvolume, stack=stack)
            seconds = self.context.clock.seconds(subvolume.time_ms[shifts.index_position])
            add_series(nwbfile, declared, data=shifts.shift_px, seconds=seconds)


INTERFACE = RegistrationInterface
