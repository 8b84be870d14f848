"""Registration shifts per frame, from the .imreg_out files beside the stacks."""

from __future__ import annotations

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.registration.source import read_plane_shifts
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.proof.comparison import OPHYS, Comparison
from ssc_to_nwb.proof.objects import check_series
from ssc_to_nwb.session.raw_data import RawData


def check_registration(work: Comparison, raw: RawData, *, log: ProblemLog) -> None:
    """Compare the series of every plane that has registration files."""
    files = {plane.plane_name: plane for plane in raw.inventory.planes}
    for volume in work.session.subvolumes:
        for plane in volume.planes:
            stack = raw.stacks[plane.name]
            shifts = read_plane_shifts(
                plane_name=plane.name,
                registration=files[plane.name].registration,
                frame_index=plane.frame_index,
                stack=stack,
                keep_going=raw.keep_going,
                log=log,
            )
            if shifts is None:
                continue
            path = f"{OPHYS}/{naming.registration_shift(plane.name)}"
            expected_ms = volume.time_ms[shifts.index_position]
            own = not np.array_equal(expected_ms, volume.time_ms[stack.index_position])
            frames = f"/acquisition/{naming.two_photon_series(plane.name, 'green')}"
            clock = None if own or not stack.frame_count else frames
            work.proof.guarded(
                path, check_series, work, path, neurodata_type="TimeSeries", unit="pixels", clock=clock,
                parts=(plane.name,),
            )  # fmt: skip
            found = work.reader.values(f"{path}/data")
            work.proof.dtype(f"{path}/data", found.dtype, expected=np.float64)
            work.proof.numbers(f"{path}/data", expected=shifts.shift_px, found=found)
            work.proof.times(
                f"{path}/timestamps", expected=expected_ms, seconds=work.stamps(path), unit=work.milliseconds
            )
