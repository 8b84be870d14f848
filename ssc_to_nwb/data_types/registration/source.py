"""Registration shifts per frame, from the `.imreg_out` files beside the stacks.

An `.imreg_out` is a MATLAB file with the vectors `dx_r` (columns) and `dy_r` (rows), one value per frame of the stack
it lies beside [inferred: nobody has published more of its layout].
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
from ssc_to_nwb.matlab.field import Field
from ssc_to_nwb.matlab.mat_file import read_mat
from ssc_to_nwb.matlab.tree import MatStruct
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog, SscError, error

if TYPE_CHECKING:
    from ssc_to_nwb.data_types.subvolumes.source import Subvolume
    from ssc_to_nwb.session.raw_data import RawData
    from ssc_to_nwb.session.session import Session
    from ssc_to_nwb.tif.index import TifIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneShifts:
    """Registration shifts of a plane.

    index_position: int64 (N,), which of the subvolume's F time stamps each shift belongs to, ascending; shift_px:
    float64 (N, 2), columns (dx_r) and rows (dy_r) in pixels; paths: of the files they come from.
    """

    index_position: np.ndarray
    shift_px: np.ndarray
    paths: tuple[Path, ...]


def read_shifts(path: Path) -> np.ndarray:
    """The shifts of one `.imreg_out` file, float64 (frames, 2), in pixels. Raises registration-unreadable."""
    try:
        variables = Field(file=path, path="file", value=MatStruct(fields=read_mat(path)))
        columns = variables.child("dx_r").row()
        rows = variables.child("dy_r").row(length=columns.size)
    except SscError as failure:
        problem = failure.problem
        unreadable = replace(problem, kind=kinds.REGISTRATION_UNREADABLE, detail=problem.said)
        raise SscError(unreadable) from failure
    return np.stack([columns, rows], axis=1)


def read_files(
    session: Session, raw: RawData, *, log: ProblemLog
) -> Iterator[tuple[Subvolume, PlaneStack, PlaneShifts]]:
    """A plane's subvolume, stack and shifts, of every plane that has any. log: takes the problems of files left out.

    Raises as `read_plane_shifts` does.
    """
    files = {plane.plane_name: plane.registration for plane in raw.inventory.planes}
    for subvolume in session.subvolumes:
        for plane in subvolume.planes:
            stack = raw.stacks[plane.name]
            shifts = read_plane_shifts(stack, files[plane.name], keep_going=raw.keep_going, log=log)
            if shifts is not None:
                yield subvolume, stack, shifts


def read_plane_shifts(
    stack: PlaneStack, registration: Mapping[int, Path], *, keep_going: bool, log: ProblemLog
) -> PlaneShifts | None:
    """The shifts of every frame that the index names and whose file has an `.imreg_out`; None where no frame has one.

    A file's shifts count as many as its tif has frames, or, where the tif is missing, at least as many as the index
    names. registration: path by position in the plane's file list; keep_going: errors are logged, and the file's
    shifts left out. Raises registration-unreadable, registration-length.
    """
    index = stack.frame_index
    shift_px = np.zeros((index.file_number.size, 2))
    known = np.zeros(index.file_number.size, dtype=bool)
    used = []
    for number, path in registration.items():
        at = index.file_number == number
        frames = index.frame_number[at]
        if not frames.size:
            continue
        try:
            shifts = read_shifts(path)
            _check_length(shifts, path, tif=stack.used.get(number), last=int(frames.max()), stack=stack)
        except SscError as failure:
            log.overcome(failure, keep_going=keep_going)
        else:
            shift_px[at] = shifts[frames]
            known |= at
            used.append(path)
    if not used:
        return None
    return PlaneShifts(index_position=np.flatnonzero(known), shift_px=shift_px[known], paths=tuple(used))


def _check_length(shifts: np.ndarray, path: Path, *, tif: TifIndex | None, last: int, stack: PlaneStack) -> None:
    if tif is not None:
        frame_count = tif.page_count // len(stack.channels)
        fits, expected = len(shifts) == frame_count, f"{frame_count} frames, as {tif.path.name}"
    else:
        fits, expected = len(shifts) > last, f"at least {last + 1} frames, as the session file names"
    if not fits:
        field = f"plane {stack.plane_name}, dx_r and dy_r"
        found = f"{len(shifts)} values"
        raise error(kinds.REGISTRATION_LENGTH, file=path, field=field, expected=expected, found=found)
