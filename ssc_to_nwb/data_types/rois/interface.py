"""ROI masks and master images: one PlaneSegmentation and one Images container per plane; imaging planes and devices.

Each channel of a plane has an ImagingPlane of its own, so that label, excitation and emission are right for what hangs
on it: the red frames on the red one; the green frames, the masks and the traces on the green one.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pynwb import NWBFile
from pynwb.device import Device
from pynwb.ophys import ImageSegmentation, ImagingPlane, OpticalChannel, PlaneSegmentation

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.declared import ColumnValues
from ssc_to_nwb.data_types.from_layout import get_module, make_table
from ssc_to_nwb.data_types.rois import imaging_planes, layout
from ssc_to_nwb.data_types.rois.source import Plane, Roi
from ssc_to_nwb.data_types.subvolumes.source import Subvolume
from ssc_to_nwb.image_axes import outline_zero_based
from ssc_to_nwb.metadata.model import DeviceFacts
from ssc_to_nwb.session.context import SessionContext


def get_device(nwbfile: NWBFile, facts: DeviceFacts) -> Device:
    """The device of this name in the file, made with its model where there is none yet."""
    if facts.name in nwbfile.devices:
        return nwbfile.devices[facts.name]
    made = facts.model
    if made is not None and made.name not in nwbfile.device_models:
        nwbfile.create_device_model(name=made.name, manufacturer=made.manufacturer, description=made.description)
    model = None if made is None else nwbfile.device_models[made.name]
    return nwbfile.create_device(name=facts.name, description=facts.description, model=model)


def get_imaging_plane(
    nwbfile: NWBFile, *, context: SessionContext, subvolume: Subvolume, plane: Plane, channel: naming.Channel
) -> ImagingPlane:
    """The ImagingPlane of a plane and channel in the file, made where there is none yet."""
    declared = imaging_planes.imaging_plane(context, subvolume=subvolume, plane=plane, channel=channel)
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


class RoiSegmentationInterface(SessionInterface):
    """Masks, outlines and numbers of the ROIs, and the master images, plane by plane."""

    display_name = "CRCNS ssc ROI masks"
    info = "PlaneSegmentation and master images of every imaging plane."

    def add(self, nwbfile: NWBFile) -> None:
        """Add a PlaneSegmentation and an Images container for every plane."""
        for subvolume in self.context.session.subvolumes:
            for plane in subvolume.planes:
                get_plane_segmentation(nwbfile, context=self.context, subvolume=subvolume, plane=plane)
        super().add(nwbfile)


def get_plane_segmentation(
    nwbfile: NWBFile, *, context: SessionContext, subvolume: Subvolume, plane: Plane
) -> PlaneSegmentation:
    """The PlaneSegmentation of a plane in the file, a row per ROI, made where there is none yet."""
    module = get_module(nwbfile, layout.SEGMENTATION.path)
    if layout.SEGMENTATION.name not in module.data_interfaces:
        module.add(ImageSegmentation(name=layout.SEGMENTATION.name))
    segmentation = module[layout.SEGMENTATION.name]
    declared = layout.roi_table(plane)
    if declared.name in segmentation.plane_segmentations:
        return segmentation[declared.name]
    table = make_table(
        declared,
        _values(plane, context=context),
        imaging_plane=get_imaging_plane(nwbfile, context=context, subvolume=subvolume, plane=plane, channel="green"),
        id=plane.ordered_roi_numbers,
    )
    segmentation.add_plane_segmentation(table)
    return table


def _values(plane: Plane, *, context: SessionContext) -> Mapping[str, ColumnValues]:
    """What the source says of each ROI, and, for tools that hand columns on as metadata, which cell it is and where."""
    facts, animal = context.metadata.imaging, context.session.key.animal
    first_index = context.metadata.assumptions.corners_first_index
    column_um, row_um = imaging_planes.pixel_size_um(facts, image_shape=plane.image_shape)
    numbers = plane.ordered_roi_numbers
    records = {roi.number: roi for roi in plane.rois}
    rois = [records.get(number) for number in numbers.tolist()]
    masks = [_pixel_mask(roi, image_rows=plane.image_shape[0]) for roi in rois]
    return {
        "pixel_mask": masks,
        "roi_number": numbers,
        "outline": [
            np.zeros((0, 2)) if roi is None else outline_zero_based(roi.corners_xy, first_index=first_index)
            for roi in rois
        ],
        "source_lists": [_source_lists(plane, number, has_record=number in records) for number in numbers.tolist()],
        "plane": [plane.name] * numbers.size,
        "centroid_x_um": np.array([_mean(mask["x"]) for mask in masks]) * column_um,
        "centroid_y_um": np.array([_mean(mask["y"]) for mask in masks]) * row_um,
        "depth_from_first_plane_um": np.full(numbers.size, imaging_planes.depth_from_first_plane_um(facts, plane)),
        "cell": [f"{animal}/{number}" for number in numbers.tolist()],
    }


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if values.size else np.nan


def _pixel_mask(roi: Roi | None, *, image_rows: int) -> np.ndarray:
    if roi is None:
        return np.zeros(0, dtype=layout.PIXEL)
    rows, columns = roi.rows_and_columns(image_rows=image_rows)
    mask = np.ones(rows.size, dtype=layout.PIXEL)
    mask["x"], mask["y"] = columns, rows
    return mask


def _source_lists(plane: Plane, number: int, *, has_record: bool) -> str:
    lists = (
        ("imagingPlane.ids", number in plane.roi_numbers),
        ("roiIds", number in plane.recorded_numbers),
        ("rois", has_record),
    )
    return ", ".join(name for name, listed in lists if listed)


INTERFACE = RoiSegmentationInterface
