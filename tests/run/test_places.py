"""Where a conversion may write: beside its sources or inside them, but not in place of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from converting import convert
from levels import mostly_long
from made_sessions import problem_raised
from tiny_sessions import write_tiny

from ssc_to_nwb.api.planning import plan
from ssc_to_nwb.api.sessions import list_sessions
from ssc_to_nwb.api.verification import verify_sessions
from ssc_to_nwb.run.session_sources import SourceSearch, find_sources

SESSION = "an900010_2013_01_01"
BOTH = pytest.mark.parametrize("command", [convert, plan])
Command = Callable[..., object]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("place") / "source"
    write_tiny(root, raw=True, whisker_data=False)
    return root


@pytest.fixture
def source(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "source"))


def names_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


class TestRefused:
    """Outputs that would mix what is written with what is read."""

    @BOTH
    def test_the_source_itself_however_it_is_written(
        self, source: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: Command
    ) -> None:
        before = names_below(source)
        (tmp_path / "link").symlink_to(source)
        monkeypatch.chdir(source.parent)
        for same in (source, "source", "./source/../source", tmp_path / "link"):
            with problem_raised() as problems:
                command(source=source, output=same)
            assert problems[0].kind.identifier == "output-is-source"
        assert names_below(source) == before

    @BOTH
    def test_an_empty_text(self, source: Path, command: Command) -> None:
        with problem_raised() as problems:
            command(source=source, output="")
        assert problems[0].kind.identifier == "output-not-named"

    @BOTH
    @pytest.mark.parametrize("folder", [SESSION, f"{SESSION}/fov_01002", f"{SESSION}/fov_01002/fluo_batch_out"])
    def test_a_folder_of_raw_files(self, source: Path, command: Command, folder: str) -> None:
        before = names_below(source)
        with problem_raised() as problems:
            command(source=source, output=source / folder)
        assert problems[0].kind.identifier == "output-is-source"
        assert SESSION in (problems[0].found or "")
        assert names_below(source) == before

    def test_the_folder_where_raw_files_would_be_looked_for(self, tmp_path: Path) -> None:
        write_tiny(tmp_path / "source")
        with problem_raised() as problems:
            convert(source=tmp_path / "source", output=tmp_path / "source" / SESSION)
        assert problems[0].kind.identifier == "output-is-source"
        assert not (tmp_path / "source" / SESSION).exists()


class TestInsideTheSource:
    """An output folder inside the source."""

    @pytest.mark.parametrize(
        "folder", mostly_long(["nwb", "nwb/deep/down", f"{SESSION}/nwb"], quick=f"{SESSION}/nwb".__eq__)
    )
    def test_it_works_and_changes_nothing_about_the_source(self, source: Path, folder: str) -> None:
        output = source / folder
        first = convert(source=source, output=output)
        assert first.ok, first.outcomes
        sessions = list_sessions(source=source)
        again = convert(source=source, output=output)
        assert [outcome.status for outcome in again.outcomes] == ["skipped"]
        assert [session.action for session in plan(source=source, output=output).sessions] == ["skip"]
        assert verify_sessions(source=source, output=output).ok
        assert list_sessions(source=source) == sessions

    def test_videos_in_it_are_not_taken_for_raw_files(self, source: Path) -> None:
        output = source / SESSION / "nwb"
        (source / SESSION / "run_trial_1.mp4").write_bytes(b"not much of a video")
        first = convert(source=source, output=output, keep_going=True, verify="off")
        assert first.ok, first.outcomes
        written = output / "sub-an900010" / "video_trial_2.mp4"
        written.write_bytes(b"as a conversion leaves them beside the NWB file")
        assert [
            one.status for one in convert(source=source, output=output, keep_going=True, verify="off").outcomes
        ] == ["skipped"]
        assert {session.videos for session in list_sessions(source=source)} == {1}

    def test_it_is_not_searched_for_sources(
        self, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        output = source / "nwb"
        shutil.copytree(source, output / "copy")
        shutil.make_archive(str(output / "all"), "zip", output / "copy")
        (tmp_path / "link").symlink_to(output)
        monkeypatch.chdir(tmp_path)
        for same in (output, Path("source/nwb"), Path("source/../link"), tmp_path / "link"):
            (found,) = find_sources(source, SourceSearch(output=same))
            assert found.path == source / f"{SESSION}_session.mat"
            (planned,) = plan(source=source, output=same).sessions
            assert planned.action == "convert"
        done = convert(source=source, output=output, raw="skip", verify="off")
        assert [outcome.ok for outcome in done.outcomes] == [True]


class TestNotWritable:
    """Places that the system keeps for itself: a message, not a traceback."""

    @BOTH
    @pytest.mark.parametrize("raw", ["auto", "skip"])
    def test_a_system_without_room_for_folders(self, source: Path, command: Command, raw: str) -> None:
        with problem_raised() as problems:
            command(source=source, output="/proc/ssc/nwb", raw=raw)
        assert problems[0].kind.identifier == "output-not-writable"

    @BOTH
    def test_a_read_only_disk(self, source: Path, mounted: Callable[..., Path], command: Command) -> None:
        disk = mounted("-t", "tmpfs", "-o", "ro", "tmpfs")
        with problem_raised() as problems:
            command(source=source, output=disk / "nwb")
        assert problems[0].kind.identifier == "output-not-writable"

    @BOTH
    def test_a_file_in_the_way(self, source: Path, tmp_path: Path, command: Command) -> None:
        (tmp_path / "file").write_text("mine")
        for output in (tmp_path / "file" / "nwb", tmp_path / "file"):
            with problem_raised() as problems:
                command(source=source, output=output)
            assert problems[0].kind.identifier == "output-not-writable"
        assert (tmp_path / "file").read_text() == "mine"

    @BOTH
    @pytest.mark.parametrize("name", ["n" * 300, "missing/" + "n" * 300])
    def test_a_name_that_is_too_long(self, source: Path, tmp_path: Path, command: Command, name: str) -> None:
        with problem_raised() as problems:
            command(source=source, output=tmp_path / name)
        assert problems[0].kind.identifier == "output-not-writable"
        assert not any(path.name.startswith(".ssc") for path in tmp_path.iterdir())

    def test_a_work_folder_that_can_not_be_written(self, source: Path, tmp_path: Path) -> None:
        with problem_raised() as problems:
            plan(source=source, output=tmp_path / "nwb", work_dir="/proc/ssc")
        assert problems[0].kind.identifier == "output-not-writable"
