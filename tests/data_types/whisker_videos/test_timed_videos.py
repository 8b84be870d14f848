"""Videos on the session's clock."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest
from edit_list import EMPTY, set_edit_list

from ssc_to_nwb.data_types.whisker_videos.timed_videos import TimedVideo, open_videos
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog, SscError, grouped_by_kind
from ssc_to_nwb.session.session import Session, read_session
from ssc_to_nwb.source_files.raw_inventory import VideoFile
from ssc_to_nwb.testing.dataset import SyntheticSession, write_session
from ssc_to_nwb.testing.spec import SessionSpec, SubvolumeSpec
from ssc_to_nwb.testing.videos import number_of_frame, write_video


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
    return [VideoFile(path=path, trial=trial) for trial, path in synthetic.video_paths.items()]


def timed(videos: list[VideoFile], session: Session, **options: Any) -> tuple[TimedVideo, ...]:
    settings: dict[str, Any] = {"rate_hz": 500.0, "log": ProblemLog()} | options
    raw = SimpleNamespace(inventory=SimpleNamespace(videos=videos), keep_going=settings.get("keep_going", False))
    metadata = SimpleNamespace(video=SimpleNamespace(rate_hz=settings["rate_hz"]))
    sources: Any = SimpleNamespace(
        raw=raw, session=session, log=settings["log"], context=SimpleNamespace(metadata=metadata)
    )
    return open_videos(sources)


def test_frames_have_the_times_of_the_whisker_samples(made: tuple[SyntheticSession, Session]) -> None:
    synthetic, session = made
    found = timed(videos_of(synthetic), session)
    assert [video.trial for video in found] == synthetic.trials.numbers.tolist()
    whisker = synthetic.whisker
    assert whisker is not None
    for video in found[:2]:
        assert video.clock == "samples"
        assert np.array_equal(video.time_ms, whisker.time_ms[whisker.trials == video.trial])


def test_a_trial_without_samples_runs_from_its_start_at_the_frame_rate(
    made: tuple[SyntheticSession, Session],
) -> None:
    synthetic, session = made
    log = ProblemLog()
    video = timed(videos_of(synthetic), session, log=log)[2]
    assert video.clock == "rate"
    assert video.time_ms[0] == synthetic.trials.start_ms[2]
    assert np.allclose(np.diff(video.time_ms), 2.0)
    assert len(video.time_ms) == video.header.frame_count
    problem = grouped_by_kind(log.problems)[kinds.VIDEO_FRAME_COUNT][0]
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
    assert len(grouped_by_kind(log.problems)[kinds.VIDEO_FRAME_COUNT]) == 2


def test_a_rate_other_than_the_videos_is_reported(made: tuple[SyntheticSession, Session]) -> None:
    synthetic, session = made
    log = ProblemLog()
    video = timed(videos_of(synthetic), session, rate_hz=250.0, log=log)[3]
    assert np.allclose(np.diff(video.time_ms), 4.0)
    assert "the video itself says 500" in str(grouped_by_kind(log.problems)[kinds.VIDEO_FRAME_COUNT][1].detail)


def test_videos_of_no_known_trial_are_left_out(made: tuple[SyntheticSession, Session]) -> None:
    synthetic, session = made
    path = videos_of(synthetic)[0].path
    strange = [VideoFile(path=path, trial=trial) for trial in (None, 999)]
    log = ProblemLog()
    assert timed(strange, session, log=log) == ()
    found = [problem.found for problem in grouped_by_kind(log.problems)[kinds.VIDEO_WITHOUT_TRIAL]]
    assert found == ["no trial number in its name", "trial 999"]


def wrong_video(kind: str, videos: list[VideoFile], tmp_path: Path) -> VideoFile:
    path = tmp_path / "wrong.mp4"
    if kind == "twice":
        return VideoFile(path=videos[1].path, trial=videos[0].trial)
    if kind == "damaged":
        path.write_bytes(videos[1].path.read_bytes()[:300])
    else:
        with av.open(str(path), "w") as container:
            stream = container.add_stream("mpeg4", rate=500)
            stream.height, stream.width, stream.pix_fmt = 32, 32, "yuv420p"
            frame = av.VideoFrame.from_ndarray(np.zeros((48, 32), np.uint8), format="yuv420p")
            for packet in [*stream.encode(frame), *stream.encode()]:
                container.mux(packet)
    return VideoFile(path=path, trial=videos[1].trial)


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
    assert list(grouped_by_kind(log.problems)) == [kind]


def test_a_video_that_runs_into_the_next_is_reported(made: tuple[SyntheticSession, Session], tmp_path: Path) -> None:
    synthetic, session = made
    path = tmp_path / "long.mp4"
    write_video(path=path, n_frames=3000, rate_hz=500.0)
    videos = videos_of(synthetic)
    log = ProblemLog()
    timed([VideoFile(path=path, trial=videos[0].trial), videos[1]], session, log=log)
    (problem,) = grouped_by_kind(log.problems)[kinds.VIDEO_OVERLAPS]
    assert problem.field == f"trial {videos[0].trial}"


def numbers_shown(path: Path) -> list[int]:
    """The numbers of the frames that a reader gets, in its order."""
    with av.open(str(path)) as container:
        return [number_of_frame(frame.to_ndarray(format="gray")) for frame in container.decode(video=0)]


def samples_of(synthetic: SyntheticSession, trial: int) -> np.ndarray:
    assert synthetic.whisker is not None
    return synthetic.whisker.time_ms[synthetic.whisker.trials == trial]


class TestWithAnEditList:
    """The first trial's video hides coded frames; each frame that a reader gets has the time at which it was taken."""

    @pytest.fixture
    def videos(self, made: tuple[SyntheticSession, Session], tmp_path: Path) -> list[VideoFile]:
        videos = videos_of(made[0])
        path = tmp_path / videos[0].path.name
        path.write_bytes(videos[0].path.read_bytes())
        return [VideoFile(path=path, trial=videos[0].trial), videos[1]]

    @pytest.mark.parametrize(
        "edits",
        [
            *(pytest.param(one, marks=pytest.mark.long) for one in ([(5000, 5 * 32)], [(100, 0)])),
            [(40, EMPTY), (5000, 5 * 32)],
            pytest.param([(40, EMPTY), (5000, 0)], marks=pytest.mark.long),
        ],
    )
    def test_a_frame_that_is_read_has_its_time(
        self, made: tuple[SyntheticSession, Session], videos: list[VideoFile], edits: list[tuple[int, int]]
    ) -> None:
        synthetic, session = made
        set_edit_list(videos[0].path, edits)
        log = ProblemLog()
        first, second = timed(videos, session, log=log)
        shown = numbers_shown(first.header.path)
        assert first.header.frame_count == len(shown)
        np.testing.assert_array_equal(first.time_ms, samples_of(synthetic, first.trial)[shown])
        np.testing.assert_array_equal(second.time_ms, samples_of(synthetic, second.trial))
        assert first.clock == "samples"
        assert log.problems == []

    def test_a_video_that_shows_a_frame_per_sample_needs_no_hidden_ones(
        self, made: tuple[SyntheticSession, Session], videos: list[VideoFile]
    ) -> None:
        synthetic, session = made
        samples_ms = samples_of(synthetic, int(videos[0].trial or 0))
        write_video(path=videos[0].path, n_frames=samples_ms.size + 5, rate_hz=500.0)
        set_edit_list(videos[0].path, [(5000, 5 * 32)])
        first = timed(videos, session)[0]
        np.testing.assert_array_equal(first.time_ms, samples_ms)

    def test_of_another_number_of_frames_runs_from_the_first_coded_one(
        self, made: tuple[SyntheticSession, Session], videos: list[VideoFile]
    ) -> None:
        synthetic, session = made
        write_video(path=videos[0].path, n_frames=50, rate_hz=500.0)
        set_edit_list(videos[0].path, [(5000, 5 * 32)])
        log = ProblemLog()
        first = timed(videos, session, log=log)[0]
        start_ms = samples_of(synthetic, first.trial)[0]
        np.testing.assert_allclose(first.time_ms, start_ms + 2.0 * np.arange(5, 50))
        (problem,) = log.problems
        assert problem.found == "45 frames, and 5 that an edit list hides"


@pytest.mark.parametrize("b_frames", [0, 2])
def test_a_rate_that_varies_is_the_video_s_own(
    made: tuple[SyntheticSession, Session], tmp_path: Path, b_frames: int
) -> None:
    synthetic, session = made
    frame_ms = np.cumsum([0.0, *np.tile([2.0, 4.0, 6.0], 20)])
    path = tmp_path / "a.mp4"
    write_video(path=path, n_frames=frame_ms.size, rate_hz=500.0, frame_ms=frame_ms, b_frames=b_frames)
    trial = int(synthetic.trials.numbers[0])
    log = ProblemLog()
    (video,) = timed([VideoFile(path=path, trial=trial)], session, log=log)
    np.testing.assert_allclose(video.time_ms, samples_of(synthetic, trial)[0] + frame_ms)
    assert video.clock == "own"
    assert "the video's own" in str(log.problems[0].detail)
