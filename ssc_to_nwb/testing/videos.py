"""Whisker videos: one small mp4 per trial, at the whisker traces' rate, each frame showing its number.

The 16 squares along the top edge are the frame number in binary, least significant bit at the left, white = 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from ssc_to_nwb.testing.spec import SessionSpec
from ssc_to_nwb.testing.truth import TrialTruth

VIDEO_SHAPE = (48, 64)
"""Rows, columns."""
_SQUARE, _BITS = 4, 16
_GREY, _CHROMA_ZERO = 90, 128
_TICK = Fraction(1, 16_000)
_CODEC_OPTIONS = {"libx264": {"preset": "ultrafast", "crf": "28", "threads": "1"}}
_FRAMES_SHORT, _KEPT_OF_BROKEN = 10, 0.67


def write_videos(*, folder: Path, spec: SessionSpec, trials: TrialTruth) -> dict[int, Path]:
    """Write the videos of all trials into the session's `folder`; paths by trial number.

    A video has as many frames as its trial has whisker samples, but for the spec's short and broken ones.
    """
    with_video = [p for p in range(spec.n_trials) if p not in spec.trials_without_video]
    paths = {}
    for running, position in enumerate(with_video, start=1):
        number = int(trials.numbers[position])
        path = folder / spec.video_name.format(session=spec.session_name, trial=number, running=running)
        path.parent.mkdir(parents=True, exist_ok=True)
        length_ms = trials.stop_ms[position] - trials.start_ms[position]
        n_frames = int(length_ms // (1000.0 / spec.whisker_rate_hz))
        n_frames -= _FRAMES_SHORT * (position in spec.trials_with_short_video)
        path.write_bytes(_plain_video(n_frames, spec.whisker_rate_hz))
        if position in spec.trials_with_broken_video:
            with path.open("r+b") as stream:
                stream.truncate(int(path.stat().st_size * _KEPT_OF_BROKEN))
        paths[number] = path
    return paths


@lru_cache(maxsize=64)
def _plain_video(n_frames: int, rate_hz: float) -> bytes:
    """A video at a steady rate: many trials of many sessions have the same."""
    stream = BytesIO()
    write_video(path=stream, n_frames=n_frames, rate_hz=rate_hz)
    return stream.getvalue()


def write_video(
    *,
    path: Path | BytesIO,
    n_frames: int,
    rate_hz: float,
    frame_ms: Sequence[float] | None = None,
    b_frames: int = 0,
    codec: str | None = None,
) -> None:
    """Write one video.

    frame_ms: when each frame is shown, by the video's clock, where its rate varies. b_frames: so many between two
    others, coded in another order than they are shown in. codec: H.264 where PyAV can, by default.
    """
    import av

    codec = codec or ("libx264" if "libx264" in av.codecs_available else "mpeg4")
    with av.open(path if isinstance(path, BytesIO) else str(path), mode="w", format="mp4") as container:
        stream: Any = container.add_stream(codec, rate=Fraction(rate_hz).limit_denominator(1000))
        stream.height, stream.width = VIDEO_SHAPE
        stream.pix_fmt = "yuv420p"
        stream.codec_context.max_b_frames = b_frames
        stream.options = _CODEC_OPTIONS.get(codec, {}) if not b_frames else {"b_strategy": "0"}
        if frame_ms is not None:
            stream.codec_context.time_base = _TICK
        planes = np.full((VIDEO_SHAPE[0] * 3 // 2, VIDEO_SHAPE[1]), _CHROMA_ZERO, dtype=np.uint8)
        for index in range(n_frames):
            planes[: VIDEO_SHAPE[0]] = video_frame(index)
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            if frame_ms is not None:
                frame.pts, frame.time_base = round(frame_ms[index] / 1000 / _TICK), _TICK
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


@lru_cache(maxsize=4096)
def video_frame(index: int) -> np.ndarray:
    """(rows, columns) uint8: the frame's number above a bar that sways."""
    picture = np.full(VIDEO_SHAPE, _GREY, dtype=np.uint8)
    bits = (index >> np.arange(_BITS)) & 1
    picture[:_SQUARE] = np.repeat(np.where(bits, 235, 16), _SQUARE).astype(np.uint8)
    rows = np.arange(_SQUARE + 4, VIDEO_SHAPE[0])
    tip = 0.5 * np.sin(2 * np.pi * index * 0.028) * (rows - _SQUARE)
    columns = (VIDEO_SHAPE[1] // 2 + tip).astype(int)
    picture[rows, columns] = 20
    picture[rows, columns + 1] = 20
    picture.flags.writeable = False
    return picture


def number_of_frame(picture: np.ndarray) -> int:
    """The number in a decoded frame, (rows, columns) uint8."""
    squares = picture[_SQUARE // 2, _SQUARE // 2 : _BITS * _SQUARE : _SQUARE] > _GREY
    return int((squares * (1 << np.arange(_BITS))).sum())
