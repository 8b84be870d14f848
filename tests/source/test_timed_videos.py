"""Videos on the session's clock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ssc_to_nwb.problems import raw_kinds as kinds
from ssc_to_nwb.problems.model import ProblemLog, SscError
from ssc_to_nwb.source.raw_inventory import VideoFile
from ssc_to_nwb.source.session import Session, read_session
from ssc_to_nwb.source.timed_videos import TimedVideo, open_videos
from ssc_to_nwb.synthetic.dataset import SyntheticSession, write_session
from ssc_to_nwb.synthetic.spec import SessionSpec, SubvolumeSpec
from ssc_to_nwb.synthetic.videos import write_video


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[SyntheticSession, Session]:
    spec = SessionSpec(
        subvolumes=(SubvolumeSpec(number=1, planes=(2,), rois_per_plane=2),),
        arrays=("dff",),
        n_trials=4,
        trials_without_whisker=(2,),
        trials_with_short_video=(3,),
    )
    synthetic = write_session(root=tmp_path_factory.mktemp("videos"), spec=spec, raw=False, videos=True)
    return synthetic, read_session(synthetic.mat_path, log=ProblemLog())


def videos_of(synthetic: SyntheticSession) -> list[VideoFile]:
    return [VideoFile(path=path, trial=trial, byte_size=0) for trial, path in synthetic.video_paths.items()]


def timed(videos: list[VideoFile], session: Session, **options: Any) -> tuple[TimedVideo, ...]:
    settings: dict[str, Any] = {"session": session, "rate_hz": 500.0, "keep_going": False, "log": ProblemLog()}
    return open_videos(videos, **(settings | options))


def test_frames_have_the_times_of_the_whisker_samples(made: tuple[SyntheticSession, Session]) -> None:
    synthetic, session = made
    found = timed(videos_of(synthetic), session)
    assert [video.trial for video in found] == synthetic.trials.numbers.tolist()
    whisker = synthetic.whisker
    assert whisker is not None
    for video in found[:2]:
        assert video.from_samples
        assert np.array_equal(video.time_ms, whisker.time_ms[whisker.trials == video.trial])


def test_a_trial_without_samples_runs_from_its_start_at_the_frame_rate(
    made: tuple[SyntheticSession, Session],
) -> None:
    synthetic, session = made
    log = ProblemLog()
    video = timed(videos_of(synthetic), session, log=log)[2]
    assert not video.from_samples
    assert video.time_ms[0] == synthetic.trials.start_ms[2]
    assert np.allclose(np.diff(video.time_ms), 2.0)
    assert len(video.time_ms) == video.header.frame_count
    problem = log.by_kind()[kinds.VIDEO_FRAME_COUNT][0]
    assert (problem.field, problem.expected) == (f"trial {video.trial}", "0 frames, as whisker samples")


def test_a_video_of_another_length_runs_from_the_first_sample(made: tuple[SyntheticSession, Session]) -> None:
    synthetic, session = made
    log = ProblemLog()
    video = timed(videos_of(synthetic), session, log=log)[3]
    whisker = synthetic.whisker
    assert whisker is not None
    samples = whisker.time_ms[whisker.trials == video.trial]
    assert len(video.time_ms) == len(samples) - 10
    assert video.time_ms[0] == samples[0]
    assert len(log.by_kind()[kinds.VIDEO_FRAME_COUNT]) == 2


def test_a_rate_other_than_the_videos_is_told(made: tuple[SyntheticSession, Session]) -> None:
    synthetic, session = made
    log = ProblemLog()
    video = timed(videos_of(synthetic), session, rate_hz=250.0, log=log)[3]
    assert np.allclose(np.diff(video.time_ms), 4.0)
    assert "the video itself says 500" in str(log.by_kind()[kinds.VIDEO_FRAME_COUNT][1].detail)


def test_videos_of_no_known_trial_are_left_out(made: tuple[SyntheticSession, Session]) -> None:
    synthetic, session = made
    path = videos_of(synthetic)[0].path
    strange = [VideoFile(path=path, trial=trial, byte_size=0) for trial in (None, 999)]
    log = ProblemLog()
    assert timed(strange, session, log=log) == ()
    found = [problem.found for problem in log.by_kind()[kinds.VIDEO_WITHOUT_TRIAL]]
    assert found == ["no trial number in its name", "trial 999"]


def wrong_video(kind: str, videos: list[VideoFile], tmp_path: Path) -> VideoFile:
    path = tmp_path / "wrong.mp4"
    if kind == "twice":
        return VideoFile(path=videos[1].path, trial=videos[0].trial, byte_size=0)
    if kind == "damaged":
        path.write_bytes(videos[1].path.read_bytes()[:300])
    else:
        import av

        with av.open(str(path), "w") as container:
            stream = container.add_stream("mpeg4", rate=500)
            stream.height, stream.width, stream.pix_fmt = 32, 32, "yuv420p"
            frame = av.VideoFrame.from_ndarray(np.zeros((48, 32), np.uint8), format="yuv420p")
            for packet in [*stream.encode(frame), *stream.encode()]:
                container.mux(packet)
    return VideoFile(path=path, trial=videos[1].trial, byte_size=0)


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ("twice", kinds.VIDEO_TRIAL_TWICE),
        ("damaged", kinds.VIDEO_UNREADABLE),
        ("other size", kinds.VIDEO_DIFFERS),
    ],
)
def test_a_wrong_video_is_an_error_or_left_out(
    made: tuple[SyntheticSession, Session], tmp_path: Path, what: str, kind: Any
) -> None:
    synthetic, session = made
    videos = videos_of(synthetic)
    some = [videos[0], wrong_video(what, videos, tmp_path)]
    with pytest.raises(SscError, match=kind.identifier):
        timed(some, session)
    log = ProblemLog()
    assert [video.trial for video in timed(some, session, keep_going=True, log=log)] == [videos[0].trial]
    assert list(log.by_kind()) == [kind]


def test_a_video_that_runs_into_the_next_is_told(made: tuple[SyntheticSession, Session], tmp_path: Path) -> None:
    synthetic, session = made
    path = tmp_path / "long.mp4"
    write_video(path=path, n_frames=3000, rate_hz=500.0)
    videos = videos_of(synthetic)
    log = ProblemLog()
    timed([VideoFile(path=path, trial=videos[0].trial, byte_size=0), videos[1]], session, log=log)
    (problem,) = log.by_kind()[kinds.VIDEO_OVERLAPS]
    assert problem.field == f"trial {videos[0].trial}"
