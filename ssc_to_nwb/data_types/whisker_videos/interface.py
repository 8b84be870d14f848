"""Whisker videos: one external ImageSeries per session, its files beside the NWB file in the folder DANDI wants."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pynwb import NWBFile
from pynwb.image import ImageSeries

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import Sources
from ssc_to_nwb.data_types.from_layout import add_objects, arguments
from ssc_to_nwb.data_types.rois.imaging_planes import device
from ssc_to_nwb.data_types.whisker_videos.layout import starting_frames, video_series
from ssc_to_nwb.data_types.whisker_videos.timed_videos import TimedVideo, open_videos
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error


def add(nwbfile: NWBFile, sources: Sources) -> None:
    """Add the series of all videos that belong to a trial; none where there is no such video."""
    facts, storage, videos = sources.context.metadata.video, sources.storage, open_videos(sources)
    if not videos:
        return
    names = [str(video.header.path) for video in videos]
    if storage.videos is not None:
        placed = _place_videos(videos, storage.videos, link=storage.link_videos)
        names = [f"{storage.videos_name or storage.videos.name}/{path.name}" for path in placed]
    add_objects(nwbfile, device(facts.camera))
    series = ImageSeries(
        **arguments(nwbfile, video_series(videos, facts=facts)),
        external_file=names,
        starting_frame=starting_frames(videos),
        timestamps=sources.context.clock.seconds(np.concatenate([video.time_ms for video in videos])),
    )
    nwbfile.add_acquisition(series)


def _place_videos(videos: Sequence[TimedVideo], folder: Path, *, link: bool) -> list[Path]:
    """Put copies of the videos into a folder. Two videos of one name are kept apart by their trial numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [naming.video_file(video.header.path.name) for video in videos]
    placed = []
    for video, name in zip(videos, names, strict=True):
        path = folder / (name if names.count(name) == 1 else f"trial_{video.trial:04d}_{name}")
        (link_or_copy if link else _copy_whole)(video.header.path, path)
        placed.append(path)
    return placed


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
