"""Registration shifts: one TimeSeries per plane, from the `.imreg_out` files beside its stacks."""

from __future__ import annotations

from ssc_to_nwb.data_types.base import RawInterface


class RegistrationInterface(RawInterface):
    """Registration shifts of every plane.

    The series of frames lends its time stamps where it is in the file and has the same ones.
    """

    display_name = "CRCNS ssc registration shifts"
    info = "Shifts per frame that the motion registration found."


INTERFACE = RegistrationInterface
