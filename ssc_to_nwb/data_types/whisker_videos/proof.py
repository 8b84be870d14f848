"""Whisker videos: their files beside the NWB file, byte by byte, and the series that names them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.whisker.source import whisker_of
from ssc_to_nwb.data_types.whisker_videos.shown_frames import shown_frame_count
from ssc_to_nwb.data_types.whisker_videos.timed_videos import TimedVideo, open_videos
from ssc_to_nwb.problems import verify_kinds as kinds
from ssc_to_nwb.proof.comparison import Comparison
from ssc_to_nwb.source_files.file_hash import sha256_of
from ssc_to_nwb.system_files import is_system_name

if TYPE_CHECKING:
    from ssc_to_nwb.proof.raw import RawProof

_SERIES = f"/acquisition/{naming.WHISKER_VIDEO}"
_FILES = f"{_SERIES}/external_file"


def check_videos(work: Comparison, proof: RawProof) -> None:
    """Compare the series and the files."""
    raw, facts = proof.raw, work.context.metadata.video
    timed = open_videos(
        raw.inventory.videos,
        session=work.session,
        rate_hz=facts.rate_hz,
        keep_going=raw.keep_going,
        log=proof.log,
    )
    if not timed:
        return
    counts = [shown_frame_count(video.header.path) for video in timed]
    starting = tuple(int(one) for one in np.cumsum([0, *counts[:-1]]))
    work.proof.attribute(_FILES, "starting_frame", starting)
    seconds = work.reader.values(f"{_SERIES}/timestamps")
    for video, count in zip(timed, counts, strict=True):
        name = video.header.path.name
        work.proof.equal(_FILES, expected=f"{count} frames of {name}", found=f"{video.time_ms.size} frames of {name}")
    expected_ms = np.concatenate([_time_ms(work, video, count) for video, count in zip(timed, counts, strict=True)])
    work.proof.times(f"{_SERIES}/timestamps", expected=expected_ms, seconds=seconds, unit=work.milliseconds)
    folder_name = naming.video_folder(proof.final_path).name
    _check_files(work, timed, work.reader.texts(_FILES), videos=proof.videos, folder_name=folder_name)


def _time_ms(work: Comparison, video: TimedVideo, count: int) -> np.ndarray:
    """As many frames as whisker samples have the samples' times, read here; other videos as they were timed."""
    whisker = whisker_of(work.session)
    if whisker is not None and np.count_nonzero(whisker.trial == video.trial) == count:
        samples_ms: np.ndarray = whisker.time_ms[whisker.trial == video.trial]
        return samples_ms
    return video.time_ms


def _check_files(
    work: Comparison, timed: Sequence[TimedVideo], names: list[str], *, videos: Path, folder_name: str
) -> None:
    """Each name leads to the video of its trial, in the folder beside the file; the folder holds no other file."""
    if len(names) != len(timed):
        work.proof.problem(kinds.VERIFY_SHAPE_DIFFERS, _FILES, expected=f"{len(timed)} files", found=len(names))
        return
    for video, name in zip(timed, names, strict=True):
        work.proof.counts[_FILES] += 1
        path = PurePosixPath(name)
        if path.is_absolute() or len(path.parts) != 2 or path.parts[0] != folder_name or ".." in path.parts:
            work.proof.problem(
                kinds.VERIFY_LINK_DIFFERS, _FILES, expected=f"{folder_name}/{video.header.path.name}", found=name
            )
            continue
        placed = videos / path.parts[1]
        if not placed.is_file():
            work.proof.problem(kinds.VERIFY_OBJECT_MISSING, _FILES, expected=name, found="no such file")
        elif not _same_bytes(placed, video.header.path):
            work.proof.problem(
                kinds.VERIFY_VALUE_DIFFERS, _FILES, expected=f"{name} as {video.header.path.name}", found="other bytes"
            )
    known = {PurePosixPath(name).name for name in names}
    there = {path.name for path in videos.iterdir()} if videos.is_dir() else set()
    for extra in sorted(name for name in there - known if not is_system_name(name)):
        work.proof.problem(kinds.VERIFY_OBJECT_UNEXPECTED, _FILES, expected="no other file", found=extra)


def _same_bytes(one: Path, other: Path) -> bool:
    if one.samefile(other):
        return True
    return one.stat().st_size == other.stat().st_size and sha256_of(one) == sha256_of(other)


CHECKS = {_SERIES: check_videos}
