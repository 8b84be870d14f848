"""Headers of videos."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from ssc_to_nwb.problems import raw_kinds as kinds
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.source.video import read_video_header
from ssc_to_nwb.synthetic.videos import VIDEO_SHAPE, write_video


def written(path: Path, *, frames: int, flags: str = "") -> Path:
    with av.open(str(path), "w", options={"movflags": flags} if flags else {}) as container:
        stream = container.add_stream("mpeg4", rate=500)
        stream.height, stream.width, stream.pix_fmt = 48, 64, "yuv420p"
        picture = np.random.default_rng(0).integers(0, 255, (72, 64), dtype=np.uint8)
        for number in range(frames):
            for packet in stream.encode(av.VideoFrame.from_ndarray(np.roll(picture, number, 0), format="yuv420p")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path


def test_count_size_and_rate(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    write_video(path=path, n_frames=37, rate_hz=500.0)
    header = read_video_header(path)
    assert (header.frame_count, header.image_shape, header.rate_hz) == (37, VIDEO_SHAPE, 500.0)


def test_frames_are_counted_where_the_container_does_not_tell(tmp_path: Path) -> None:
    path = written(tmp_path / "a.mp4", frames=40, flags="frag_keyframe+empty_moov")
    with av.open(str(path)) as container:
        assert container.streams.video[0].frames == 0
    assert read_video_header(path).frame_count == 40


def test_nothing_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.mp4"
    write_video(path=path, n_frames=5, rate_hz=500.0)
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    # Pictures of noise instead of the video: whoever decodes them fails, whoever reads the header does not notice.
    data[start + 200 : start + 400] = bytes(200)
    path.write_bytes(data)
    assert read_video_header(path).frame_count == 5


@pytest.mark.parametrize("content", [b"", b"no video at all" * 50])
def test_what_is_no_video_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    with pytest.raises(SscError, match=kinds.VIDEO_UNREADABLE.identifier):
        read_video_header(path)


def test_missing_video(tmp_path: Path) -> None:
    with pytest.raises(SscError, match=kinds.VIDEO_UNREADABLE.identifier):
        read_video_header(tmp_path / "a.mp4")


@pytest.mark.parametrize("flags", ["", "faststart"])
@pytest.mark.parametrize("kept", [0.3, 0.7])
def test_a_video_cut_short_is_refused(tmp_path: Path, flags: str, kept: float) -> None:
    path = written(tmp_path / "a.mp4", frames=40, flags=flags)
    data = path.read_bytes()
    path.write_bytes(data[: int(kept * len(data))])
    with pytest.raises(SscError, match=kinds.VIDEO_UNREADABLE.identifier):
        read_video_header(path)


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        silence.sample_rate = 44100
        for packet in [*stream.encode(silence), *stream.encode()]:
            container.mux(packet)
    with pytest.raises(SscError, match="a video stream"):
        read_video_header(path)
