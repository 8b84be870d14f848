"""Which file and frame each time stamp of a plane is, as the source lists it, whether or not the stacks are there.

Where stacks are converted, also which frame of the plane's series in the NWB file each time stamp has.
"""

from __future__ import annotations

from pynwb import NWBFile

from ssc_to_nwb.data_types.base import RawInterface
from ssc_to_nwb.data_types.from_layout import get_module, make_table
from ssc_to_nwb.data_types.subvolumes.layout import frame_tables


class SourceFramesInterface(RawInterface):
    """File list and frame index of every plane (sourceFileList, sourceFileFrameIdx)."""

    display_name = "CRCNS ssc source frames"
    info = "Which frame of which stack each time stamp of a plane is."

    def add(self, nwbfile: NWBFile) -> None:
        """Add /processing/source/source_stacks, and a frame index for every plane."""
        if self.context.session.planes:
            for table in frame_tables(self.context.session, self.raw):
                get_module(nwbfile, table.path).add(make_table(table))


INTERFACE = SourceFramesInterface
