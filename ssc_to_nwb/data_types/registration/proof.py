"""Registration shifts per frame, from the .imreg_out files beside the stacks, read as the proof reads MATLAB files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.subvolumes.source import Subvolume
from ssc_to_nwb.proof.comparison import OPHYS, Comparison, numbers_of
from ssc_to_nwb.proof.source_frames import PlaneFrames
from ssc_to_nwb.proof.source_reading.session_file import read_for_proof

# What the registration put before the name of the stack, and the endings of both.
_AROUND_STEM = re.compile(r"^Image_Registration_\d+_|\.(imreg_out|tiff?)$", re.IGNORECASE)


def check_registration(work: Comparison) -> None:
    """Compare the series of every plane that has registration files."""
    files, frames = {plane.plane_name: plane for plane in work.raw.inventory.planes}, work.frames
    for volume in work.session.subvolumes:
        for plane in volume.planes:
            paths = [path for path in files[plane.name].registration.values() if path not in work.files_left_out]
            if paths and plane.name in frames:
                series = f"{OPHYS}/{naming.registration_shift(plane.name)}"
                shifts = _shifts(plane.listed_paths, frames[plane.name], paths)
                work.guarded(series, _check, work, series, volume, shifts)


def _shifts(listed_paths: Sequence[str], frames: PlaneFrames, paths: Sequence[Path]) -> dict[int, np.ndarray]:
    """Columns and rows, in pixels, by the position of the time stamp that they belong to."""
    by_stem = {_stem(path.name): path for path in paths}
    file_number, frame_number = frames.listed
    shifts: dict[int, np.ndarray] = {}
    for number, listed in enumerate(listed_paths):
        # A path that is listed twice counts where it is listed first.
        path = by_stem.pop(_stem(PurePosixPath(listed.replace("\\", "/")).name), None)
        at = np.flatnonzero(file_number == number)
        if path is not None and at.size:
            variables = read_for_proof(path, None).variables
            both = np.stack(
                [numbers_of(variables[name]).ravel().astype(np.float64) for name in ("dx_r", "dy_r")], axis=1
            )
            shifts.update(zip(at.tolist(), both[frame_number[at]], strict=True))
    return shifts


def _stem(name: str) -> str:
    """What the names of a stack and of its registration file share."""
    return _AROUND_STEM.sub("", name).casefold()


def _check(work: Comparison, path: str, volume: Subvolume, shifts: Mapping[int, np.ndarray]) -> None:
    if not shifts:
        return
    positions = sorted(shifts)
    expected_ms = volume.time_ms[positions]
    expected, found = np.stack([shifts[one] for one in positions]), work.reader.values(f"{path}/data")
    work.numbers(f"{path}/data", expected=expected, found=found, accounts=True)
    work.times(f"{path}/timestamps", expected_ms=expected_ms, seconds=work.view.stamps(path))


CHECKS = {OPHYS: check_registration}
