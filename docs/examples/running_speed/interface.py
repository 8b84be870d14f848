"""How running speed gets into the NWB file."""

from __future__ import annotations

from collections.abc import Iterator

from running_speed import layout
from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.declared import DeclaredObject


class RunningSpeedInterface(SessionInterface):
    """Speed of the running wheel."""

    display_name = "Running speed"
    info = "Speed of the running wheel."

    def objects(self) -> Iterator[DeclaredObject]:
        """The series, as the layout has it."""
        return layout.objects(self.sources)


INTERFACE = RunningSpeedInterface
