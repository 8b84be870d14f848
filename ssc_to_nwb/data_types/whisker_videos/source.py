"""The frames that a whisker video shows: how many, of which size, and when by the video's own clock.

What counts is what a reader gets. An edit list may hide coded frames, and a packet need not be one frame. Where the
container's header and index prove the number of frames, nothing else is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.quantities import bytes_text, seconds_text
from ssc_to_nwb.source_files.disk_walk import in_place_of

# Codecs of which every packet is one frame that is shown. Of others (MPEG-4 with packed or skipped frames, VP9, AV1)
# only decoding shows.
_FRAME_PER_PACKET = frozenset({"h264", "hevc", "mjpeg"})


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoHeader:
    """What a video shows.

    frame_count: of the frames shown; image_shape: (rows, columns); rate_hz: of play back, None where the container
    gives none.
    """

    path: Path
    frame_count: int
    image_shape: tuple[int, int]
    rate_hz: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameTimes:
    """The frames that a video shows, by its own clock. Zero is the time of the first coded frame, shown or hidden.

    time_ms: float64 (frames,), None where the container gives no times; coded_count: frames in the file, hidden ones
    among them; coded_position: int64 (frames,), the place of each shown frame among the coded ones, counted from 0,
    None where an edit list shows frames more than once or in another order; constant_rate: whether the frames follow
    each other at one rate, as far as the clock resolves it.
    """

    time_ms: np.ndarray | None
    coded_count: int
    coded_position: np.ndarray | None
    constant_rate: bool

    def places(self, frame_count: int) -> np.ndarray:
        """When each frame is shown at a constant rate, float64 (frames,), in frame intervals after zero."""
        position = np.arange(frame_count) if self.coded_position is None else self.coded_position
        places: np.ndarray = (position - position[0]).astype(np.float64)
        if self.time_ms is None or frame_count < 2:
            return places
        shown: np.ndarray = places + self.time_ms[0] * places[-1] / (self.time_ms[-1] - self.time_ms[0])
        return shown


def read_video_header(path: Path) -> VideoHeader:
    """How many frames a video shows, by its index where it suffices; size and rate. Raises video-unreadable."""
    with _opened(path) as (container, stream):
        frame_count = _count_by_index(container, stream)
        if not _reaches_its_end(container, stream):
            expected = f"a video of {seconds_text(float(stream.duration * stream.time_base))}"
            found = "a file that ends before its last frame"
            raise error(kinds.VIDEO_UNREADABLE, file=path, expected=expected, found=found)
        rate = stream.average_rate or stream.guessed_rate
        header = VideoHeader(
            path=path,
            frame_count=len(_frames(path)[0]) if frame_count is None else frame_count,
            image_shape=(stream.codec_context.height, stream.codec_context.width),
            rate_hz=float(rate) if rate else None,
        )
    if not header.frame_count or 0 in header.image_shape:
        found = f"{header.frame_count} frames of {header.image_shape[0]} x {header.image_shape[1]}"
        raise error(kinds.VIDEO_UNREADABLE, file=path, expected="frames", found=found)
    return header


def read_frame_times(path: Path) -> FrameTimes:
    """When a video shows its frames, and which of the coded frames they are. Raises video-unreadable.

    Its packets are read; its pictures are decoded only where packets are not frames.
    """
    (shown, shown_places), (coded, coded_places) = _frames(path), _frames(path, with_hidden=True)
    with _opened(path) as (_, stream):
        tick_ms = 1000.0 * float(stream.time_base)
    if None in (*shown, *coded):
        return FrameTimes(time_ms=None, coded_count=len(coded), coded_position=None, constant_rate=True)
    # Packets keep their place in the file whatever an edit list does to their times.
    ranks = {coded_places.get(pts): rank for rank, pts in enumerate(coded)}
    found = [ranks.get(shown_places.get(pts)) for pts in shown]
    known = [rank for rank in found if rank is not None]
    position: np.ndarray | None = None
    if len(known) < len(found) or len(ranks) < len(coded):
        position = np.arange(len(shown)) if len(shown) == len(coded) else None
    elif known == sorted(set(known)):
        position = np.array(known, dtype=np.int64)
    ticks, coded_ticks = np.array(shown, dtype=np.float64), np.array(coded, dtype=np.float64)
    # Without an edit list the zero of the container's clock means nothing: B-frames delay the first frame.
    lead = ticks[0] if shown[0] != coded[0] else 0.0
    if position is not None:
        ticks = coded_ticks[position]
        # Hidden frames took their time before the first that is shown; an empty edit says how much at least.
        lead = max(lead, ticks[0] - coded_ticks[0])
    ticks += lead - ticks[0]
    return FrameTimes(
        time_ms=ticks * tick_ms,
        coded_count=len(coded),
        coded_position=position,
        constant_rate=_is_constant(ticks if position is None else coded_ticks),
    )


@contextmanager
def _opened(path: Path, *, with_hidden: bool = False) -> Iterator[tuple[Any, Any]]:
    """The container and its video stream; with_hidden: as if there were no edit list."""
    import av

    try:
        with av.open(str(path), options={"ignore_editlist": "1"} if with_hidden else {}) as container:
            if not container.streams.video:
                raise error(kinds.VIDEO_UNREADABLE, file=path, expected="a video stream", found="none")
            yield container, container.streams.video[0]
    except (av.error.FFmpegError, OSError, ValueError) as failure:
        # Without the number of the error and the path, which the problem names anyway.
        said = f"FFmpeg says: {getattr(failure, 'strerror', None) or failure}"
        found = _bytes_found(path)
        raise error(kinds.VIDEO_UNREADABLE, file=path, expected="a video file", found=found, detail=said) from failure


def _bytes_found(path: Path) -> str:
    """What there is in place of a video, in words."""
    if not path.is_file():
        return in_place_of(path) or "nothing"
    size = path.stat().st_size
    return f"{bytes_text(size)} that are not a complete video" if size else "an empty file"


def _count_by_index(container: Any, stream: Any) -> int | None:
    """The number of frames where header and index prove it: whole frames, none hidden or repeated; else None."""
    index = stream.index_entries
    if "mp4" not in container.format.name or stream.codec_context.name not in _FRAME_PER_PACKET or not len(index):
        return None
    proven = len(index) == stream.frames and index[0].is_keyframe
    proven = proven and all(entry.size and not entry.is_discard for entry in index)
    return stream.frames if proven else None


def _frames(path: Path, *, with_hidden: bool = False) -> tuple[list[Any], dict[Any, int]]:
    """The video's own time of every frame in the order in which they are shown, in ticks; None where it has none.

    Besides, by that time, the byte at which the packet lies.
    """
    with _opened(path, with_hidden=with_hidden) as (container, stream):
        packets = [(p.pts, p.pos, p.is_keyframe, p.is_discard) for p in container.demux(stream) if p.size]
        places = {pts: place for pts, place, _, is_discard in packets if not is_discard}
        pts_of_packets = [pts for pts, _, _, is_discard in packets if not is_discard]
        # Of packets that do not begin with a key frame it is not certain what a decoder makes.
        are_frames = stream.codec_context.name in _FRAME_PER_PACKET and packets and packets[0][2]
    if are_frames:
        found = pts_of_packets
    else:
        with _opened(path, with_hidden=with_hidden) as (container, stream):
            stream.thread_type = "AUTO"
            found = [frame.pts for frame in container.decode(stream)]
    # The decoder gives frames in their order, while the times of packed B-frames are exchanged.
    return (found if None in found else sorted(found)), places


def _is_constant(ticks: np.ndarray) -> bool:
    """Whether the times lie on a line, but for their rounding to whole ticks."""
    if ticks.size < 3:
        return True
    line = np.linspace(ticks[0], ticks[-1], ticks.size)
    return bool(np.max(np.abs(ticks - line)) <= 1.0)


def _reaches_its_end(container: Any, stream: Any) -> bool:
    """Whether the last group of pictures is there: a copy cut short may still have a header that promises it."""
    if stream.duration is None:
        return True
    container.seek((stream.start_time or 0) + stream.duration, stream=stream, backward=True)
    last = None
    for packet in container.demux(stream):
        if packet.size:
            last = packet
    return last is not None and not last.is_corrupt
