"""Whisker videos of a whole session: their trials and time stamps in the NWB file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import h5py
import numpy as np
import pytest
import yaml
from converting import convert
from edit_list import set_edit_list
from made_sessions import Converted

from ssc_to_nwb.api.planning import plan
from ssc_to_nwb.testing.dataset import write_session
from ssc_to_nwb.testing.spec import SessionSpec
from ssc_to_nwb.testing.videos import number_of_frame

SPEC = SessionSpec(
    subvolumes=(),
    n_trials=4,
    trials_without_whisker=(),
    image_shape=(20, 30),
    video_name="whisker/WDBP_an900001_20130308_main_{running:04d}_20130308132529.mp4",
)
Build = Callable[..., Converted]


@pytest.fixture
def converted(tmp_path: Path) -> Build:
    """Converts a session with videos, given its spec and the edits of the first video."""

    def build(spec: SessionSpec = SPEC, *, edits: list[tuple[int, int]] | None = None) -> Converted:
        made = write_session(root=tmp_path / "source", spec=spec, raw=False)
        if edits:
            set_edit_list(next(iter(made.video_paths.values())), edits)
        result = convert(source=tmp_path / "source", output=tmp_path / "nwb")
        return Converted(made=made, outcome=result.outcomes[0])

    return build


def test_the_rig_s_names(converted: Build) -> None:
    made = converted()
    assert len(made.warned("video-order-assumed")) == 1
    assert made.warned("video-without-trial") == []
    with h5py.File(made.path) as file:
        series = file["acquisition/whisker_video"]
        names = [Path(name).name for name in series["external_file"].asstr()[:]]
        assert names == [path.name for path in made.made.video_paths.values()]
        numbers = ", ".join(map(str, made.made.trials.numbers))
        assert f"Assumed from the order of the videos' running numbers: trials {numbers}." in series.attrs["comments"]
        assert "follow each other as the trials do" in file["general/notes"].asstr()[()]


def test_fewer_videos_than_trials_stay_out_until_they_are_listed(converted: Build, tmp_path: Path) -> None:
    spec = replace(SPEC, trials_without_video=(0,))
    made = converted(spec)
    assert len(made.warned("video-without-trial")) == 3
    with h5py.File(made.path) as file:
        assert "whisker_video" not in file["acquisition"]
    listed = {path.name: trial for trial, path in made.made.video_paths.items()}
    metadata = {"sessions": {spec.session_name: {"source": {"video_trials": listed}}}}
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(metadata))
    result = convert(source=tmp_path / "source", output=tmp_path / "second", metadata_files=[path], verify="off")
    assert result.outcomes[0].output is not None
    with h5py.File(result.outcomes[0].output) as file:
        assert len(file["acquisition/whisker_video/external_file"]) == 3


def test_frames_that_an_edit_list_hides_have_no_time_stamp(converted: Build) -> None:
    made = converted(edits=[(5000, 5 * 32)])
    whisker = made.made.whisker
    assert whisker is not None
    with h5py.File(made.path) as file:
        series = file["acquisition/whisker_video"]
        time_s = series["timestamps"][:]
        starts = [*series["external_file"].attrs["starting_frame"], time_s.size]
        for place, (trial, path) in enumerate(made.made.video_paths.items()):
            with av.open(str(path)) as container:
                shown = [number_of_frame(frame.to_ndarray(format="gray")) for frame in container.decode(video=0)]
            samples_s = whisker.time_ms[whisker.trials == trial] / 1000
            np.testing.assert_allclose(time_s[starts[place] : starts[place + 1]], samples_s[shown])
    assert starts[1] == np.count_nonzero(whisker.trials == next(iter(made.made.video_paths))) - 5


class TestCopies:
    """Videos of the output: copies, or hard links where that was asked for."""

    @pytest.fixture
    def source(self, tmp_path: Path) -> Path:
        write_session(root=tmp_path / "source", spec=SPEC, raw=False)
        return tmp_path / "source"

    def converted_pairs(self, source: Path, output: Path, **options: object) -> list[tuple[Path, Path]]:
        """Each video of the source, with that of the output."""
        (outcome,) = convert(source=source, output=output, verify="off", **options).outcomes
        assert outcome.output is not None, outcome.error
        placed = {path.name: path for path in output.rglob("*.mp4")}
        pairs = [(path, placed[path.name]) for path in source.rglob("*.mp4")]
        assert len(pairs) == 4
        assert all(video.read_bytes() == copy.read_bytes() for video, copy in pairs)
        return pairs

    def test_they_are_the_output_s_own_whatever_a_later_run_asks_for(self, source: Path, tmp_path: Path) -> None:
        """The option alone converts nothing again, and an edit of the output leaves the source as it is."""
        pairs = self.converted_pairs(source, tmp_path / "output")
        again = convert(source=source, output=tmp_path / "output", link_videos=True, verify="off")
        assert again.outcomes[0].status == "skipped"
        before = [video.read_bytes() for video, _ in pairs]
        for _, copy in pairs:
            with copy.open("r+b") as file:
                file.write(b"edited")
        assert [video.read_bytes() for video, _ in pairs] == before

    def test_links_where_asked_for(self, source: Path, tmp_path: Path) -> None:
        assert all(video.samefile(copy) for video, copy in self.converted_pairs(source, tmp_path, link_videos=True))

    def test_plan_counts_copies_and_no_links(self, source: Path, tmp_path: Path) -> None:
        videos = sum(path.stat().st_size for path in source.rglob("*.mp4"))
        copied = plan(source=source, output=tmp_path / "output")
        linked = plan(source=source, output=tmp_path / "output", link_videos=True)
        assert copied.output_bytes - linked.output_bytes == videos > 10_000
        assert copied.room.output_needed - linked.room.output_needed == videos
