"""Imaging stacks: one TwoPhotonSeries per plane and channel, with the frames that exist on time stamps of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Self

import numpy as np
from hdmf.common import DynamicTable
from pynwb import NWBFile
from pynwb.epoch import TimeIntervals
from pynwb.ophys import ImagingPlane, TwoPhotonSeries

from ssc_to_nwb import naming
from ssc_to_nwb.chunk_shapes import FRAMES_CHUNK_MB
from ssc_to_nwb.clock import Clock, median_interval_ms
from ssc_to_nwb.data_types.base import Conversion, RawInterface
from ssc_to_nwb.data_types.from_layout import get_module, make_table, series_fields
from ssc_to_nwb.data_types.imaging_stacks.frames import StackFrames
from ssc_to_nwb.data_types.imaging_stacks.layout import (
    GAPS,
    IMAGE_TEXTS,
    LONGEST_TEXT_BYTES,
    frame_series,
    texts_differ,
)
from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack, StackGap
from ssc_to_nwb.data_types.rois.interface import get_imaging_plane
from ssc_to_nwb.data_types.trial_labels.source import NO_TRIAL
from ssc_to_nwb.metadata.model import ImagingFacts
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.session.context import SessionContext
from ssc_to_nwb.source_files.raw_files import relative_listed_path
from ssc_to_nwb.tif.header import PageText

# A gap has a length even where nobody knows how long a frame takes: the precision of the clock.
_UNKNOWN_FRAME_MS = 1.0


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
                        facts=self.context.metadata.imaging,
                        chunk_mb=self.chunk_mb,
                        log=self.context.log,
                    )
        add_imaging_gaps(nwbfile, timed, clock=self.context.clock)
        _add_image_texts(nwbfile, [stack for stack, _ in timed])


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
    for number, declared in enumerate(frame_series(stack, facts=facts)):
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
    if size > LONGEST_TEXT_BYTES:
        log.add(
            kinds.TIF_TEXT_CUT,
            file=next(index for index in stack.files if index is not None).path,
            field=f"plane {stack.plane_name}, ImageDescription",
            expected=f"at most {LONGEST_TEXT_BYTES} bytes",
            found=f"{size} bytes",
        )


def add_imaging_gaps(
    nwbfile: NWBFile, stacks: Sequence[tuple[PlaneStack, np.ndarray]], *, clock: Clock
) -> TimeIntervals | None:
    """Add the table `imaging_gaps`, in the order of time; None, and no table, where no frame is missing.

    stacks: with each the time stamps of its subvolume, float64 (F,), in ms of the session's clock.
    """
    rows = [_gap_row(stack, gap, time_ms, clock) for stack, time_ms in stacks for gap in stack.gaps]
    if not rows:
        return None
    rows.sort(key=lambda row: (row["start_time"], row["stop_time"]))
    values = {column.name: [row[column.name] for row in rows] for column in GAPS.columns}
    table = make_table(GAPS, values, table_class=TimeIntervals)
    nwbfile.add_time_intervals(table)
    return table


def _gap_row(stack: PlaneStack, gap: StackGap, time_ms: np.ndarray, clock: Clock) -> dict[str, Any]:
    trials = np.unique(stack.trial[gap.start : gap.stop])
    frame_ms = median_interval_ms(time_ms, stack.trial) or _UNKNOWN_FRAME_MS
    return {
        "start_time": float(clock.seconds(time_ms[gap.start])),
        "stop_time": float(clock.seconds(time_ms[gap.stop - 1] + frame_ms)),
        "plane_name": stack.plane_name,
        "reason": gap.reason,
        "listed_file": "" if gap.listed_path is None else str(relative_listed_path(gap.listed_path)),
        "frame_count": gap.stop - gap.start,
        "first_time_index": gap.start,
        "trial_numbers": trials[trials != NO_TRIAL],
    }


def _add_image_texts(nwbfile: NWBFile, stacks: Iterable[PlaneStack]) -> None:
    """Add the table `image_descriptions` to the module `source`; none where the series' comments hold all texts."""
    rows = [row for stack in stacks if stack.frame_count and texts_differ(stack) for row in _text_rows(stack)]
    if not rows:
        return
    values = {
        "plane": [plane for plane, _, _ in rows],
        "file_number": [number for _, number, _ in rows],
        "first_page": [run.first_page + 1 for _, _, run in rows],
        "page_count": [run.page_count for _, _, run in rows],
        "text": [run.text or "" for _, _, run in rows],
    }
    table = make_table(IMAGE_TEXTS, values, table_class=DynamicTable)
    get_module(nwbfile, IMAGE_TEXTS.path).add(table)


def _text_rows(stack: PlaneStack) -> Iterator[tuple[str, int, PageText]]:
    for number, index in enumerate(stack.files, start=1):
        if index is not None:
            yield from ((stack.plane_name, number, run) for run in index.texts)


INTERFACE = ImagingStacksInterface
