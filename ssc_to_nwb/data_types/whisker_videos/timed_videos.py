"""The whisker videos of a session on the session's clock: which trial each is of, and when each frame was taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from ssc_to_nwb.data_types.trials.times import trial_times
from ssc_to_nwb.data_types.whisker.source import whisker_of
from ssc_to_nwb.data_types.whisker_videos.source import FrameTimes, VideoHeader, read_frame_times, read_video_header
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog, SscError, error
from ssc_to_nwb.session.session import Session
from ssc_to_nwb.source_files.raw_inventory import VideoFile

if TYPE_CHECKING:
    from ssc_to_nwb.data_types.declared import Sources

VideoClock = Literal["samples", "rate", "own"]
"""samples: the trial's whisker samples, one per frame, hidden frames counted. rate, own: from the trial's first sample
on, or its start, at the camera's rate, or at the video's own times where its rate varies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedVideo:
    """One video: its header, its trial, the time of each frame that is shown.

    trial_from: what the trial is known from (see `VideoFile`); time_ms: float64 (frames,); clock: what gives these
    times (see `VideoClock`).
    """

    header: VideoHeader
    trial: int
    trial_from: Literal["name", "list", "order"]
    time_ms: np.ndarray
    clock: VideoClock


def open_videos(sources: Sources) -> tuple[TimedVideo, ...]:
    """Read the videos' headers and put their frames on the session's clock, in the order of time.

    Videos of no known trial are logged and left out (VIDEO_WITHOUT_TRIAL). Raises SscError of kind VIDEO_UNREADABLE,
    VIDEO_DIFFERS or VIDEO_TRIAL_TWICE; where raw files may be left out, these are logged and the video is left out.
    """
    raw, session, log = sources.raw, sources.session, sources.log
    if raw is None:
        return ()
    rate_hz = sources.context.metadata.video.rate_hz
    starts = dict(zip(session.trials.numbers.tolist(), trial_times(session).start_ms.tolist(), strict=True))
    placed: dict[int, TimedVideo] = {}
    for video in raw.inventory.videos:
        trial, expected = video.trial, "a trial of the session"
        found = video.why_no_trial if trial is None else f"trial {trial}"
        if trial is not None and np.isnan(starts.get(trial, 0.0)):
            found += ", whose start was not measured and of which there are no other data"
            expected = "a trial with a time"
        if trial is None or np.isnan(starts.get(trial, np.nan)):
            log.add(kinds.VIDEO_WITHOUT_TRIAL, file=video.path, expected=expected, found=found)
            continue
        try:
            header = _opened(video, trial, placed)
            time_ms, clock = _timed(header, trial, session=session, start_ms=starts[trial], rate_hz=rate_hz, log=log)
        except SscError as failure:
            log.overcome(failure, keep_going=raw.keep_going)
            continue
        placed[trial] = TimedVideo(
            header=header, trial=trial, trial_from=video.trial_from, time_ms=time_ms, clock=clock
        )
    timed = sorted(placed.values(), key=lambda video: float(video.time_ms[0]))
    _report_overlap(timed, log=log)
    return tuple(timed)


def _opened(video: VideoFile, trial: int, placed: Mapping[int, TimedVideo]) -> VideoHeader:
    """The header of a video, of a trial of its own and of the size of the others."""
    field = f"trial {trial}"
    if trial in placed:
        found = f"{placed[trial].header.path} too"
        raise error(kinds.VIDEO_TRIAL_TWICE, file=video.path, field=field, found=found)
    header = read_video_header(video.path)
    first = next((one.header for one in placed.values()), header)
    if first.image_shape != header.image_shape:
        expected = "{} x {} as {}".format(*first.image_shape, first.path.name)
        found = "{} x {}".format(*header.image_shape)
        raise error(kinds.VIDEO_DIFFERS, file=video.path, field=field, expected=expected, found=found)
    return header


def _timed(
    header: VideoHeader, trial: int, *, session: Session, start_ms: float, rate_hz: float, log: ProblemLog
) -> tuple[np.ndarray, VideoClock]:
    """When each frame was taken, and by which clock."""
    whisker = whisker_of(session)
    samples_ms: np.ndarray = np.zeros(0) if whisker is None else whisker.time_ms[whisker.trial == trial]
    if samples_ms.size == header.frame_count:
        return samples_ms, "samples"
    frames = read_frame_times(header.path)
    if samples_ms.size == frames.coded_count and frames.coded_position is not None:
        return samples_ms[frames.coded_position], "samples"
    start_ms = float(samples_ms[0]) if samples_ms.size else start_ms
    clock: VideoClock = "rate"
    time_ms = start_ms + frames.places(header.frame_count) * (1000.0 / rate_hz)
    note = f"time stamps at {rate_hz:g} frames per second"
    if frames.time_ms is not None and not frames.constant_rate:
        clock, time_ms = "own", start_ms + frames.time_ms
        note = "time stamps are the video's own, since its frame rate varies"
    elif header.rate_hz is not None and not np.isclose(header.rate_hz, rate_hz, rtol=0.01):
        note += f"; the video itself says {header.rate_hz:g}"
    log.add(
        kinds.VIDEO_FRAME_COUNT,
        file=header.path,
        field=f"trial {trial}",
        expected=f"{samples_ms.size} frames, as whisker samples",
        found=_counted(header, frames),
        detail=note,
    )
    return time_ms, clock


def _counted(header: VideoHeader, frames: FrameTimes) -> str:
    hidden = frames.coded_count - header.frame_count
    return f"{header.frame_count} frames" + (f", and {hidden} that an edit list hides" if hidden > 0 else "")


def _report_overlap(videos: Sequence[TimedVideo], *, log: ProblemLog) -> None:
    for video, following in pairwise(videos):
        if video.time_ms[-1] >= following.time_ms[0]:
            begin = f"{following.time_ms[0]:g} ms, when the video of trial {following.trial} begins"
            log.add(
                kinds.VIDEO_OVERLAPS,
                file=video.header.path,
                field=f"trial {video.trial}",
                expected=f"an end before {begin}",
                found=f"{video.time_ms[-1]:g} ms",
            )
