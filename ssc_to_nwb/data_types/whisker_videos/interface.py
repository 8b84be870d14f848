"""Whisker videos: one external ImageSeries per session, its files beside the NWB file in the folder DANDI wants."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from pynwb import NWBFile
from pynwb.image import ImageSeries

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.base import Conversion, RawInterface
from ssc_to_nwb.data_types.from_layout import add_objects, arguments
from ssc_to_nwb.data_types.rois.imaging_planes import device
from ssc_to_nwb.data_types.whisker_videos.layout import starting_frames, video_series
from ssc_to_nwb.data_types.whisker_videos.timed_videos import TimedVideo, open_videos
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.session.context import SessionContext


class WhiskerVideoInterface(RawInterface):
    """The whisker videos of a session.

    Where `place_in` is None the videos stay where they are, and the NWB file names them there.

    Attributes
    ----------
    place_in : Path or None, optional
        Folder the videos are copied into when they are added.
    link : bool, default False
        Make hard links instead of copies, where the file system allows.
    folder_name : str or None, optional
        Its name in the paths that the NWB file keeps; that of `place_in` where None.
    """

    display_name = "CRCNS ssc whisker videos"
    info = "Videos of the whiskers, one per trial, as an external ImageSeries."
    place_in: Path | None = None
    link: bool = False
    folder_name: str | None = None

    @classmethod
    def in_conversion(cls, context: SessionContext, conversion: Conversion) -> Self:
        """The interface as a conversion of this package uses it."""
        interface = super().in_conversion(context, conversion)
        interface.place_in, interface.folder_name = conversion.videos, conversion.videos_name
        interface.link = conversion.link_videos
        return interface

    def add(self, nwbfile: NWBFile) -> None:
        """Add the series of all videos that belong to a trial; none where there is no such video."""
        if self.raw is None:
            return
        facts, context = self.context.metadata.video, self.context
        videos = open_videos(self.raw, session=context.session, rate_hz=facts.rate_hz, log=context.log)
        if not videos:
            return
        names = [str(video.header.path) for video in videos]
        if self.place_in is not None:
            folder_name = self.place_in.name if self.folder_name is None else self.folder_name
            names = [f"{folder_name}/{path.name}" for path in _place_videos(videos, self.place_in, link=self.link)]
        add_objects(nwbfile, device(facts.camera))
        series = ImageSeries(
            **arguments(nwbfile, video_series(videos, facts=facts)),
            external_file=names,
            starting_frame=starting_frames(videos),
            timestamps=self.context.clock.seconds(np.concatenate([video.time_ms for video in videos])),
        )
        nwbfile.add_acquisition(series)


def _place_videos(videos: Sequence[TimedVideo], folder: Path, *, link: bool = False) -> tuple[Path, ...]:
    """Put copies of the videos into a folder. Two videos of one name are kept apart by their trial numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [naming.video_file(video.header.path.name) for video in videos]
    placed = []
    for video, name in zip(videos, names, strict=True):
        path = folder / (name if names.count(name) == 1 else f"trial_{video.trial:04d}_{name}")
        (link_or_copy if link else _copy_whole)(video.header.path, path)
        placed.append(path)
    return tuple(placed)


def link_or_copy(source: Path, target: Path) -> None:
    """Make `target` the same file as `source`, or a copy where a link is not possible."""
    try:
        os.link(source.resolve(), target)
    except OSError:
        # Another disk, a file system without links, or a link that is there already: a copy serves as well, and an
        # error that would stop that too is raised by it.
        _copy_whole(source, target)


def _copy_whole(source: Path, target: Path) -> None:
    """Copy a file, until the copy is on disk. Raises source-not-readable, and OSError of the target."""
    try:
        shutil.copyfile(source, target)
    except OSError as failure:
        if failure.filename == source:
            raise error(kinds.SOURCE_NOT_READABLE, file=source, found=failure) from failure
        raise
    with target.open("rb+") as copy:
        os.fsync(copy.fileno())


INTERFACE = WhiskerVideoInterface
