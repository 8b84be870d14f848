"""Where registration shifts are in the NWB file, one TimeSeries per plane; what becomes of registration files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import OPHYS, DeclaredObject, Series, Sources
from ssc_to_nwb.data_types.imaging_stacks.layout import frames_path
from ssc_to_nwb.data_types.registration.source import read_files
from ssc_to_nwb.data_types.rule import written
from ssc_to_nwb.ledger.ledger import FileEntry
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.source_files.raw_files import RawFileKind

if TYPE_CHECKING:
    from ssc_to_nwb.ledger.raw_ledger import SourceFiles
    from ssc_to_nwb.session.raw_data import RawData
    from ssc_to_nwb.source_files.raw_inventory import PlaneFiles

_TEXT = (
    "Shift of each frame of {plane} as found by the registration (dx_r, dy_r of {files}). "
    "Column 0: along the image's columns (x), column 1: along its rows (y). The frames are already registered."
)
ROLE = ("registration", RawFileKind.REGISTRATION)
LEAVES_OUT = (kinds.REGISTRATION_UNREADABLE, kinds.REGISTRATION_LENGTH)


def objects(sources: Sources) -> Iterator[DeclaredObject]:
    """A series for every plane that has registration files, on its frames' time stamps where they are the same."""
    if sources.raw is None:
        return
    for subvolume, stack, shifts in read_files(sources.session, sources.raw, log=sources.log):
        yield OPHYS
        of_frames, own = (subvolume.time_ms[one] for one in (stack.index_position, shifts.index_position))
        shared = bool(stack.frame_count) and np.array_equal(of_frames, own)
        yield Series(
            path=_path(stack.plane_name),
            text=_TEXT.format(plane=stack.plane_name, files=plural(len(shifts.paths), ".imreg_out file")),
            unit="pixels",
            dtype=np.float64,
            axes=2,
            clock=frames_path(stack.plane_name, "green") if shared else None,
            values=shifts.shift_px,
            seconds=sources.context.clock.seconds(own),
        )


def _path(plane_name: str) -> str:
    return f"{OPHYS.path}/{naming.registration_shift(plane_name)}"


_RULE = written(
    "registration-shifts",
    "fov_VVPPP/fluo_batch_out/*.imreg_out",
    nwb=(f"{_path('{plane}')}/data",),
    unit="pixels",
    text="Shifts per frame, on the frames' time stamps.",
)
RAW_RULES = (_RULE,)


def plane_entries(plane: PlaneFiles, raw: RawData, files: SourceFiles) -> Iterator[FileEntry]:  # noqa: ARG001
    """The registration files of a plane in the ledger."""
    for path in plane.registration.values():
        yield files.used(path, _RULE, role=ROLE[0], nwb=(f"{_path(plane.plane_name)}/data",))
