"""How running speed gets into the NWB file."""

from __future__ import annotations

from ssc_to_nwb.data_types.base import SessionInterface


class RunningSpeedInterface(SessionInterface):
    """Speed of the running wheel."""

    display_name = "Running speed"
    info = "Speed of the running wheel."


INTERFACE = RunningSpeedInterface
