"""Where whisker videos are in the NWB file: one external ImageSeries for all videos of a session."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import TEXT, DeclaredObject, Place, Series, Sources
from ssc_to_nwb.data_types.rois.layout import device
from ssc_to_nwb.data_types.whisker_videos.timed_videos import TimedVideo, open_videos
from ssc_to_nwb.metadata.model import VideoFacts
from ssc_to_nwb.quantities import numbered

PATH = f"/acquisition/{naming.WHISKER_VIDEO}"
EXTERNAL_FILES = f"{PATH}/external_file"


def objects(sources: Sources) -> Iterator[DeclaredObject]:
    """The series of the videos, and the camera."""
    if sources.raw is None:
        return
    facts = sources.context.metadata.video
    videos = open_videos(
        sources.raw.inventory.videos,
        session=sources.session,
        rate_hz=facts.rate_hz,
        keep_going=sources.raw.keep_going,
        log=sources.log,
    )
    if videos:
        yield from device(facts.camera)
        yield video_series(videos, facts=facts)


def video_series(videos: Sequence[TimedVideo], *, facts: VideoFacts) -> Series:
    """The series of the videos of a session, at least one."""
    rows, columns = videos[0].header.image_shape
    return Series(
        path=PATH,
        neurodata_type="ImageSeries",
        text=facts.description,
        unit="n.a.",
        dtype=np.uint8,
        axes=3,
        comments=_comments(videos),
        fields={"format": "external", "dimension": np.array([columns, rows])},
        links={"device": f"/general/devices/{facts.camera.name}"},
        inner=(
            Place(
                path=EXTERNAL_FILES,
                kind="dataset",
                dtype=TEXT,
                axes=1,
                attributes={"starting_frame": tuple(starting_frames(videos).tolist())},
            ),
        ),
    )


def starting_frames(videos: Sequence[TimedVideo]) -> np.ndarray:
    """The place of the first frame of each video among all frames, int32 (videos,)."""
    counts = [video.header.frame_count for video in videos]
    return np.cumsum([0, *counts[:-1]], dtype=np.int32)


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
