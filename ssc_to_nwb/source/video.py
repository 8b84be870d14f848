"""Headers of the whisker videos: number of frames, size and rate, without decoding a picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ssc_to_nwb.problems import raw_kinds as kinds
from ssc_to_nwb.problems.model import error


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoHeader:
    """What a video's container tells.

    image_shape: (rows, columns); rate_hz: frames per second of play back, None where the container tells none.
    """

    path: Path
    frame_count: int
    image_shape: tuple[int, int]
    rate_hz: float | None


def read_video_header(path: Path) -> VideoHeader:
    """Read a video's header; where it does not tell the number of frames, its packets are counted, undecoded.

    Raises SscError of kind VIDEO_UNREADABLE.
    """
    import av

    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise error(kinds.VIDEO_UNREADABLE, file=path, expected="a video stream", found="none")
            stream = container.streams.video[0]
            frame_count = stream.frames or sum(1 for packet in container.demux(stream) if packet.size)
            if not _reaches_its_end(container, stream):
                raise error(kinds.VIDEO_UNREADABLE, file=path, detail="the video ends before its last frame")
            rate = stream.average_rate or stream.guessed_rate
            header = VideoHeader(
                path=path,
                frame_count=frame_count,
                image_shape=(stream.codec_context.height, stream.codec_context.width),
                rate_hz=float(rate) if rate else None,
            )
    except (av.error.FFmpegError, OSError, ValueError) as failure:
        raise error(kinds.VIDEO_UNREADABLE, file=path, detail=failure) from failure
    if not header.frame_count or 0 in header.image_shape:
        found = f"{header.frame_count} frames of {header.image_shape[0]} x {header.image_shape[1]}"
        raise error(kinds.VIDEO_UNREADABLE, file=path, expected="frames", found=found)
    return header


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
