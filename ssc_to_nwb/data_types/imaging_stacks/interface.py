"""Imaging stacks: one TwoPhotonSeries per plane and channel, with the frames that exist on time stamps of their own."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Self

from pynwb import NWBFile

from ssc_to_nwb.chunk_shapes import FRAMES_CHUNK_MB
from ssc_to_nwb.data_types.base import Conversion, RawInterface
from ssc_to_nwb.data_types.declared import Series
from ssc_to_nwb.data_types.from_layout import add_objects
from ssc_to_nwb.data_types.imaging_stacks import layout
from ssc_to_nwb.session.context import SessionContext


class ImagingStacksInterface(RawInterface):
    """The frames of every imaging plane, and the table of those that are missing.

    Attributes
    ----------
    chunk_mb : float, default FRAMES_CHUNK_MB
        Size of a chunk before compression, in 2^20 bytes.
    """

    display_name = "CRCNS ssc imaging stacks"
    info = "TwoPhotonSeries of every imaging plane and channel, and the gaps between them."
    chunk_mb: float = FRAMES_CHUNK_MB

    @classmethod
    def in_conversion(cls, context: SessionContext, conversion: Conversion) -> Self:
        """The interface as a conversion of this package uses it."""
        interface = super().in_conversion(context, conversion)
        interface.chunk_mb = conversion.chunk_mb
        return interface

    def add(self, nwbfile: NWBFile) -> None:
        """Add the series of every plane that has a frame, and the table of gaps where there are any."""
        for one in layout.objects(self.sources):
            if isinstance(one, Series) and callable(one.values):
                one = replace(one, values=partial(one.values, chunk_mb=self.chunk_mb))
            add_objects(nwbfile, [one])


INTERFACE = ImagingStacksInterface
