"""What verification finds out about videos by itself."""

from __future__ import annotations

from pathlib import Path

import av
import pytest
from edit_list import EMPTY, set_edit_list

from ssc_to_nwb.data_types.whisker_videos import proof as video_proof
from ssc_to_nwb.data_types.whisker_videos.proof import shown_frame_count
from ssc_to_nwb.testing.videos import write_video


def decoded_count(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


@pytest.mark.parametrize("b_frames", [0, 2])
@pytest.mark.parametrize(
    "edits",
    [[], [(80, 0)], [(70, 5 * 32)], [(70, 0)], [(20, EMPTY), (80, 0)], [(20, 0), (40, 20 * 32)], [(40, 0), (40, 0)]],
)
def test_frames_that_are_shown(tmp_path: Path, edits: list[tuple[int, int]], b_frames: int) -> None:
    path = tmp_path / "a.mp4"
    write_video(path=path, n_frames=40, rate_hz=500.0, b_frames=b_frames)
    set_edit_list(path, edits)
    assert shown_frame_count(path) == decoded_count(path)


def test_frames_of_another_codec(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    write_video(path=path, n_frames=40, rate_hz=500.0, codec="mpeg4")
    assert shown_frame_count(path) == 40


@pytest.mark.parametrize("b_frames", [0, 2])
def test_an_ordinary_video_is_not_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, b_frames: int) -> None:
    def refuse(path: Path) -> int:
        raise AssertionError(path)

    path = tmp_path / "a.mp4"
    write_video(path=path, n_frames=40, rate_hz=500.0, b_frames=b_frames)
    monkeypatch.setattr(video_proof, "_decoded_count", refuse)
    assert shown_frame_count(path) == 40


@pytest.mark.parametrize("content", [b"", b"no video at all" * 50])
def test_what_is_no_video_cannot_be_counted(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    with pytest.raises(av.FFmpegError):
        shown_frame_count(path)
