"""Registration shifts: one TimeSeries per plane, from the `.imreg_out` files beside its stacks."""

from __future__ import annotations

import numpy as np
from pynwb import NWBFile
from pynwb.base import TimeSeries

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.modules import get_module
from ssc_to_nwb.data_types.raw_base import RawInterface
from ssc_to_nwb.data_types.registration.source import PlaneShifts, read_plane_shifts
from ssc_to_nwb.quantities import plural

_DESCRIPTION = (
    "Shift of each frame of {plane} as found by the registration (dx_r, dy_r of {files}). "
    "Column 0: along the image's columns (x), column 1: along its rows (y). The frames are already registered."
)


class RegistrationInterface(RawInterface):
    """Registration shifts of every plane."""

    display_name = "CRCNS ssc registration shifts"
    info = "Shifts per frame that the motion registration found."

    def add(self, nwbfile: NWBFile) -> None:
        """Add one TimeSeries for every plane that has registration files."""
        if self.raw is None:
            return
        files = {plane.plane_name: plane for plane in self.raw.inventory.planes}
        for subvolume in self.context.session.subvolumes:
            seconds = self.context.clock.seconds(subvolume.time_ms)
            for plane in subvolume.planes:
                shifts = read_plane_shifts(
                    plane_name=plane.name,
                    registration=files[plane.name].registration,
                    frame_index=plane.frame_index,
                    stack=self.raw.stacks[plane.name],
                    keep_going=self.raw.keep_going,
                    log=self.context.log,
                )
                if shifts is not None:
                    add_registration_shift(nwbfile, plane_name=plane.name, shifts=shifts, seconds=seconds)


def add_registration_shift(
    nwbfile: NWBFile, *, plane_name: str, shifts: PlaneShifts, seconds: np.ndarray
) -> TimeSeries:
    """Add the shifts of one plane to the ophys module.

    seconds: float64 (F,), the time stamps of the plane's subvolume. The series of frames lends its time stamps where
    it has the same ones.
    """
    timestamps = seconds[shifts.index_position]
    frames = nwbfile.acquisition.get(naming.two_photon_series(plane_name, "green"))
    shared = frames is not None and np.array_equal(frames.timestamps, timestamps)
    series = TimeSeries(
        name=naming.registration_shift(plane_name),
        description=_DESCRIPTION.format(plane=plane_name, files=plural(len(shifts.paths), ".imreg_out file")),
        data=shifts.shift_px,
        unit="pixels",
        timestamps=frames if shared else timestamps,
    )
    get_module(nwbfile, naming.OPHYS_MODULE).add(series)
    return series
