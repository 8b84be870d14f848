"""Whisker videos among a session's raw files: of which trial each is, by a list, its name, or the running numbers.

The rig numbers its videos in the order in which it wrote them. That the n-th video is of the n-th trial that has video
is an assumption. It is used only where there are as many such videos as trials, and it is reported.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.data_types.rule import Disposition, Rule
from ssc_to_nwb.data_types.whisker.source import whisker_of
from ssc_to_nwb.data_types.whisker_videos import problems as kinds
from ssc_to_nwb.data_types.whisker_videos.layout import EXTERNAL_FILES
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.source_files.raw_files import RawFileKind
from ssc_to_nwb.source_files.raw_inventory import FileLeftOut, RawInventory, VideoFile

if TYPE_CHECKING:
    from ssc_to_nwb.ledger.ledger import FileEntry
    from ssc_to_nwb.ledger.raw_ledger import SourceFiles
    from ssc_to_nwb.metadata.model import SourceFacts
    from ssc_to_nwb.session.raw_data import RawData
    from ssc_to_nwb.session.session import Session

ROLE = ("whisker video", RawFileKind.VIDEO)
_RULE = Rule(
    identifier="whisker-video",
    patterns=("*.mp4",),
    disposition=Disposition.WRITTEN,
    nwb=(EXTERNAL_FILES,),
    text="Copied unchanged into the folder beside the NWB file.",
)
RAW_RULES = (_RULE,)
LEAVES_OUT = (kinds.VIDEO_UNREADABLE, kinds.VIDEO_DIFFERS, kinds.VIDEO_WITHOUT_TRIAL, kinds.VIDEO_TRIAL_TWICE)
_LIST = "source.video_trials"
_BY_LIST = "the metadata list it as of no trial"


def session_entries(raw: RawData, files: SourceFiles) -> Iterator[FileEntry]:
    """The videos in the ledger."""
    for video in raw.inventory.videos:
        yield files.entry(video.path, _RULE, role=ROLE[0], nwb=_RULE.nwb)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTrials:
    """Numbers of a session's trials, int64, ascending: all of them, and those with whisker samples."""

    numbers: np.ndarray
    with_whisker: np.ndarray


def place_files(inventory: RawInventory, *, session: Session, facts: SourceFacts, log: ProblemLog) -> RawInventory:
    """The inventory with the trials of its videos; session: the whole one, whose trials they may be of."""
    numbers = np.sort(session.trials.numbers)
    whisker = whisker_of(session)
    labels = np.zeros(0, dtype=np.int64) if whisker is None else whisker.trial
    trials = KnownTrials(numbers=numbers, with_whisker=numbers[np.isin(numbers, labels)])
    return with_trials(inventory, facts=facts, trials=trials, log=log)


def with_trials(inventory: RawInventory, *, facts: SourceFacts, trials: KnownTrials, log: ProblemLog) -> RawInventory:
    """The inventory with the trial of every video as far as it is known; logs what was assumed and what is missing.

    A video that the metadata list as of no trial is left out.
    """
    folder, list_ = inventory.session_directory, facts.video_trials
    _report_unused(inventory.videos, facts=facts, folder=folder, log=log)
    named, left_out = [], []
    for video in _by_name(inventory.videos, facts=facts):
        keys = [key for key in _keys(video.path, folder) if key in list_]
        trial = list_[keys[0]] if keys else video.trial
        if keys and trial is None:
            left_out.append(FileLeftOut(path=video.path, reason=_BY_LIST, byte_size=video.byte_size))
        else:
            named.append(replace(video, trial=trial, trial_from="list" if keys else "name"))
    videos = _by_order(named, facts=facts, trials=trials, folder=folder, log=log)
    return replace(inventory, videos=tuple(videos), left_out=(*inventory.left_out, *left_out))


def _by_name(videos: Iterable[VideoFile], *, facts: SourceFacts) -> list[VideoFile]:
    """The videos sorted by the trials that their names say; those whose names say none come last."""
    found = [(re.search(facts.video_pattern, video.path.name, re.IGNORECASE), video) for video in videos]
    named = [video if match is None else replace(video, trial=int(match["trial"])) for match, video in found]
    return sorted(named, key=_trial_first)


def _trial_first(video: VideoFile) -> tuple[bool, int, Path]:
    return (video.trial is None, video.trial or 0, video.path)


def _keys(path: Path, folder: Path) -> tuple[str, str]:
    """What a video may be called in the metadata; the path first, since it is exact."""
    return path.relative_to(folder).as_posix(), path.name


def _report_unused(videos: Iterable[VideoFile], *, facts: SourceFacts, folder: Path, log: ProblemLog) -> None:
    there = {key for video in videos for key in _keys(video.path, folder)}
    for name in facts.video_trials:
        if name not in there:
            log.add(kinds.VIDEO_LISTED_MISSING, file=folder / name, field=_LIST, expected="a video below the folder")


def _by_order(
    videos: Sequence[VideoFile], *, facts: SourceFacts, trials: KnownTrials, folder: Path, log: ProblemLog
) -> list[VideoFile]:
    """Give the videos that say a running number alone the trials that no other video is of, in order."""
    numbered, pattern = {}, facts.video_running_pattern
    for place, video in enumerate(videos):
        match = None if pattern is None else re.search(pattern, video.path.name, re.IGNORECASE)
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
    return sorted(result, key=_trial_first)
