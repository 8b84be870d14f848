"""Whisker videos, decoded frame by frame."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from edit_list import EMPTY, set_edit_list
from scipy.io import loadmat

from ssc_to_nwb.testing.dataset import SyntheticSession, write_session
from ssc_to_nwb.testing.spec import SessionSpec
from ssc_to_nwb.testing.videos import number_of_frame, write_video


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> SyntheticSession:
    spec = SessionSpec(
        n_trials=5,
        trial_seconds=0.9,
        trials_without_video=(1,),
        trials_with_short_video=(2,),
        trials_with_broken_video=(3,),
        trials_without_whisker=(4,),
    )
    return write_session(root=tmp_path_factory.mktemp("videos"), spec=spec, raw=False)


def frames_of(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="gray") for frame in container.decode(video=0)])


def frame_count(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def samples_in_trial(session: SyntheticSession, number: int) -> int:
    whisker = loadmat(session.mat_path)["s"][0, 0]["timeSeriesArrayHash"][0, 0]["value"][0, 0][0, 0]
    return int((whisker["trial"] == number).sum())


def test_names(session: SyntheticSession) -> None:
    numbers = session.trials.numbers.tolist()
    folder = session.root / "an900001_2013_03_08" / "whisker"
    names = [f"an900001_2013_03_08_trial_{number:03d}.mp4" for number in (*numbers[:1], *numbers[2:])]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert sorted(session.video_paths) == [*numbers[:1], *numbers[2:]]


def test_a_frame_for_every_whisker_sample(session: SyntheticSession) -> None:
    number = int(session.trials.numbers[0])
    with av.open(str(session.video_paths[number])) as container:
        stream = container.streams.video[0]
        assert stream.average_rate == 500
        assert stream.frames == samples_in_trial(session, number)


def test_frames_show_their_number(session: SyntheticSession) -> None:
    frames = frames_of(session.video_paths[int(session.trials.numbers[0])])
    numbers = [number_of_frame(frame) for frame in frames]
    np.testing.assert_array_equal(numbers, np.arange(len(frames)))


def test_short_video(session: SyntheticSession) -> None:
    number = int(session.trials.numbers[2])
    assert frame_count(session.video_paths[number]) == samples_in_trial(session, number) - 10


def test_broken_video(session: SyntheticSession) -> None:
    with pytest.raises(av.FFmpegError):
        frames_of(session.video_paths[int(session.trials.numbers[3])])


def test_video_of_a_trial_without_whisker_data(session: SyntheticSession) -> None:
    number = int(session.trials.numbers[4])
    assert samples_in_trial(session, number) == 0
    assert frame_count(session.video_paths[number]) > 300


def test_other_names(tmp_path: Path) -> None:
    spec = SessionSpec(n_trials=2, trials_without_whisker=(), video_name="WDBP{running:05d}.mp4", trial_seconds=0.8)
    session = write_session(root=tmp_path, spec=spec, raw=False)
    assert [path.name for path in session.video_paths.values()] == ["WDBP00001.mp4", "WDBP00002.mp4"]
    assert session.video_paths[2].parent == session.folder


@pytest.mark.parametrize("edits", [[(70, 5 * 32)], [(20, EMPTY), (70, 5 * 32)]])
def test_an_edit_list_hides_frames(tmp_path: Path, edits: list[tuple[int, int]]) -> None:
    path = tmp_path / "a.mp4"
    write_video(path=path, n_frames=40, rate_hz=500.0)
    set_edit_list(path, edits)
    assert [number_of_frame(frame) for frame in frames_of(path)] == list(range(5, 40))


def test_b_frames_are_coded_in_another_order_than_shown(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    write_video(path=path, n_frames=30, rate_hz=500.0, b_frames=2)
    with av.open(str(path)) as container:
        pts = [packet.pts for packet in container.demux(video=0) if packet.size]
    assert pts != sorted(pts)
    assert [number_of_frame(frame) for frame in frames_of(path)] == list(range(30))
