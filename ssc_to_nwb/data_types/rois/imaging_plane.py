"""ImagingPlane and microscope: made once, found again by every interface that needs them.

Each channel of a plane has an ImagingPlane of its own, so that label, excitation and emission are right for what hangs
on it: the red frames on the red one; the green frames, the masks and the traces on the green one.
"""

from __future__ import annotations

from pynwb import NWBFile
from pynwb.device import Device, DeviceModel
from pynwb.ophys import ImagingPlane, OpticalChannel

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.rois import layout
from ssc_to_nwb.data_types.rois.source import Plane
from ssc_to_nwb.data_types.subvolumes.source import Subvolume
from ssc_to_nwb.metadata.model import DeviceFacts, DeviceModelFacts
from ssc_to_nwb.session.context import SessionContext


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
    declared = layout.imaging_plane(context, subvolume=subvolume, plane=plane, channel=channel)
    if declared.name in nwbfile.imaging_planes:
        return nwbfile.imaging_planes[declared.name]
    facts = context.metadata.imaging
    detected = facts.channels[channel]
    return nwbfile.create_imaging_plane(
        name=declared.name,
        optical_channel=OpticalChannel(
            name=channel, description=detected.description, emission_lambda=detected.emission_lambda_nm
        ),
        device=get_device(nwbfile, facts.microscope),
        grid_spacing_unit="meters",
        **declared.fields,
    )
