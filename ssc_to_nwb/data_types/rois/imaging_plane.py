"""ImagingPlane and microscope: made once, found again by every interface that needs them.

Each channel of a plane has an ImagingPlane of its own, so that label, excitation and emission are right for what hangs
on it: the red frames on the red one; the green frames, the masks and the traces on the green one.
"""

from __future__ import annotations

from pynwb import NWBFile
from pynwb.device import Device, DeviceModel
from pynwb.ophys import ImagingPlane, OpticalChannel

from ssc_to_nwb import naming
from ssc_to_nwb.clock import usual_rate_hz
from ssc_to_nwb.data_types.rois.source import Plane
from ssc_to_nwb.data_types.subvolumes.source import Subvolume
from ssc_to_nwb.metadata.model import DeviceFacts, DeviceModelFacts, ImagingFacts
from ssc_to_nwb.session.context import SessionContext

_UM = 1e-6
_REFERENCE_FRAME = (
    "x runs along the image's columns and y along its rows, both from the first pixel of the image; z is the distance "
    "between the planes of one subvolume. The source does not say how the image lies in the brain."
)


def get_device(nwbfile: NWBFile, facts: DeviceFacts) -> Device:
    """The device of this name in the file, made where there is none yet."""
    if facts.name in nwbfile.devices:
        return nwbfile.devices[facts.name]
    model = None if facts.model is None else _get_device_model(nwbfile, facts.model)
    return nwbfile.create_device(name=facts.name, description=facts.description, model=model)


def _get_device_model(nwbfile: NWBFile, facts: DeviceModelFacts) -> DeviceModel:
    if facts.name in nwbfile.device_models:
        return nwbfile.device_models[facts.name]
    return nwbfile.create_device_model(name=facts.name, manufacturer=facts.manufacturer, description=facts.description)


def get_imaging_plane(
    nwbfile: NWBFile, *, context: SessionContext, subvolume: Subvolume, plane: Plane, channel: naming.Channel
) -> ImagingPlane:
    """The ImagingPlane of a plane and channel in the file, made where there is none yet."""
    name = naming.imaging_plane(plane.name, channel)
    if name in nwbfile.imaging_planes:
        return nwbfile.imaging_planes[name]
    facts = context.metadata.imaging
    detected = facts.channels[channel]
    column_um, row_um = pixel_size_um(facts, image_shape=plane.image_shape)
    return nwbfile.create_imaging_plane(
        name=name,
        description=_description(context, subvolume=subvolume, plane=plane, channel=channel),
        optical_channel=OpticalChannel(
            name=channel, description=detected.description, emission_lambda=detected.emission_lambda_nm
        ),
        device=get_device(nwbfile, facts.microscope),
        excitation_lambda=facts.excitation_lambda_nm,
        imaging_rate=usual_rate_hz(subvolume.time_ms, subvolume.trial),
        indicator=detected.indicator,
        location=facts.location,
        grid_spacing=[column_um * _UM, row_um * _UM, facts.plane_spacing_um * _UM],
        grid_spacing_unit="meters",
        reference_frame=_REFERENCE_FRAME,
    )


def pixel_size_um(facts: ImagingFacts, *, image_shape: tuple[int, int]) -> tuple[float, float]:
    """Width and height of a pixel, from the field of view and the image's (rows, columns)."""
    rows, columns = image_shape
    width_um, height_um = facts.field_of_view_um
    return width_um / columns, height_um / rows


def depth_from_first_plane_um(facts: ImagingFacts, plane: Plane) -> float:
    """How far a plane lies below the first imaged plane of its subvolume."""
    return (plane.position - 1) * facts.plane_spacing_um


def _description(context: SessionContext, *, subvolume: Subvolume, plane: Plane, channel: naming.Channel) -> str:
    facts = context.metadata.imaging
    below = depth_from_first_plane_um(facts, plane)
    text = (
        f"Plane {plane.position} of {len(subvolume.planes)} of subvolume {subvolume.number} ({plane.name}), "
        f"in {facts.location_description}, {channel} channel. {below:g} um below the subvolume's first imaged plane; "
        f"planes are {facts.plane_spacing_um:g} um apart. "
    )
    depth = facts.subvolume_depth_um.get(subvolume.number)
    if depth is None:
        return text + "The source does not give the depth below the pia."
    return text + f"Depth below the pia: {depth + below:g} um."
