"""Imaging stacks: one TwoPhotonSeries per plane and channel, with the frames that exist on time stamps of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np
from pynwb import NWBFile
from pynwb.ophys import ImagingPlane, TwoPhotonSeries

from ssc_to_nwb import naming
from ssc_to_nwb.chunk_shapes import FRAMES_CHUNK_MB
from ssc_to_nwb.data_types.base import Conversion, RawInterface
from ssc_to_nwb.data_types.from_layout import series_fields
from ssc_to_nwb.data_types.imaging_stacks import layout
from ssc_to_nwb.data_types.imaging_stacks.frames import StackFrames
from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
from ssc_to_nwb.data_types.rois.interface import get_imaging_plane
from ssc_to_nwb.metadata.model import ImagingFacts
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
                stack = self.raw.stacks[plane.name]
                if stack.frame_count:
                    add_two_photon_series(
                        nwbfile,
                        stack=stack,
                        timestamps=seconds[stack.index_position],
                        imaging_planes={
                            channel: get_imaging_plane(
                                nwbfile, context=self.context, subvolume=subvolume, plane=plane, channel=channel
                            )
                            for channel in stack.channels
                        },
                        facts=self.context.metadata.imaging,
                        chunk_mb=self.chunk_mb,
                        log=self.context.log,
                    )
        super().add(nwbfile)


def add_two_photon_series(
    nwbfile: NWBFile,
    *,
    stack: PlaneStack,
    timestamps: np.ndarray,
    imaging_planes: Mapping[naming.Channel, ImagingPlane],
    facts: ImagingFacts,
    chunk_mb: float,
    log: ProblemLog,
) -> tuple[TwoPhotonSeries, ...]:
    """Add one TwoPhotonSeries per channel to the acquisition, green first; a second shares the first's time stamps.

    stack: with at least one frame, read when the file is written; timestamps: float64 (T,), s after the session's
    start; imaging_planes: by channel; facts: what the metadata say of the imaging; chunk_mb: of a chunk before
    compression, 2^20 bytes; log: takes the warnings. Raises ValueError for time stamps that are not as many as frames.
    """
    if len(timestamps) != stack.frame_count:
        raise ValueError(f"{len(timestamps)} time stamps for {stack.frame_count} frames of {stack.plane_name}")
    _report_cut_text(stack, log=log)
    added: dict[str, TwoPhotonSeries] = {}
    for number, declared in enumerate(layout.frame_series(stack, facts=facts)):
        added[declared.path] = TwoPhotonSeries(
            **series_fields(declared),
            data=StackFrames(stack=stack, channel=number, chunk_mb=chunk_mb),
            timestamps=timestamps if declared.clock is None else added[declared.clock],
            imaging_plane=imaging_planes[stack.channels[number]],
        )
        nwbfile.add_acquisition(added[declared.path])
    return tuple(added.values())


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
