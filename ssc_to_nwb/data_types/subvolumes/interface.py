"""Which file and frame each time stamp of a plane is, as the source lists it, whether or not the stacks are there.

Where stacks are converted, also which frame of the plane's series in the NWB file each time stamp has.
"""

from __future__ import annotations

from ssc_to_nwb.data_types.base import RawInterface


class SourceFramesInterface(RawInterface):
    """File list and frame index of every plane (sourceFileList, sourceFileFrameIdx)."""

    display_name = "CRCNS ssc source frames"
    info = "Which frame of which stack each time stamp of a plane is."


INTERFACE = SourceFramesInterface
