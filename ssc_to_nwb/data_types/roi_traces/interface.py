"""Raw fluorescence, dF/F and calcium events: one RoiResponseSeries per plane and kind, on shared time stamps."""

from __future__ import annotations

from ssc_to_nwb.data_types.base import SessionInterface


class RoiResponsesInterface(SessionInterface):
    """Traces of the ROIs, each plane with its own rows only, joined to the masks by ROI number."""

    display_name = "CRCNS ssc ROI traces"
    info = "Raw fluorescence, dF/F and calcium events of every ROI."


INTERFACE = RoiResponsesInterface
