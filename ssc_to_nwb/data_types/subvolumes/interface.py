"""Which file and frame each time stamp of a plane is, as the source lists it, whether or not the stacks are there.

Where stacks are converted, also which frame of the plane's series in the NWB file each time stamp has.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from hdmf.common import DynamicTable
from pynwb import NWBFile

from ssc_to_nwb.data_types.base import RawInterface
from ssc_to_nwb.data_types.from_layout import ColumnValues, get_module, make_table
from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
from ssc_to_nwb.data_types.rois.source import Plane
from ssc_to_nwb.data_types.subvolumes import layout
from ssc_to_nwb.session.context import SessionContext

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
        module = get_module(nwbfile, layout.STACKS.path)
        module.add(_stacks_table(planes))
        for plane in planes:
            module.add(_frame_index_table(plane, None if self.raw is None else self.raw.stacks[plane.name]))


def _stacks_table(planes: tuple[Plane, ...]) -> DynamicTable:
    rows = [(plane.name, number, path) for plane in planes for number, path in enumerate(plane.listed_paths, start=1)]
    values = {name: [row[place] for row in rows] for place, name in enumerate(("plane", "file_number", "listed_path"))}
    return make_table(layout.STACKS, values, table_class=DynamicTable)


def _frame_index_table(plane: Plane, stack: PlaneStack | None) -> DynamicTable:
    index = plane.frame_index
    values = {"file_number": _one_based(index.file_number), "frame_number": _one_based(index.frame_number)}
    if stack is not None:
        values["two_photon_frame"] = _series_frames(stack, length=index.file_number.size)
    declared = layout.frame_index(plane, with_frames=stack is not None)
    return make_table(declared, values, table_class=DynamicTable)


def _one_based(zero_based: np.ndarray) -> np.ndarray:
    return np.where(zero_based < 0, _NO_FRAME, zero_based + 1)


def _series_frames(stack: PlaneStack, *, length: int) -> np.ndarray:
    frames = np.full(length, _NO_FRAME, dtype=np.int64)
    frames[stack.index_position] = np.arange(1, stack.frame_count + 1)
    return frames


def trial_values(context: SessionContext) -> Mapping[str, ColumnValues]:
    """For each trial, in the source's order, whether any list names it, and the subvolumes valid and imaged in it."""
    session = context.session
    listed, imaged = layout.listed_trials(session), layout.imaged_trials(session)
    valid = [np.isin(session.trials.numbers, trials) for trials in listed.values()]
    return {
        layout.VALID.name: np.logical_or.reduce([np.zeros(len(session.trials), dtype=bool), *valid]),
        layout.VALID_SUBVOLUMES.name: _numbers_by_trial(session.trials.numbers, listed),
        layout.IMAGED_SUBVOLUMES.name: _numbers_by_trial(session.trials.numbers, imaged),
    }


def _numbers_by_trial(numbers: np.ndarray, members: Mapping[int, np.ndarray]) -> list[np.ndarray]:
    """For each trial (T,) the numbers of the subvolumes that have it."""
    isin = {number: np.isin(numbers, trials) for number, trials in members.items()}
    lists = [[number for number, has in isin.items() if has[place]] for place in range(numbers.size)]
    return [np.array(one, dtype=np.int64) for one in lists]


INTERFACE = SourceFramesInterface
