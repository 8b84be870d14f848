"""Where registration shifts are in the NWB file: one TimeSeries per plane."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import OPHYS, DeclaredObject, Series, Sources
from ssc_to_nwb.data_types.imaging_stacks.layout import frames_path
from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
from ssc_to_nwb.data_types.registration.source import PlaneShifts, session_shifts
from ssc_to_nwb.data_types.subvolumes.source import Subvolume
from ssc_to_nwb.quantities import plural

_TEXT = (
    "Shift of each frame of {plane} as found by the registration (dx_r, dy_r of {files}). "
    "Column 0: along the image's columns (x), column 1: along its rows (y). The frames are already registered."
)


def objects(sources: Sources) -> Iterator[DeclaredObject]:
    """A series for every plane that has registration files."""
    if sources.raw is None:
        return
    for subvolume, stack, shifts in session_shifts(sources.session, sources.raw, log=sources.log):
        yield OPHYS
        yield shift_series(shifts, subvolume=subvolume, stack=stack)


def shift_series(shifts: PlaneShifts, *, subvolume: Subvolume, stack: PlaneStack) -> Series:
    """The shifts of a plane, on the time stamps of its frames where they are the same."""
    of_frames, own = (subvolume.time_ms[one] for one in (stack.index_position, shifts.index_position))
    shared = bool(stack.frame_count) and np.array_equal(of_frames, own)
    return Series(
        path=shifts_path(stack.plane_name),
        text=_TEXT.format(plane=stack.plane_name, files=plural(len(shifts.paths), ".imreg_out file")),
        unit="pixels",
        dtype=np.float64,
        axes=2,
        clock=frames_path(stack.plane_name, "green") if shared else None,
    )


def shifts_path(plane_name: str) -> str:
    """Path of the shifts of a plane."""
    return f"{OPHYS.path}/{naming.registration_shift(plane_name)}"
