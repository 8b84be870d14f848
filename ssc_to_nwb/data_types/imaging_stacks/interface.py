"""Imaging stacks: one TwoPhotonSeries per plane and channel, with the frames that exist on time stamps of their own."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pynwb import NWBFile
from pynwb.ophys import ImagingPlane, TwoPhotonSeries

from ssc_to_nwb import naming
from ssc_to_nwb.chunk_shapes import FRAMES_CHUNK_MB
from ssc_to_nwb.data_types.imaging_stacks.frames import StackFrames
from ssc_to_nwb.data_types.imaging_stacks.gaps import add_imaging_gaps
from ssc_to_nwb.data_types.imaging_stacks.image_texts import add_image_texts, texts_differ
from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
from ssc_to_nwb.data_types.raw_base import RawInterface
from ssc_to_nwb.data_types.rois.imaging_plane import get_imaging_plane
from ssc_to_nwb.problems import raw_kinds as kinds
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.quantities import plural

_UM = 1e-6
# `comments` is an HDF5 attribute, which holds 64 kB; room is left for the sentence in front of the text.
_LONGEST_TEXT_BYTES = 60_000
_DESCRIPTION = (
    "Frames of the {channel} channel of {plane}, as in the tif stacks. data[time, x, y]: x is the column and y the row "
    "of a frame. It has the frames that exist, in the order of the session file's frame index; {missing}. {processing}"
)


class ImagingStacksInterface(RawInterface):
    """The frames of every imaging plane, and the table of those that are missing."""

    display_name = "CRCNS ssc imaging stacks"
    info = "TwoPhotonSeries of every imaging plane and channel, and the gaps between them."
    chunk_mb: float = FRAMES_CHUNK_MB

    def add(self, nwbfile: NWBFile) -> None:
        """Add the series of every plane that has a frame, and the table of gaps where there are any."""
        if self.raw is None:
            return
        facts = self.context.metadata.imaging
        width_um, height_um = facts.field_of_view_um
        timed: list[tuple[PlaneStack, np.ndarray]] = []
        for subvolume in self.context.session.subvolumes:
            seconds = self.context.clock.seconds(subvolume.time_ms)
            for plane in subvolume.planes:
                stack = self.raw.stacks[plane.name]
                timed.append((stack, subvolume.time_ms))
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
                        processing=facts.data_processing.get("stacks", ""),
                        field_of_view_m=(width_um * _UM, height_um * _UM),
                        scan_line_rate_hz=facts.scan_line_rate_hz,
                        chunk_mb=self.chunk_mb,
                        log=self.context.log,
                    )
        add_imaging_gaps(nwbfile, timed, clock=self.context.clock)
        add_image_texts(nwbfile, [stack for stack, _ in timed])


def add_two_photon_series(
    nwbfile: NWBFile,
    *,
    stack: PlaneStack,
    timestamps: np.ndarray,
    imaging_planes: Mapping[naming.Channel, ImagingPlane],
    processing: str,
    field_of_view_m: tuple[float, float],
    scan_line_rate_hz: float | None,
    chunk_mb: float,
    log: ProblemLog,
) -> tuple[TwoPhotonSeries, ...]:
    """Add one TwoPhotonSeries per channel to the acquisition; a second shares the first's time stamps.

    stack: with at least one frame; timestamps: float64 (T,), seconds from session start, one per frame; processing:
    what was done to the frames before they were stored, a sentence;
    field_of_view_m: width and height in metres; chunk_mb: size of a chunk before compression, in 2^20 bytes.
    """
    if len(timestamps) != stack.frame_count:
        raise ValueError(f"{len(timestamps)} time stamps for {stack.frame_count} frames of {stack.plane_name}")
    rows, columns = stack.image_shape
    comments = _comments(stack, log=log)
    added: list[TwoPhotonSeries] = []
    for number, channel in enumerate(stack.channels):
        series = TwoPhotonSeries(
            name=naming.two_photon_series(stack.plane_name, channel),
            description=_DESCRIPTION.format(
                channel=channel,
                plane=stack.plane_name,
                missing=_missing_text(int((~stack.exists).sum())),
                processing=processing,
            ).strip(),
            data=StackFrames(stack=stack, channel=number, chunk_mb=chunk_mb),
            unit="pixel value",
            timestamps=added[0] if added else timestamps,
            imaging_plane=imaging_planes[channel],
            dimension=[columns, rows],
            field_of_view=list(field_of_view_m),
            scan_line_rate=scan_line_rate_hz,
            comments=comments,
        )
        nwbfile.add_acquisition(series)
        added.append(series)
    return tuple(added)


def _missing_text(count: int) -> str:
    if not count:
        return "none is missing"
    return f"{plural(count, 'frame is', 'frames are')} missing, see {naming.IMAGING_GAPS}"


def _comments(stack: PlaneStack, *, log: ProblemLog) -> str:
    """The acquisition program's text of settings, from the first tif of the plane."""
    others = (
        f"The tifs or pages differ in this text; the table {naming.IMAGE_DESCRIPTIONS} has all texts. "
        if texts_differ(stack)
        else ""
    )
    if stack.description is None:
        return others + "The first tif has no text from the acquisition program."
    first = next(index for index in stack.files if index is not None)
    text = stack.description.encode()
    if len(text) > _LONGEST_TEXT_BYTES:
        log.add(
            kinds.TIF_TEXT_CUT,
            file=first.path,
            field=f"plane {stack.plane_name}, ImageDescription",
            expected=f"at most {_LONGEST_TEXT_BYTES} bytes",
            found=f"{len(text)} bytes",
        )
        text = text[:_LONGEST_TEXT_BYTES]
    return f"{others}ImageDescription of the first tif, {first.path.name}: {text.decode(errors='ignore')}"
