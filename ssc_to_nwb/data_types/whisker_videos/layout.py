"""Whisker videos in the NWB file, one external ImageSeries; of which trial each file is, and what becomes of it.

The rig numbers its videos in the order in which it wrote them. That the n-th video is of the n-th trial that has video
is an assumption. It is used only where there are as many such videos as trials, and it is reported.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import TEXT, DeclaredObject, Series, Sources, dataset
from ssc_to_nwb.data_types.rois.imaging_planes import device, device_path
from ssc_to_nwb.data_types.rule import written
from ssc_to_nwb.data_types.whisker.source import whisker_of
from ssc_to_nwb.data_types.whisker_videos.timed_videos import TimedVideo, open_videos
from ssc_to_nwb.metadata.model import VideoFacts
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.quantities import numbered
from ssc_to_nwb.source_files.raw_files import RawFileKind
from ssc_to_nwb.source_files.raw_inventory import FileLeftOut, RawInventory, VideoFile

if TYPE_CHECKING:
    from ssc_to_nwb.ledger.ledger import FileEntry
    from ssc_to_nwb.ledger.raw_ledger import SourceFiles
    from ssc_to_nwb.metadata.model import SourceFacts
    from ssc_to_nwb.session.raw_data import RawData
    from ssc_to_nwb.session.session import Session

PATH = f"/acquisition/{naming.WHISKER_VIDEO}"
EXTERNAL_FILES = f"{PATH}/external_file"
ROLE = ("whisker video", RawFileKind.VIDEO)
LEAVES_OUT = (kinds.VIDEO_UNREADABLE, kinds.VIDEO_DIFFERS, kinds.VIDEO_WITHOUT_TRIAL, kinds.VIDEO_TRIAL_TWICE)
_LIST = "source.video_trials"
_BY_LIST = "the metadata list it as of no trial"


def objects(sources: Sources) -> Iterator[DeclaredObject]:
    """The series of the videos, and the camera."""
    facts, videos = sources.context.metadata.video, open_videos(sources)
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
        links={"device": device_path(facts.camera)},
        inner=(dataset(EXTERNAL_FILES, TEXT, attributes={"starting_frame": tuple(starting_frames(videos).tolist())}),),
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


_RULE = written(
    "whisker-video",
    "*.mp4",
    nwb=(EXTERNAL_FILES,),
    text="Copied unchanged into the folder beside the NWB file.",
)
RAW_RULES = (_RULE,)


def session_entries(raw: RawData, files: SourceFiles) -> Iterator[FileEntry]:
    """The videos in the ledger."""
    for video in raw.inventory.videos:
        yield files.used(video.path, _RULE, role=ROLE[0], nwb=_RULE.nwb)


def place_files(inventory: RawInventory, *, session: Session, facts: SourceFacts, log: ProblemLog) -> RawInventory:
    """The inventory with the trials of its videos; session: the whole one, whose trials they may be of."""
    numbers = np.sort(session.trials.numbers)
    whisker = whisker_of(session)
    labels = np.zeros(0, dtype=np.int64) if whisker is None else whisker.trial
    return with_trials(inventory, facts=facts, trials=(numbers, numbers[np.isin(numbers, labels)]), log=log)


def with_trials(
    inventory: RawInventory, *, facts: SourceFacts, trials: tuple[np.ndarray, np.ndarray], log: ProblemLog
) -> RawInventory:
    """The inventory with the trial of every video as far as it is known; logs what was assumed and what is missing.

    trials: int64, ascending: all of the session, and those with whisker samples. A video that the metadata list as of
    no trial is left out.
    """
    folder, listed = inventory.session_directory, facts.video_trials
    found = [(re.search(facts.video_pattern, one.path.name, re.IGNORECASE), one) for one in inventory.videos]
    by_name = [one if match is None else replace(one, trial=int(match["trial"])) for match, one in found]
    known, left_out, there = [], [], set[str]()
    for video in sorted(by_name, key=_trial_first):
        # What it may be called in the metadata; the path first, since it is exact.
        names = [name for name in (video.path.relative_to(folder).as_posix(), video.path.name) if name in listed]
        there.update(names)
        if not names:
            known.append(video)
        elif listed[names[0]] is None:
            left_out.append(FileLeftOut(path=video.path, reason=_BY_LIST))
        else:
            known.append(replace(video, trial=listed[names[0]], trial_from="list"))
    for name in (name for name in listed if name not in there):
        log.add(kinds.VIDEO_LISTED_MISSING, file=folder / name, field=_LIST, expected="a video below the folder")
    videos = _by_order(known, pattern=facts.video_running_pattern, trials=trials, folder=folder, log=log)
    return replace(inventory, videos=tuple(videos), left_out=(*inventory.left_out, *left_out))


def _by_order(
    videos: Sequence[VideoFile],
    *,
    pattern: str | None,
    trials: tuple[np.ndarray, np.ndarray],
    folder: Path,
    log: ProblemLog,
) -> list[VideoFile]:
    """Give the videos that say a running number alone the trials that no other video is of, in order."""
    found = [(re.search(pattern or "(?!)", one.path.name, re.IGNORECASE), one) for one in videos if one.trial is None]
    waiting = {one.path: int(match["running"]) for match, one in found if match is not None}
    if not waiting:
        return list(videos)
    taken = [video.trial for video in videos if video.trial is not None]
    free = [numbers[~np.isin(numbers, taken)] for numbers in trials]
    twice = [number for number, count in Counter(waiting.values()).items() if count > 1]
    fitting = [numbers for numbers in free if numbers.size == len(waiting)]
    note = f"{len(waiting)} videos with a running number, {free[0].size} trials, {free[1].size} with whisker samples"
    if twice:
        note = f"running number {twice[0]} more than once"
    if twice or not fitting:
        return [replace(one, why_no_trial=note) if one.path in waiting else one for one in videos]
    log.add(kinds.VIDEO_ORDER_ASSUMED, file=folder, found=note)
    given = dict(zip(sorted(waiting, key=waiting.__getitem__), fitting[0].tolist(), strict=True))
    ordered = [replace(one, trial=given[one.path], trial_from="order") if one.path in given else one for one in videos]
    return sorted(ordered, key=_trial_first)


def _trial_first(video: VideoFile) -> tuple[bool, int, Path]:
    return (video.trial is None, video.trial or 0, video.path)
