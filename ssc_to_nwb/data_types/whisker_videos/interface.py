"""Whisker videos: one external ImageSeries per session, its files beside the NWB file in the folder DANDI wants."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pynwb import NWBFile
from pynwb.device import Device
from pynwb.image import ImageSeries

from ssc_to_nwb import naming
from ssc_to_nwb.clock import Clock
from ssc_to_nwb.data_types.raw_base import RawInterface
from ssc_to_nwb.data_types.rois.imaging_plane import get_device
from ssc_to_nwb.data_types.whisker_videos.timed_videos import TimedVideo, open_videos
from ssc_to_nwb.problems import output_kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.quantities import numbered


class WhiskerVideoInterface(RawInterface):
    """The whisker videos of a session.

    place_in: folder the videos are copied into when they are added; link: make hard links of the copies where the file
    system allows; folder_name: its name in the paths the NWB file keeps, that of `place_in` where None. Where
    `place_in` is None the videos stay where they are, and the NWB file names them there.
    """

    display_name = "CRCNS ssc whisker videos"
    info = "Videos of the whiskers, one per trial, as an external ImageSeries."
    place_in: Path | None = None
    link: bool = False
    folder_name: str | None = None

    def add(self, nwbfile: NWBFile) -> None:
        """Add the series of all videos that belong to a trial; none where there is no such video."""
        if self.raw is None:
            return
        facts = self.context.metadata.video
        videos = open_videos(
            self.raw.inventory.videos,
            session=self.context.session,
            rate_hz=facts.rate_hz,
            keep_going=self.raw.keep_going,
            log=self.context.log,
        )
        if not videos:
            return
        names = [str(video.header.path) for video in videos]
        if self.place_in is not None:
            folder_name = self.place_in.name if self.folder_name is None else self.folder_name
            names = [f"{folder_name}/{path.name}" for path in place_videos(videos, self.place_in, link=self.link)]
        add_whisker_video(
            nwbfile,
            videos=videos,
            external_files=names,
            clock=self.context.clock,
            device=get_device(nwbfile, facts.camera),
            description=facts.description,
        )


def add_whisker_video(
    nwbfile: NWBFile,
    *,
    videos: Sequence[TimedVideo],
    external_files: Sequence[str],
    clock: Clock,
    device: Device,
    description: str,
) -> ImageSeries:
    """Add the videos, at least one, to the acquisition; external_files: their paths relative to the NWB file."""
    counts = [video.header.frame_count for video in videos]
    rows, columns = videos[0].header.image_shape
    series = ImageSeries(
        name=naming.WHISKER_VIDEO,
        description=description,
        format="external",
        external_file=list(external_files),
        starting_frame=np.cumsum([0, *counts[:-1]], dtype=np.int32),
        timestamps=clock.seconds(np.concatenate([video.time_ms for video in videos])),
        dimension=[columns, rows],
        unit="n.a.",
        device=device,
        comments=_comments(videos),
    )
    nwbfile.add_acquisition(series)
    return series


def _comments(videos: Sequence[TimedVideo]) -> str:
    """In which order the videos are, and what their time stamps come from."""
    trials: dict[str, list[str]] = {}
    for video in videos:
        trials.setdefault(video.clock, []).append(str(video.trial))
    numbers = ", ".join(str(video.trial) for video in videos)
    text = f"One video per trial, in this order of trial numbers: {numbers}. "
    ordered = [str(video.trial) for video in videos if video.trial_from == "order"]
    if ordered:
        text += f"Assumed from the order of the videos' running numbers: {numbered('trial', ordered)}. "
    text += "Only frames that a player shows are counted. "
    text += "Time stamps are those of the trials' whisker samples, one per frame"
    if set(trials) <= {"samples"}:
        return f"{text}."
    text += ", except for videos with another number of frames. Those start at the trial's first whisker sample, "
    text += "or at the trial's start where it has none. "
    if "rate" in trials:
        text += f"At the camera's frame rate: {numbered('trial', trials['rate'])}. "
    if "own" in trials:
        text += f"At the video's own times, since its frame rate varies: {numbered('trial', trials['own'])}. "
    return text.rstrip()


def place_videos(videos: Sequence[TimedVideo], folder: Path, *, link: bool = False) -> tuple[Path, ...]:
    """Put copies of the videos into `folder`, made where it is not there.

    link: hard links instead, where the file system allows; an edit of one is then an edit of the source. Two videos of
    one name keep apart by their trial numbers. Raises OSError of the disk.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = [naming.video_file(video.header.path.name) for video in videos]
    placed = []
    for video, name in zip(videos, names, strict=True):
        path = folder / (name if names.count(name) == 1 else f"trial_{video.trial:04d}_{name}")
        (link_or_copy if link else copy_whole)(video.header.path, path)
        placed.append(path)
    return tuple(placed)


def link_or_copy(source: Path, target: Path) -> None:
    """Make `target` the same file as `source`, or a copy that is on disk where a link is not possible.

    Raises SscError of kind SOURCE_NOT_READABLE, OSError of the disk that is written to.
    """
    try:
        os.link(source.resolve(), target)
    except OSError:
        # Another disk, a file system without links, or a link that is there already: a copy serves as well, and an
        # error that would stop that too is raised by it.
        copy_whole(source, target)


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file, until the copy is on disk. Raises SOURCE_NOT_READABLE, OSError of the disk that is written to."""
    try:
        shutil.copyfile(source, target)
    except OSError as failure:
        if failure.filename == source:
            raise error(output_kinds.SOURCE_NOT_READABLE, file=source, found=failure) from failure
        raise
    with target.open("rb+") as copy:
        os.fsync(copy.fileno())
