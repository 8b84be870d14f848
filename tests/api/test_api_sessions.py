"""Listing sessions: what each holds, without converting anything."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from made_sessions import AWKWARD, problem_raised, write

from ssc_to_nwb.api.planning import plan
from ssc_to_nwb.api.sessions import SessionSummary, list_sessions, sessions_table
from ssc_to_nwb.testing.dataset import SyntheticSession, write_session
from ssc_to_nwb.testing.spec import StackSpec, SubvolumeSpec

EVENTS = ("poleInReach", "touches", "leftLicks", "rightLicks", "leftReward", "rightReward", "rewardCue")
SMALL = {"subvolumes": (SubvolumeSpec(planes=(2, 3), rois_per_plane=2),), "image_shape": (20, 30), "n_trials": 3}


def listed(root: Path, **options: object) -> SessionSummary:
    (summary,) = list_sessions(source=root, **options)
    return summary


def test_counts_of_everything(tmp_path: Path) -> None:
    made = write_session(root=tmp_path, spec=AWKWARD, raw=False, videos=False)
    summary = listed(tmp_path)
    assert (summary.session, summary.path, summary.dataset) == ("an900007_2013_12_01", made.mat_path, "ssc-1")
    assert (summary.trials, summary.subvolumes, summary.planes) == (9, 2, 4)
    assert summary.rois == len(made.rois)
    assert summary.whiskers == ("c1", "c2", "D4")
    assert summary.data_types == ("whisker", "masks", "raw", "dff", "event", *EVENTS)
    assert summary.mat_bytes == made.mat_path.stat().st_size
    assert summary.error is None


def test_a_poor_session(tmp_path: Path) -> None:
    write(tmp_path, whisker_data=False, arrays=("dff",))
    summary = listed(tmp_path)
    assert summary.whiskers == ()
    assert summary.data_types == ("masks", "dff", *(name for name in EVENTS if name != "touches"))


class TestRawFiles:
    @pytest.fixture(scope="class")
    def made(self, tmp_path_factory: pytest.TempPathFactory) -> SyntheticSession:
        root = tmp_path_factory.mktemp("raw")
        return write(root, raw=True, stacks=StackSpec(side_images=False, files_missing=(2,)), **SMALL)

    def test_stacks_there_and_missing_with_their_bytes(self, made: SyntheticSession) -> None:
        summary = listed(made.root)
        names = sum(len(plane.listed_paths) for plane in made.planes)
        there = [path for path in made.stack_paths.values() if path.exists()]
        assert (summary.raw_present, summary.raw_missing) == (len(there), names - len(there))
        assert summary.raw_missing == 2
        assert summary.videos == len(made.video_paths) == 3
        files = [*there, *made.video_paths.values()]
        assert summary.raw_bytes == sum(path.stat().st_size for path in files)

    def test_as_many_bytes_as_the_plan_reads(self, tmp_path: Path) -> None:
        write(tmp_path / "source", raw=True, stacks=StackSpec(imreg_files=True), **SMALL)
        summary = listed(tmp_path / "source")
        (planned,) = plan(source=tmp_path / "source", output=tmp_path / "nwb").sessions
        assert summary.mat_bytes + summary.raw_bytes == planned.source_bytes

    def test_without_a_folder_all_that_is_listed_is_missing(self, tmp_path: Path) -> None:
        made = write(tmp_path, **SMALL)
        summary = listed(tmp_path)
        assert summary.raw_missing == sum(len(plane.listed_paths) for plane in made.planes)
        assert (summary.raw_present, summary.raw_bytes, summary.videos) == (0, 0, 0)


class TestPackedSources:
    @pytest.fixture(scope="class")
    def made(self, tmp_path_factory: pytest.TempPathFactory) -> SyntheticSession:
        root = tmp_path_factory.mktemp("unpacked")
        return write(root, raw=True, stacks=StackSpec(files_missing=(2,)), **SMALL)

    @pytest.mark.parametrize("kind", ["tar", "gztar", "zip"])
    def test_all_in_one_packed_file(self, made: SyntheticSession, tmp_path: Path, kind: str) -> None:
        packed = Path(shutil.make_archive(str(tmp_path / "all"), kind, made.root))
        looked_into: list[Path] = []
        (summary,) = list_sessions(source=tmp_path, on_listing=looked_into.append)
        assert looked_into == [packed]
        assert summary.packed_in == (packed,)
        unpacked = listed(made.root)
        assert replace(summary, path=unpacked.path, packed_in=()) == unpacked
        assert list(tmp_path.iterdir()) == [packed]

    def test_the_session_file_beside_its_packed_raw_files(self, made: SyntheticSession, tmp_path: Path) -> None:
        shutil.copy2(made.mat_path, tmp_path)
        name = made.spec.session_name
        packed = Path(shutil.make_archive(str(tmp_path / name), "tar", made.root / name))
        summary = listed(tmp_path)
        unpacked = listed(made.root)
        assert replace(summary, path=unpacked.path, packed_in=()) == unpacked
        assert (summary.path, summary.packed_in) == (tmp_path / made.mat_path.name, (packed,))

    def test_damaged_ones_are_listed_with_their_errors(self, tmp_path: Path) -> None:
        (tmp_path / "made").mkdir()
        (tmp_path / "made" / "an1_2013_03_08_session.mat").write_bytes(b"no mat file")
        packed = Path(shutil.make_archive(str(tmp_path / "all"), "zip", tmp_path / "made"))
        shutil.rmtree(tmp_path / "made")
        (tmp_path / "broken.tar").write_bytes(b"no tar file")
        first, second = list_sessions(source=tmp_path)
        assert first.error is not None
        assert second.error is not None
        assert (first.session, first.error.kind.identifier) == ("an1_2013_03_08", "mat-unreadable")
        assert first.error.file == str(packed / "an1_2013_03_08_session.mat")
        assert (second.session, second.error.kind.identifier) == ("broken", "packed-unreadable")


class TestWrongSources:
    def test_an_unreadable_session_is_listed_with_its_error(self, tmp_path: Path) -> None:
        broken = write(tmp_path, animal="an1", **SMALL)
        broken.mat_path.write_bytes(broken.mat_path.read_bytes()[:1000])
        write(tmp_path, animal="an2", **SMALL)
        first, second = list_sessions(source=tmp_path)
        assert first.error is not None
        assert (first.error.kind.identifier, first.trials) == ("mat-unreadable", 0)
        assert (second.error, second.trials) == (None, 3)

    def test_a_link_that_leads_nowhere(self, tmp_path: Path) -> None:
        (tmp_path / "an1_2013_03_08_session.mat").symlink_to(tmp_path / "gone.mat")
        summary = listed(tmp_path)
        assert summary.error is not None
        assert summary.error.kind.identifier == "source-not-readable"
        assert summary.error.found == f"a link to {tmp_path / 'gone.mat'}, which leads to no file"

    def test_no_source(self, tmp_path: Path) -> None:
        with problem_raised() as found:
            list_sessions(source=tmp_path / "absent")
        assert found[0].kind.identifier == "source-missing"

    def test_a_wrong_metadata_file(self, tmp_path: Path) -> None:
        write(tmp_path, **SMALL)
        (tmp_path / "mine.yaml").write_text("sorce: {}\n")
        with problem_raised() as found:
            list_sessions(source=tmp_path, metadata_files=[tmp_path / "mine.yaml"])
        assert found[0].kind.identifier == "metadata-key-unknown"

    def test_metadata_that_are_wrong_for_one_session(self, tmp_path: Path) -> None:
        for animal in ("an1", "an2"):
            write(tmp_path, animal=animal, **SMALL)
        (tmp_path / "mine.yaml").write_text("subjects: {an1: {subject: {sex: male}}}\n")
        first, second = list_sessions(source=tmp_path, metadata_files=[tmp_path / "mine.yaml"])
        assert first.error is not None
        assert (first.error.field, second.error) == ("subject.sex", None)


def test_globs_and_metadata(tmp_path: Path) -> None:
    write(tmp_path, animal="an1", variable_name="q", **SMALL)
    write(tmp_path, animal="an2", **SMALL)
    (tmp_path / "mine.yaml").write_text("source: {variable_names: [q]}\n")
    summary = listed(tmp_path, sessions=["an1*"], metadata_files=[tmp_path / "mine.yaml"])
    assert (summary.session, summary.error) == ("an1_2013_03_08", None)


def test_json_and_table(tmp_path: Path) -> None:
    for animal in ("an2", "an1"):
        write(tmp_path, animal=animal, **SMALL)
    summaries = list_sessions(source=tmp_path)
    reported = json.loads(json.dumps([summary.as_dict() for summary in summaries]))
    assert [one["session"] for one in reported] == ["an1_2013_03_08", "an2_2013_03_08"]
    table = sessions_table(summaries)
    assert table.loc["an2_2013_03_08", "trials"] == 3
    assert table["rois"].sum() == 8
    assert sessions_table(()).empty


@pytest.mark.sample
def test_the_sample(sample_root: Path) -> None:
    first, second = list_sessions(source=sample_root)
    assert (first.planes, first.rois, first.raw_missing, first.videos) == (6, 36, 0, 6)
    assert (second.planes, second.rois, second.raw_missing, second.videos) == (2, 10, 0, 6)
