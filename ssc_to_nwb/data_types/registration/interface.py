"""Registration shifts: one TimeSeries per plane, from the `.imreg_out` files beside its stacks."""

from __future__ import annotations

from collections.abc import Iterable

from ssc_to_nwb.data_types.base import RawInterface
from ssc_to_nwb.data_types.declared import DeclaredObject
from ssc_to_nwb.data_types.registration import layout


class RegistrationInterface(RawInterface):
    """Registration shifts of every plane.

    The series of frames lends its time stamps where it is in the file and has the same ones.
    """

    display_name = "CRCNS ssc registration shifts"
    info = "Shifts per frame that the motion registration found."

    def objects(self) -> Iterable[DeclaredObject]:
        """What the layout declares."""
        return layout.objects(self.sources)


INTERFACE = RegistrationInterface
