"""Imaging stacks: one TwoPhotonSeries per plane and channel, with the frames that exist on time stamps of their own."""

from __future__ import annotations

from typing import Self

import numpy as np
from pynwb import NWBFile
from pynwb.ophys import TwoPhotonSeries

from ssc_to_nwb.chunk_shapes import FRAMES_CHUNK_MB
from ssc_to_nwb.data_types.base import Conversion, RawInterface
from ssc_to_nwb.data_types.from_layout import find_object, series_fields
from ssc_to_nwb.data_types.imaging_stacks import layout
from ssc_to_nwb.data_types.imaging_stacks.frames import StackFrames
from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
from ssc_to_nwb.data_types.rois.interface import get_imaging_plane
from ssc_to_nwb.data_types.rois.source import Plane
from ssc_to_nwb.data_types.subvolumes.source import Subvolume
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog
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
        if self.raw is None:
            return
        for subvolume in self.context.session.subvolumes:
            seconds = self.context.clock.seconds(subvolume.time_ms)
            for plane in subvolume.planes:
                if self.raw.stacks[plane.name].frame_count:
                    self._add_series(nwbfile, self.raw.stacks[plane.name], seconds, subvolume=subvolume, plane=plane)
        super().add(nwbfile)

    def _add_series(
        self, nwbfile: NWBFile, stack: PlaneStack, seconds: np.ndarray, *, subvolume: Subvolume, plane: Plane
    ) -> None:
        """Add a TwoPhotonSeries per channel, green first; a second one shares the first's time stamps."""
        _report_cut_text(stack, log=self.context.log)
        for number, declared in enumerate(layout.frame_series(stack, facts=self.context.metadata.imaging)):
            clock = None if declared.clock is None else find_object(nwbfile, declared.clock)
            series = TwoPhotonSeries(
                **series_fields(declared),
                data=StackFrames(stack=stack, channel=number, chunk_mb=self.chunk_mb),
                timestamps=seconds[stack.index_position] if clock is None else clock,
                imaging_plane=get_imaging_plane(
                    nwbfile, context=self.context, subvolume=subvolume, plane=plane, channel=stack.channels[number]
                ),
            )
            nwbfile.add_acquisition(series)


def _report_cut_text(stack: PlaneStack, *, log: ProblemLog) -> None:
    """Warn where the comments do not hold all of the acquisition program's text."""
    size = len((stack.description or "").encode())
    if size > layout.LONGEST_TEXT_BYTES:
        log.add(
            kinds.TIF_TEXT_CUT,
            file=next(index for index in stack.files if index is not None).path,
            field=f"plane {stack.plane_name}, ImageDescription",
            expected=f"at most {layout.LONGEST_TEXT_BYTES} bytes",
            found=f"{size} bytes",
        )


INTERFACE = ImagingStacksInterface
