"""ROI masks and master images: one PlaneSegmentation and one Images container per plane; imaging planes and devices."""

from __future__ import annotations

from ssc_to_nwb.data_types.base import SessionInterface


class RoiSegmentationInterface(SessionInterface):
    """Masks, outlines and numbers of the ROIs, and the master images, plane by plane."""

    display_name = "CRCNS ssc ROI masks"
    info = "PlaneSegmentation and master images of every imaging plane."


INTERFACE = RoiSegmentationInterface
