"""Headers of videos."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from edit_list import EMPTY, set_edit_list
from odd_videos import write_packed, write_with_frames_not_coded

from ssc_to_nwb.data_types.whisker_videos.source import FrameTimes, read_frame_times, read_video_header
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.testing.videos import VIDEO_SHAPE, number_of_frame, write_video


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


def test_frames_are_counted_where_the_container_does_not_say(tmp_path: Path) -> None:
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


def decoded(path: Path) -> list[int]:
    """The numbers of the frames that a reader gets, in its order."""
    with av.open(str(path)) as container:
        return [number_of_frame(frame.to_ndarray(format="gray")) for frame in container.decode(video=0)]


def edited(path: Path, *edits: tuple[int, int], **options: Any) -> Path:
    write_video(path=path, n_frames=40, rate_hz=500.0, **options)
    set_edit_list(path, edits)
    return path


# Frames last 2 ms, or 32 ticks.
EDITS = {
    "hidden at the start": [(70, 5 * 32)],
    "hidden at the end": [(70, 0)],
    "nothing shown at first": [(20, EMPTY), (80, 0)],
    "hidden, with a wait of their length": [(10, EMPTY), (70, 5 * 32)],
    "hidden in the middle": [(20, 0), (40, 20 * 32)],
    "shown twice": [(20, 0), (20, 0)],
}


@pytest.mark.parametrize("b_frames", [0, 2])
@pytest.mark.parametrize("edits", EDITS.values(), ids=EDITS)
def test_the_frames_that_are_shown_are_counted(tmp_path: Path, edits: list[tuple[int, int]], b_frames: int) -> None:
    path = edited(tmp_path / "a.mp4", *edits, b_frames=b_frames)
    assert read_video_header(path).frame_count == len(decoded(path))


@pytest.mark.parametrize("edits", [edits for name, edits in EDITS.items() if name != "shown twice"])
def test_shown_frames_are_known_among_the_coded_ones(tmp_path: Path, edits: list[tuple[int, int]]) -> None:
    path = edited(tmp_path / "a.mp4", *edits)
    times = read_frame_times(path)
    assert times.coded_count == 40
    assert times.coded_position is not None
    assert times.coded_position.tolist() == decoded(path)


def test_b_frames_that_an_edit_list_hides(tmp_path: Path) -> None:
    path = edited(tmp_path / "a.mp4", (60, 8 * 32), b_frames=2)
    times = read_frame_times(path)
    assert times.coded_position is not None
    assert times.coded_position.tolist() == decoded(path)


def test_frames_shown_twice_have_no_place_among_the_coded_ones(tmp_path: Path) -> None:
    assert read_frame_times(edited(tmp_path / "a.mp4", *EDITS["shown twice"])).coded_position is None


@pytest.mark.parametrize(
    ("edits", "first_ms"),
    [
        (EDITS["hidden at the start"], 10.0),
        (EDITS["hidden at the end"], 0.0),
        (EDITS["nothing shown at first"], 20.0),
        (EDITS["hidden, with a wait of their length"], 10.0),
    ],
)
def test_hidden_frames_and_a_wait_take_their_time(
    tmp_path: Path, edits: list[tuple[int, int]], first_ms: float
) -> None:
    path = edited(tmp_path / "a.mp4", *edits)
    times = read_frame_times(path)
    assert times.time_ms is not None
    np.testing.assert_allclose(times.time_ms, first_ms + 2.0 * np.arange(len(decoded(path))))
    np.testing.assert_allclose(times.places(len(times.time_ms)), times.time_ms / 2.0)


@pytest.mark.parametrize("b_frames", [0, 2])
def test_times_of_a_rate_that_varies(tmp_path: Path, b_frames: int) -> None:
    frame_ms = np.cumsum([0.0, *np.tile([2.0, 2.0, 4.0, 8.0, 2.0], 6)])
    path = tmp_path / "a.mp4"
    write_video(path=path, n_frames=frame_ms.size, rate_hz=500.0, frame_ms=frame_ms, b_frames=b_frames)
    times = read_frame_times(path)
    assert decoded(path) == list(range(frame_ms.size))
    assert not times.constant_rate
    np.testing.assert_allclose(times.time_ms, frame_ms)


def test_rounding_to_ticks_is_no_rate_that_varies(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    write_video(path=path, n_frames=60, rate_hz=480.0, frame_ms=np.round(np.arange(60) / 0.48 * 16) / 16)
    assert read_frame_times(path).constant_rate


def test_packed_b_frames(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    write_packed(path, n_frames=40)
    times = read_frame_times(path)
    assert decoded(path) == list(range(40))
    assert read_video_header(path).frame_count == 40
    np.testing.assert_allclose(times.time_ms, 2.0 * np.arange(40))


def test_packets_without_a_frame_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    write_with_frames_not_coded(path, n_frames=40, not_coded=3)
    with av.open(str(path)) as container:
        assert container.streams.video[0].frames == 43
    assert read_video_header(path).frame_count == len(decoded(path)) == 40


def test_a_video_without_times_runs_at_one_rate() -> None:
    times = FrameTimes(time_ms=None, coded_count=4, coded_position=None, constant_rate=True)
    assert times.places(4).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("content", "found"),
    [(b"", "an empty file"), (b"no video at all" * 50, "750 B that are not a complete video")],
)
def test_what_is_no_video_is_named_in_our_words_and_in_ffmpegs(tmp_path: Path, content: bytes, found: str) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    with pytest.raises(SscError) as raised:
        read_video_header(path)
    problem = raised.value.problem
    assert (problem.kind, problem.file, problem.expected) == (kinds.VIDEO_UNREADABLE, str(path), "a video file")
    assert (problem.found, problem.detail) == (found, "FFmpeg says: Invalid data found when processing input")


def test_missing_video(tmp_path: Path) -> None:
    with pytest.raises(SscError, match=kinds.VIDEO_UNREADABLE.identifier) as raised:
        read_video_header(tmp_path / "a.mp4")
    assert raised.value.problem.found == "nothing"


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
