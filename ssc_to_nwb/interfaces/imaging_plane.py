"""ImagingPlane, microscope and optical channels: made once, found again by every interface that needs them."""

from __future__ import annotations

import numpy as np
from pynwb import NWBFile
from pynwb.device import Device
from pynwb.ophys import ImagingPlane, OpticalChannel

from ssc_to_nwb import naming
from ssc_to_nwb.interfaces.context import SessionContext
from ssc_to_nwb.metadata.model import DeviceFacts
from ssc_to_nwb.source.plane import Plane
from ssc_to_nwb.source.subvolume import Subvolume

_UM = 1e-6
_REFERENCE_FRAME = (
    "x runs along the image's columns and y along its rows, both from the first pixel of the image; z is the distance "
    "between the planes of one subvolume. The orientation of the image in the brain is not told by the source."
)


def get_device(nwbfile: NWBFile, facts: DeviceFacts) -> Device:
    """The device of this name in the file, made where there is none yet."""
    if facts.name in nwbfile.devices:
        return nwbfile.devices[facts.name]
    return nwbfile.create_device(name=facts.name, description=facts.description, manufacturer=facts.manufacturer)


def get_imaging_plane(nwbfile: NWBFile, *, context: SessionContext, subvolume: Subvolume, plane: Plane) -> ImagingPlane:
    """The ImagingPlane of a plane in the file, made where there is none yet."""
    name = naming.imaging_plane(plane.name)
    if name in nwbfile.imaging_planes:
        return nwbfile.imaging_planes[name]
    facts = context.metadata.imaging
    rows, columns = plane.image_shape
    width_um, height_um = facts.field_of_view_um
    return nwbfile.create_imaging_plane(
        name=name,
        description=_description(context, subvolume=subvolume, plane=plane),
        optical_channel=[
            OpticalChannel(
                name=channel,
                description=f"{facts.channels[channel].description} Label: {facts.channels[channel].indicator}.",
                emission_lambda=facts.channels[channel].emission_lambda_nm,
            )
            for channel in naming.CHANNELS
        ],
        device=get_device(nwbfile, facts.microscope),
        excitation_lambda=facts.excitation_lambda_nm,
        imaging_rate=imaging_rate_hz(subvolume),
        indicator=facts.indicator,
        location=facts.location,
        grid_spacing=[width_um / columns * _UM, height_um / rows * _UM, facts.plane_spacing_um * _UM],
        grid_spacing_unit="meters",
        reference_frame=_REFERENCE_FRAME,
    )


def imaging_rate_hz(subvolume: Subvolume) -> float | None:
    """Frames per second of each plane, from the median step of the time stamps; None with fewer than two.

    The median is not moved by the pauses between trials. 7 Hz is usual, never assumed.
    """
    if subvolume.time_ms.size < 2:
        return None
    step_ms = float(np.median(np.diff(subvolume.time_ms)))
    return 1000.0 / step_ms if step_ms > 0 else None


def _description(context: SessionContext, *, subvolume: Subvolume, plane: Plane) -> str:
    facts = context.metadata.imaging
    below = (plane.position - 1) * facts.plane_spacing_um
    text = (
        f"Plane {plane.position} of {len(subvolume.planes)} of subvolume {subvolume.number} ({plane.name}), "
        f"in {facts.location_description}. {below:g} um from the subvolume's first imaged plane at "
        f"{facts.plane_spacing_um:g} um between planes. "
    )
    depth = facts.subvolume_depth_um.get(subvolume.number)
    if depth is None:
        return text + "The depth below the pia is not told by the source."
    return text + f"Depth below the pia: {depth + below:g} um."
