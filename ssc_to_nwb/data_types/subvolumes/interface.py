"""Which file and frame each time stamp of a plane is, as the source lists it, whether or not the stacks are there.

Where stacks are converted, also which frame of the plane's series in the NWB file each time stamp has.
"""

from __future__ import annotations

import numpy as np
from hdmf.common import DynamicTable
from pynwb import NWBFile

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.columns import column, plain_table, text_column
from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
from ssc_to_nwb.data_types.modules import get_module
from ssc_to_nwb.data_types.raw_base import RawInterface
from ssc_to_nwb.data_types.rois.source import Plane

_NO_FRAME = 0


class SourceFramesInterface(RawInterface):
    """File list and frame index of every plane (sourceFileList, sourceFileFrameIdx)."""

    display_name = "CRCNS ssc source frames"
    info = "Which frame of which stack each time stamp of a plane is."

    def add(self, nwbfile: NWBFile) -> None:
        """Add /processing/source/source_stacks, and a frame index for every plane."""
        planes = self.context.session.planes
        if not planes:
            return
        module = get_module(nwbfile, naming.SOURCE_MODULE)
        module.add(_stacks_table(planes))
        for plane in planes:
            module.add(_frame_index_table(plane, None if self.raw is None else self.raw.stacks[plane.name]))


def _stacks_table(planes: tuple[Plane, ...]) -> DynamicTable:
    rows = [(plane.name, number, path) for plane in planes for number, path in enumerate(plane.listed_paths, start=1)]
    columns = [
        text_column("plane", "Name of the imaging plane.", [name for name, _, _ in rows]),
        column(
            "file_number",
            "Place of the file in the plane's list, counted from 1; the frame indices refer to it.",
            np.array([number for _, number, _ in rows], dtype=np.int64),
        ),
        text_column("listed_path", "Path of the stack as the source lists it.", [path for _, _, path in rows]),
    ]
    return plain_table(
        naming.SOURCE_STACKS, "Imaging stacks (tif) that the source lists for every plane (sourceFileList).", columns
    )


def _frame_index_table(plane: Plane, stack: PlaneStack | None) -> DynamicTable:
    index = plane.frame_index
    columns = [
        column(
            "file_number",
            "Stack: a file_number of the table source_stacks; 0 where there is no frame.",
            _one_based(index.file_number),
        ),
        column(
            "frame_number",
            "Frame of this plane within the stack, counted from 1; a frame is one page per channel. 0 where there is "
            "no frame.",
            _one_based(index.frame_number),
        ),
    ]
    if stack is not None:
        columns.append(
            column(
                naming.TWO_PHOTON_FRAME,
                "Frame of this plane's TwoPhotonSeries in this file, counted from 1; 0 where the file has no frame.",
                _series_frames(stack, length=index.file_number.size),
            )
        )
    return plain_table(
        naming.frame_index(plane.name),
        f"Frames of {plane.name} (sourceFileFrameIdx), a row per time stamp of its subvolume: row i belongs to sample "
        "i of the plane's traces and of the subvolume's trial numbers.",
        columns,
    )


def _one_based(zero_based: np.ndarray) -> np.ndarray:
    return np.where(zero_based < 0, _NO_FRAME, zero_based + 1)


def _series_frames(stack: PlaneStack, *, length: int) -> np.ndarray:
    frames = np.full(length, _NO_FRAME, dtype=np.int64)
    frames[stack.index_position] = np.arange(1, stack.frame_count + 1)
    return frames
