"""Where imaging planes and devices are in the NWB file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.clock import usual_rate_hz
from ssc_to_nwb.data_types.declared import DeclaredObject, FieldValue, Place
from ssc_to_nwb.data_types.rois.source import Plane
from ssc_to_nwb.data_types.subvolumes.source import Subvolume
from ssc_to_nwb.metadata.model import DeviceFacts, ImagingFacts
from ssc_to_nwb.session.context import SessionContext

_UM = 1e-6
_MODELS = "/general/devices/models"
_REFERENCE_FRAME = (
    "x runs along the image's columns and y along its rows, both from the first pixel of the image; z is the distance "
    "between the planes of one subvolume. The source does not say how the image lies in the brain."
)


def device(facts: DeviceFacts) -> Iterator[DeclaredObject]:
    """The model of a device, as the metadata have it, and the device."""
    device = DeclaredObject(path=device_path(facts), neurodata_type="Device", text=facts.description)
    if facts.model is None:
        yield device
        return
    model = DeclaredObject(
        path=f"{_MODELS}/{facts.model.name}",
        neurodata_type="DeviceModel",
        text=facts.model.description,
        attributes={"manufacturer": facts.model.manufacturer},
    )
    yield model
    yield replace(device, links={"model": model.path}, inner=(Place(path=_MODELS, kind="group"),))


def device_path(facts: DeviceFacts) -> str:
    """Path of a device."""
    return f"/general/devices/{facts.name}"


def imaging_plane(
    context: SessionContext, *, subvolume: Subvolume, plane: Plane, channel: naming.Channel
) -> DeclaredObject:
    """The ImagingPlane of one channel of a plane."""
    facts = context.metadata.imaging
    detected = facts.channels[channel]
    column_um, row_um = pixel_size_um(facts, image_shape=plane.image_shape)
    path = imaging_plane_path(plane.name, channel)
    rate = usual_rate_hz(subvolume.time_ms, subvolume.trial)
    fields: dict[str, FieldValue] = {
        "description": _plane_text(facts, subvolume=subvolume, plane=plane, channel=channel),
        "excitation_lambda": facts.excitation_lambda_nm,
        "indicator": detected.indicator,
        "location": facts.location,
        "grid_spacing": np.array([column_um * _UM, row_um * _UM, facts.plane_spacing_um * _UM]),
        "reference_frame": _REFERENCE_FRAME,
        **({} if rate is None else {"imaging_rate": rate}),
    }
    detector = DeclaredObject(
        path=f"{path}/{channel}",
        neurodata_type="OpticalChannel",
        fields={"description": detected.description, "emission_lambda": detected.emission_lambda_nm},
    )
    return DeclaredObject(
        path=path,
        neurodata_type="ImagingPlane",
        fields=fields,
        field_attributes={"grid_spacing": {"unit": "meters"}},
        links={"device": device_path(facts.microscope)},
        parts=(detector,),
    )


def imaging_plane_path(plane_name: str, channel: naming.Channel) -> str:
    """Path of the ImagingPlane of a plane and channel."""
    return f"/general/optophysiology/{naming.imaging_plane(plane_name, channel)}"


def pixel_size_um(facts: ImagingFacts, *, image_shape: tuple[int, int]) -> tuple[float, float]:
    """Width and height of a pixel, from the field of view and the image's (rows, columns)."""
    rows, columns = image_shape
    width_um, height_um = facts.field_of_view_um
    return width_um / columns, height_um / rows


def depth_from_first_plane_um(facts: ImagingFacts, plane: Plane) -> float:
    """How far a plane lies below the first imaged plane of its subvolume."""
    return (plane.position - 1) * facts.plane_spacing_um


def _plane_text(facts: ImagingFacts, *, subvolume: Subvolume, plane: Plane, channel: naming.Channel) -> str:
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
