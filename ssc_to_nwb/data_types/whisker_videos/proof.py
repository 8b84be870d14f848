"""Whisker videos: their files beside the NWB file, byte by byte, and the series that names them.

How many frames a video shows is found by a path of its own: the file's boxes read here, or its pictures decoded. Where
an MP4 file holds H.264 or H.265, begins with a key frame and hides nothing, its table of sample sizes has one entry per
frame. Every other video is decoded from start to end.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.whisker.source import whisker_of
from ssc_to_nwb.data_types.whisker_videos.timed_videos import TimedVideo, open_videos
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.proof.comparison import Comparison
from ssc_to_nwb.source_files.checksums import sha256_of
from ssc_to_nwb.system_files import is_system_name

_PARENTS = (b"moov", b"trak", b"edts", b"mdia", b"minf", b"stbl")
_ONE_FRAME_PER_SAMPLE = (b"avc1", b"avc3", b"hvc1", b"hev1")
_TABLES = (b"mvhd", b"tkhd", b"hdlr", b"elst", b"mdhd", b"stsd", b"stsz", b"stss", b"stts", b"ctts")
Boxes = Mapping[bytes, bytes]
_SERIES = f"/acquisition/{naming.WHISKER_VIDEO}"
_FILES = f"{_SERIES}/external_file"


def shown_frame_count(path: Path) -> int:
    """The number of frames a reader gets. Raises OSError, and PyAV's errors where a picture cannot be decoded."""
    try:
        count = _count_in_tables(path)
    except (struct.error, IndexError, ValueError, ZeroDivisionError):
        # A table is empty or not as expected, such as an edit list without an edit: the pictures decide.
        count = None
    return _decoded_count(path) if count is None else count


def _decoded_count(path: Path) -> int:
    import av

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        return sum(1 for _ in container.decode(stream))


def _count_in_tables(path: Path) -> int | None:
    """The number of samples of the only track, where each is a frame that is shown; else None."""
    boxes: dict[bytes, list[bytes]] = {}
    with path.open("rb") as file:
        _collect(file, path.stat().st_size, boxes)
    if any(len(found) != 1 for found in boxes.values()) or not {b"hdlr", b"stsd", b"stsz", b"stts"} <= boxes.keys():
        return None
    only = {name: found[0] for name, found in boxes.items()}
    if only[b"hdlr"][8:12] != b"vide" or only[b"stsd"][12:16] not in _ONE_FRAME_PER_SAMPLE:
        return None
    begins_with_key_frame = b"stss" not in only or _numbers(only[b"stss"], 4)[:2][-1] == 1
    if not begins_with_key_frame or _hides_something(only):
        return None
    same_size, count = _numbers(only[b"stsz"], 4)[:2]
    sizes = _numbers(only[b"stsz"], 4)[2:]
    return count if same_size or all(sizes) else None


def _collect(file: BinaryIO, end: int, boxes: dict[bytes, list[bytes]]) -> None:
    """The contents of the tables from here to `end`, by name; what is not a table is passed over unread."""
    while file.tell() + 8 <= end:
        start = file.tell()
        size, name = struct.unpack(">I4s", file.read(8))
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
        stop = end if size == 0 else min(start + size, end)
        if name in _PARENTS:
            _collect(file, stop, boxes)
        elif name in _TABLES:
            boxes.setdefault(name, []).append(file.read(stop - file.tell()))
        if stop <= start:
            return
        file.seek(stop)


def _numbers(box: bytes, skipped: int) -> tuple[int, ...]:
    """The 32-bit numbers of a box after its version and flags."""
    body = box[skipped : skipped + (len(box) - skipped) // 4 * 4]
    return struct.unpack(f">{len(body) // 4}I", body)


def _hides_something(boxes: Boxes) -> bool:
    """Whether an edit list does more than begin with the first frame and last until the last."""
    if b"elst" not in boxes:
        return False
    if boxes[b"elst"][0] or boxes[b"mvhd"][0] or boxes[b"mdhd"][0]:
        # Times of 64 bits, or a box of a version that is not known here.
        return True
    count, duration, first_tick = _numbers(boxes[b"elst"], 4)[:3]
    movie_rate, media_rate = _numbers(boxes[b"mvhd"], 12)[0], _numbers(boxes[b"mdhd"], 12)[0]
    steps = _numbers(boxes[b"stts"], 8)
    ticks = sum(repeat * step for repeat, step in zip(steps[::2], steps[1::2], strict=True))
    delay = _numbers(boxes[b"ctts"], 8)[1] if b"ctts" in boxes else 0
    # The edit's duration may have lost less than one of its ticks by rounding.
    lasts = first_tick / media_rate + (duration + 1) / movie_rate > (delay + ticks) / media_rate
    return count != 1 or first_tick > delay or not lasts


def check_videos(work: Comparison) -> None:
    """Compare the series and the files."""
    timed = open_videos(work.sources)
    if not timed:
        return
    counts = [shown_frame_count(video.header.path) for video in timed]
    starting = tuple(int(one) for one in np.cumsum([0, *counts[:-1]]))
    work.attribute(_FILES, "starting_frame", starting)
    seconds = work.reader.values(f"{_SERIES}/timestamps")
    for video, count in zip(timed, counts, strict=True):
        name = video.header.path.name
        work.equal(_FILES, expected=f"{count} frames of {name}", found=f"{video.time_ms.size} frames of {name}")
    expected_ms = np.concatenate([_time_ms(work, video, count) for video, count in zip(timed, counts, strict=True)])
    work.times(f"{_SERIES}/timestamps", expected_ms=expected_ms, seconds=seconds)
    folder_name = naming.video_folder(work.final_path).name
    _check_files(work, timed, work.reader.texts(_FILES), videos=work.videos, folder_name=folder_name)


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
        work.problem(kinds.VERIFY_SHAPE_DIFFERS, _FILES, expected=f"{len(timed)} files", found=len(names))
        return
    for video, name in zip(timed, names, strict=True):
        work.counts[_FILES] += 1
        path = PurePosixPath(name)
        if path.is_absolute() or len(path.parts) != 2 or path.parts[0] != folder_name or ".." in path.parts:
            work.problem(
                kinds.VERIFY_LINK_DIFFERS, _FILES, expected=f"{folder_name}/{video.header.path.name}", found=name
            )
            continue
        placed = videos / path.parts[1]
        if not placed.is_file():
            work.problem(kinds.VERIFY_OBJECT_MISSING, _FILES, expected=name, found="no such file")
        elif not (placed.samefile(video.header.path) or sha256_of(placed) == sha256_of(video.header.path)):
            work.problem(
                kinds.VERIFY_VALUE_DIFFERS, _FILES, expected=f"{name} as {video.header.path.name}", found="other bytes"
            )
    known = {PurePosixPath(name).name for name in names}
    there = {path.name for path in videos.iterdir()} if videos.is_dir() else set()
    for extra in sorted(name for name in there - known if not is_system_name(name)):
        work.problem(kinds.VERIFY_OBJECT_UNEXPECTED, _FILES, expected="no other file", found=extra)


CHECKS = {_SERIES: check_videos}
