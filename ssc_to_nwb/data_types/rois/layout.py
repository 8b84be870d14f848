"""Where ROI masks, master images and imaging planes are in the NWB file."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.clock import usual_rate_hz
from ssc_to_nwb.data_types.declared import (
    OPHYS,
    TEXT,
    Column,
    DeclaredObject,
    FieldValue,
    Image,
    Place,
    Sources,
    Table,
    value_place,
)  # fmt: skip
from ssc_to_nwb.data_types.rois.source import Plane
from ssc_to_nwb.data_types.subvolumes.source import Subvolume
from ssc_to_nwb.metadata.model import DeviceFacts, ImagingFacts
from ssc_to_nwb.session.context import SessionContext

_UM = 1e-6
SEGMENTATION = DeclaredObject(
    path=f"{OPHYS.path}/{naming.IMAGE_SEGMENTATION}", neurodata_type="ImageSegmentation"
)  # fmt: skip
PIXEL = np.dtype([("x", np.uint32), ("y", np.uint32), ("weight", np.float32)])
_MODELS = "/general/devices/models"
_REFERENCE_FRAME = (
    "x runs along the image's columns and y along its rows, both from the first pixel of the image; z is the distance "
    "between the planes of one subvolume. The source does not say how the image lies in the brain."
)
_ROIS_TEXT = (
    "ROIs of {plane}, one row each; the row id is the ROI number of the source, unique in the session. "
    "pixel_mask: x is the column and y the row of a pixel, counted from 0, so that it addresses "
    "series.data[time, x, y] and image.data[x, y]."
)
_WHERE = "mean over the pixels of its mask, from the center of the image's first pixel, in um; NaN without a mask."
_OUTLINE = Column(
    name="outline",
    dtype=np.float64,
    axes=2,
    ragged=True,
    text="Corners of the ROI's outline (cornersXY): x (column), y (row), counted from 0, in pixels.",
)
# NWB asks for a mask in every table of ROIs.
_MASK = Column(
    name="pixel_mask",
    dtype=PIXEL,
    ragged=True,
    text="Pixels of the ROI: x (column), y (row), counted from 0, and weight; empty where the source has no mask.",
)
_NUMBER = Column(name="roi_number", dtype=np.int64, text="Number of the ROI in the source.")
_FURTHER = (
    Column(
        name="source_lists",
        dtype=TEXT,
        text="Lists of this plane in the source that contain the ROI, out of imagingPlane.ids, roiIds, rois.",
    ),
    Column(name="plane", dtype=TEXT, text="Imaging plane of the ROI."),
    Column(name="centroid_x_um", dtype=np.float64, text=f"Position of the ROI along the image's columns (x): {_WHERE}"),
    Column(name="centroid_y_um", dtype=np.float64, text=f"Position of the ROI along the image's rows (y): {_WHERE}"),
    Column(
        name="depth_from_first_plane_um",
        dtype=np.float64,
        text="How far the plane lies below the first imaged plane of its subvolume, in um.",
    ),
    Column(
        name="cell",
        dtype=TEXT,
        text=(
            "The cell, as animal/ROI number. In the sessions of one animal the same number is the same cell, unless "
            "its plane or position differs."
        ),
    ),
)


def objects(sources: Sources) -> Iterator[DeclaredObject]:
    """Imaging planes, tables of ROIs and master images of all planes."""
    context = sources.context
    if context.session.subvolumes:
        yield OPHYS
        yield SEGMENTATION
        yield from device(context.metadata.imaging.microscope)
    for subvolume in context.session.subvolumes:
        for plane in subvolume.planes:
            yield imaging_plane(context, subvolume=subvolume, plane=plane, channel="green")
            yield roi_table(plane)
            yield images(plane.name)
            yield from master_images(plane)


def device(facts: DeviceFacts) -> Iterator[DeclaredObject]:
    """A device, as the metadata have it, and its model."""
    path, text = f"/general/devices/{facts.name}", facts.description
    if facts.model is None:
        yield DeclaredObject(path=path, neurodata_type="Device", text=text)
        return
    model = f"{_MODELS}/{facts.model.name}"
    yield DeclaredObject(
        path=path,
        neurodata_type="Device",
        text=text,
        links={"model": model},
        inner=(Place(path=_MODELS, kind="group"),),
    )
    yield DeclaredObject(
        path=model,
        neurodata_type="DeviceModel",
        text=facts.model.description,
        attributes={"manufacturer": facts.model.manufacturer},
    )


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
    detector = f"{path}/{channel}"
    return DeclaredObject(
        path=path,
        neurodata_type="ImagingPlane",
        fields=fields,
        field_attributes={"grid_spacing": {"unit": "meters"}},
        links={"device": f"/general/devices/{facts.microscope.name}"},
        inner=(
            Place(path=detector, kind="group", attributes={"neurodata_type": "OpticalChannel"}),
            value_place(f"{detector}/description", detected.description),
            value_place(f"{detector}/emission_lambda", detected.emission_lambda_nm),
        ),
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


def roi_table(plane: Plane) -> Table:
    """The table of a plane's ROIs."""
    path = f"{SEGMENTATION.path}/{naming.plane_segmentation(plane.name)}"
    outlined = (_OUTLINE,) if any(roi.corners_xy.size for roi in plane.rois) else ()
    return Table(
        path=path,
        neurodata_type="PlaneSegmentation",
        text=_ROIS_TEXT.format(plane=plane.name),
        columns=(_MASK, _NUMBER, *outlined, *_FURTHER),
        numbered=False,
        links={"imaging_plane": imaging_plane_path(plane.name, "green")},
        # An empty group that some versions of pynwb write.
        inner=(Place(path=f"{path}/reference_images", kind="group", optional=True),),
    )


def images(plane_name: str) -> DeclaredObject:
    """The container of a plane's images."""
    return DeclaredObject(
        path=f"{OPHYS.path}/{naming.images(plane_name)}",
        neurodata_type="Images",
        text=f"Images of {plane_name}; image.data[x, y] is column x, row y of the frame.",
    )


def master_images(plane: Plane) -> list[Image]:
    """The master image of each channel that the session file holds, green then red."""
    return [
        Image(
            path=f"{images(plane.name).path}/{naming.image('master', channel)}",
            text=f"Master image of the {channel} channel (masterImage of the session file); data[x, y].",
            dtype=plane.master_image.dtype,
        )
        for channel in naming.CHANNELS[: plane.master_image.shape[2]]
    ]
