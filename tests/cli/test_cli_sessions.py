"""`sessions` on the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from made_sessions import write

from ssc_to_nwb.cli.main import group
from ssc_to_nwb.testing.spec import SubvolumeSpec

SMALL = {"subvolumes": (SubvolumeSpec(planes=(2, 3), rois_per_plane=2),), "image_shape": (20, 30), "n_trials": 3}


def call(*arguments: object) -> Result:
    return CliRunner().invoke(group, ["sessions", *map(str, arguments)], catch_exceptions=False)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    write(tmp_path, animal="an1", raw=True, **SMALL)
    write(tmp_path, animal="an2", whiskers=("c1", "c2"), **SMALL)
    return tmp_path


def test_the_list(source: Path) -> None:
    result = call(source)
    assert result.exit_code == 0
    for line in (
        "an1_2013_03_08  (ssc-1, ",
        "  3 trials, 1 subvolume, 2 planes, 4 ROIs, whiskers c2",
        "  data types: whisker, masks, raw, dff, event, poleInReach",
        "  raw files: 6 stacks present, 0 missing, 3 videos, ",
        "  census: does not have this session",
        "  3 trials, 1 subvolume, 2 planes, 4 ROIs, whiskers c1, c2",
        "  raw files: 0 stacks present, 6 missing, 0 videos, 0 B",
        "2 sessions, ",
    ):
        assert line in result.stdout


def test_packed_sessions_and_lines_of_a_narrow_terminal(source: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    packed = shutil.make_archive(str(tmp_path_factory.mktemp("packed") / "all"), "zip", source)
    result = call(packed)
    assert result.exit_code == 0
    assert f"looking into {packed}" in result.stderr
    assert result.stdout.count(f"  packed in {packed}\n") == 2
    assert "  raw files: 6 stacks present, 0 missing, 3 videos, " in result.stdout
    assert max(len(line) for line in result.stdout.splitlines() if packed not in line) <= 80


def test_json(source: Path) -> None:
    whole = json.loads(call(source, "--json", "--session", "an2*").stdout)
    assert (whole["ok"], whole["problems"]) == (True, [])
    reported = whole["sessions"]
    assert [one["session"] for one in reported] == ["an2_2013_03_08"]
    assert (reported[0]["whiskers"], reported[0]["raw_missing"], reported[0]["error"]) == (["c1", "c2"], 6, None)


def test_a_session_that_cannot_be_read(source: Path) -> None:
    (source / "an2_2013_03_08_session.mat").write_bytes(b"nothing")
    result = call(source)
    assert result.exit_code == 1
    assert "an1_2013_03_08  (ssc-1" in result.stdout
    assert "[mat-unreadable]" in result.stderr
    whole = json.loads(call(source, "--json").stdout)
    reported = whole["sessions"]
    assert not whole["ok"]
    assert [one["error"] and one["error"]["identifier"] for one in reported] == [None, "mat-unreadable"]


class TestFilesNotTaken:
    @pytest.fixture
    def source(self, tmp_path: Path) -> Path:
        made = write(tmp_path, animal="an1", raw=True, **SMALL)
        (tmp_path / "an1_2013_03_08_notes.mat").write_bytes(b"x")
        (made.folder / "fov_01002" / "fluo_batch_out" / "imreg_err_file.mat").write_bytes(b"x")
        return tmp_path

    @pytest.mark.parametrize("packed", [False, True])
    def test_they_are_named_with_the_reason_and_are_no_error(
        self, source: Path, tmp_path_factory: pytest.TempPathFactory, *, packed: bool
    ) -> None:
        if packed:
            source = Path(shutil.make_archive(str(tmp_path_factory.mktemp("packed") / "all"), "zip", source))
        result = call(source)
        assert result.exit_code == 0
        assert "an1_2013_03_08_notes.mat: its name continues with '_notes.mat' after animal and date" in result.stderr
        assert "what to do: If it is a session, rename" in result.stderr
        assert "imreg_err_file" not in result.stderr
        assert "1 session, " in result.stdout
        assert "  beside the stacks: 1 file of the registration" in result.stdout

    def test_json(self, source: Path) -> None:
        result = call(source, "--json")
        assert result.exit_code == 0
        whole = json.loads(result.stdout)
        (session,), (other,) = whole["sessions"], whole["problems"]
        assert (session["session"], session["error"], session["side_files"]) == ("an1_2013_03_08", None, 1)
        assert other["file"] == str(source / "an1_2013_03_08_notes.mat")
        assert (other["identifier"], other["severity"]) == ("mat-not-taken", "warning")

    @pytest.mark.parametrize("command", ["plan", "convert"])
    @pytest.mark.usefixtures("in_this_process")
    def test_plan_and_convert_name_them_too(self, source: Path, tmp_path: Path, command: str) -> None:
        arguments = [command, str(source), str(tmp_path / "nwb"), "--raw", "skip", "--verify", "off"]
        text = CliRunner().invoke(group, arguments, catch_exceptions=False)
        assert text.exit_code == 0
        assert "an1_2013_03_08_notes.mat: its name continues with" in text.stderr
        reported = json.loads(CliRunner().invoke(group, [*arguments, "--json"], catch_exceptions=False).stdout)
        assert [one["file"] for one in reported["not_taken"]] == [str(source / "an1_2013_03_08_notes.mat")]
