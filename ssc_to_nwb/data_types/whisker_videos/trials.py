"""Which trial each whisker video is of: by a list in the metadata, by its name, or by the order of running numbers.

The rig numbers its videos in the order in which it wrote them. That the n-th video is of the n-th trial that has video
is an assumption. It is used only where there are as many such videos as trials, and it is reported.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ssc_to_nwb.data_types.whisker.source import whisker_of
from ssc_to_nwb.data_types.whisker_videos import problems as kinds
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.session.session import Session
from ssc_to_nwb.source_files.raw_inventory import VIDEO_TRIAL_PATTERN, FileLeftOut, RawInventory, VideoFile

# WDBP_<animal>_<yyyymmdd>_main_<running number>_<date and time>.mp4; date and time are no part of the number.
VIDEO_RUNNING_PATTERN = (
    r"^WDBP(?:.*_main)?_?(?P<running>\d{1,7})(?:[_-](?:19|20)\d{2}[_-]?\d{2}[_-]?\d{2}[\d_T.-]*)?\.mp4$"
)
_LIST = "source.video_trials"
_BY_LIST = "the metadata list it as of no trial"


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoNames:
    """How a video's trial is found.

    trial_pattern: finds the group `trial` in its name. running_pattern: finds the group `running`; None where the
    order of running numbers is not to be used. listed: trial by file name, or by path below the session's folder;
    None for a video of no trial.
    """

    trial_pattern: str = VIDEO_TRIAL_PATTERN
    running_pattern: str | None = VIDEO_RUNNING_PATTERN
    listed: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTrials:
    """Numbers of a session's trials, int64, ascending: all of them, and those with whisker samples."""

    numbers: np.ndarray
    with_whisker: np.ndarray


def known_trials(session: Session) -> KnownTrials:
    """The trials of a whole session that a video may be of."""
    numbers = np.sort(session.trials.numbers)
    whisker = whisker_of(session)
    labels = np.zeros(0, dtype=np.int64) if whisker is None else whisker.trial
    return KnownTrials(numbers=numbers, with_whisker=numbers[np.isin(numbers, labels)])


def with_trials(inventory: RawInventory, *, names: VideoNames, trials: KnownTrials, log: ProblemLog) -> RawInventory:
    """The inventory with the trial of every video as far as it is known; logs what was assumed and what is missing.

    A video that the metadata list as of no trial is left out.
    """
    folder = inventory.session_directory
    _report_unused(inventory.videos, names=names, folder=folder, log=log)
    named, left_out = [], []
    for video in inventory.videos:
        keys = [key for key in _keys(video.path, folder) if key in names.listed]
        trial = names.listed[keys[0]] if keys else video.trial
        if keys and trial is None:
            left_out.append(FileLeftOut(path=video.path, reason=_BY_LIST, byte_size=video.byte_size))
        else:
            named.append(replace(video, trial=trial, trial_from="list" if keys else "name"))
    videos = _by_order(named, names=names, trials=trials, folder=folder, log=log)
    return replace(inventory, videos=tuple(videos), left_out=(*inventory.left_out, *left_out))


def _keys(path: Path, folder: Path) -> tuple[str, str]:
    """What a video may be called in the metadata; the path first, since it is exact."""
    return path.relative_to(folder).as_posix(), path.name


def _report_unused(videos: Iterable[VideoFile], *, names: VideoNames, folder: Path, log: ProblemLog) -> None:
    there = {key for video in videos for key in _keys(video.path, folder)}
    for name in names.listed:
        if name not in there:
            log.add(kinds.VIDEO_LISTED_MISSING, file=folder / name, field=_LIST, expected="a video below the folder")


def _by_order(
    videos: Sequence[VideoFile], *, names: VideoNames, trials: KnownTrials, folder: Path, log: ProblemLog
) -> list[VideoFile]:
    """Give the videos that say a running number alone the trials that no other video is of, in order."""
    numbered = {}
    for place, video in enumerate(videos):
        match = None if names.running_pattern is None else re.search(names.running_pattern, video.path.name, re.I)
        if video.trial is None and match is not None:
            numbered[place] = int(match["running"])
    if not numbered:
        return list(videos)
    taken = [video.trial for video in videos if video.trial is not None]
    free = [numbers[~np.isin(numbers, taken)] for numbers in (trials.numbers, trials.with_whisker)]
    twice = [number for number, count in Counter(numbered.values()).items() if count > 1]
    fitting = [numbers for numbers in free if numbers.size == len(numbered)]
    note = f"{len(numbered)} videos with a running number, {free[0].size} trials, {free[1].size} with whisker samples"
    if twice:
        note = f"running number {twice[0]} more than once"
    result = list(videos)
    if twice or not fitting:
        for place in numbered:
            result[place] = replace(videos[place], why_no_trial=note)
        return result
    in_order = sorted(numbered, key=numbered.__getitem__)
    for place, number in zip(in_order, fitting[0].tolist(), strict=True):
        result[place] = replace(videos[place], trial=number, trial_from="order")
    log.add(kinds.VIDEO_ORDER_ASSUMED, file=folder, found=note)
    return sorted(result, key=lambda video: (video.trial is None, video.trial or 0, video.path))
