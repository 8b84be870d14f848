"""Videos of which header and pictures disagree: MPEG-4 with packed B-frames, and with frames that are not coded."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from ssc_to_nwb.testing.videos import VIDEO_SHAPE, video_frame

_PICTURE = b"\x00\x00\x01\xb6"
# A picture of type P whose bit `vop_coded` is 0: nothing is to be decoded.
_NOT_CODED = _PICTURE + bytes([0x40, 0, 0])
# By this text decoders know packed B-frames: two pictures in a packet, then one that is not coded.
_PACKED = b"\x00\x00\x01\xb2DivX503b1393p\x00"


def write_packed(path: Path, *, n_frames: int) -> None:
    """A video whose B-frames share a packet with the frame before them, as DivX wrote it into AVI files."""
    coded = _encoded(n_frames, b_frames=1)
    packets = []
    while coded:
        if len(coded) > 1 and _kind(coded[1]) == 2:
            packets += [coded.pop(0) + coded.pop(0), _NOT_CODED]
        else:
            packets.append(coded.pop(0))
    packets[0] = _PACKED + packets[0]
    _mux(path, packets)


def write_with_frames_not_coded(path: Path, *, n_frames: int, not_coded: int) -> None:
    """A video with packets for which no frame is shown, in the middle."""
    coded = _encoded(n_frames, b_frames=0)
    _mux(path, [*coded[:5], *[_NOT_CODED] * not_coded, *coded[5:]])


def _kind(packet: bytes) -> int:
    """0 intra, 1 predicted, 2 bidirectional."""
    return packet[packet.index(_PICTURE) + len(_PICTURE)] >> 6


def _encoded(n_frames: int, *, b_frames: int) -> list[bytes]:
    coder = av.CodecContext.create("mpeg4", "w")
    coder.height, coder.width = VIDEO_SHAPE
    coder.pix_fmt, coder.time_base, coder.framerate = "yuv420p", Fraction(1, 500), 500
    coder.max_b_frames, coder.options = b_frames, {"b_strategy": "0"}
    planes = np.full((VIDEO_SHAPE[0] * 3 // 2, VIDEO_SHAPE[1]), 128, dtype=np.uint8)
    packets = []
    for index in range(n_frames):
        planes[: VIDEO_SHAPE[0]] = video_frame(index)
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts = index
        packets += coder.encode(frame)
    return [bytes(packet) for packet in [*packets, *coder.encode()]]


def _mux(path: Path, packets: list[bytes]) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=500)
        stream.height, stream.width = VIDEO_SHAPE
        stream.pix_fmt = "yuv420p"
        for index, content in enumerate(packets):
            packet = av.Packet(content)
            packet.pts = packet.dts = index
            packet.duration, packet.time_base = 1, Fraction(1, 500)
            packet.stream, packet.is_keyframe = stream, index == 0
            container.mux(packet)
