"""`convert` on the command line: what it prints, what it exits with."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import h5py
import pytest
from click.testing import CliRunner, Result
from made_sessions import Struct, write

from ssc_to_nwb.cli.main import group

pytestmark = pytest.mark.usefixtures("in_this_process")
SMALL: dict[str, Any] = {"subvolumes": ()}
BARE: dict[str, Any] = {**SMALL, "whisker_data": False}


def call(*arguments: object) -> Result:
    return CliRunner().invoke(group, ["convert", *map(str, arguments)], catch_exceptions=False)


def two_types(s: Struct) -> None:
    s["trialTypeMat"][:, 1] = 1


@pytest.fixture
def source(tmp_path: Path) -> Path:
    write(tmp_path / "source", **SMALL)
    return tmp_path / "source"


@pytest.fixture
def bare_source(tmp_path: Path) -> Path:
    """A source of one session, converted as soon as one can be."""
    write(tmp_path / "source", **BARE)
    return tmp_path / "source"


@pytest.fixture
def half_wrong(tmp_path: Path) -> Path:
    for animal, edit in (("an1", two_types), ("an2", None)):
        write(tmp_path / "source", animal=animal, edit=edit, **BARE)
    return tmp_path / "source"


def test_all_done_and_each_kind_of_warning_once_with_its_count(source: Path, tmp_path: Path) -> None:
    result = call(source, tmp_path / "nwb")
    assert result.exit_code == 0
    assert "an900001_2013_03_08: converted in" in result.stdout
    assert "verified: full" in result.stdout
    assert "1 of 1 sessions done" in result.stdout
    assert str(tmp_path / "nwb/sub-an900001/sub-an900001_ses-20130308_behavior.nwb") in result.stdout
    reported = result.stderr
    assert reported.count("[values-nan]") == 1
    assert "Values are not a number (NaN) (2 times) [values-nan]" in reported
    assert "whiskerVars" not in reported
    assert "s.timeSeriesArrayHash.value{1}.valueMatrix" in reported


def test_verbose_prints_every_warning(source: Path, tmp_path: Path) -> None:
    reported = call(source, tmp_path / "nwb", "-v", "--verify", "off").stderr
    assert "'Angle for c2'" in reported
    assert "'Curvature change for c2'" in reported


def test_a_failure_is_summed_up_and_the_others_are_converted(half_wrong: Path, tmp_path: Path) -> None:
    result = call(half_wrong, tmp_path / "nwb")
    assert result.exit_code == 1
    assert "1 of 2 sessions done" in result.stdout
    assert "an2_2013_03_08: converted" in result.stdout
    assert "an1_2013_03_08: failed" in result.stderr
    assert "A trial has two types [trial-type-twice]" in result.stderr
    assert "field: s.trialTypeMat" in result.stderr
    assert "failed: an1_2013_03_08" in result.stderr
    assert "Traceback" not in result.output
    assert (tmp_path / "nwb/sub-an2").is_dir()
    assert not (tmp_path / "nwb/sub-an1").exists()


def test_a_fault_of_the_metadata_is_shown_once(tmp_path: Path) -> None:
    for animal, day in (("an1", 8), ("an1", 9), ("an2", 8)):
        write(tmp_path / "source", animal=animal, date=date(2013, 3, day), **BARE)
    mine = tmp_path / "mine.yaml"
    mine.write_text("subject: {weight: twenty}\n")
    result = call(tmp_path / "source", tmp_path / "nwb", "--metadata", mine)
    assert (result.exit_code, result.stderr.count("metadata-value-invalid")) == (1, 1)
    assert "such as 21 g" in result.stderr
    mine.write_text("subjects: {an1: {subject: {weight: twenty}}}\n")
    result = call(tmp_path / "source", tmp_path / "nwb", "--metadata", mine)
    assert (result.exit_code, result.stderr.count("metadata-value-invalid")) == (1, 1)
    assert "an1_2013_03_09: failed, for the reason shown at an1_2013_03_08" in result.stderr
    assert "an2_2013_03_08: converted" in result.stdout


@pytest.mark.parametrize("command", ["convert", "plan", "sessions"])
def test_entries_of_the_metadata_that_fit_nothing_are_named_once_at_the_end(tmp_path: Path, command: str) -> None:
    source, output, mine = tmp_path / "source", tmp_path / "nwb", tmp_path / "mine.yaml"
    for animal, day in (("an900001", 8), ("an900001", 9), ("an900002", 8)):
        write(source, animal=animal, date=date(2013, 3, day), **BARE)
    mine.write_text(
        "subjects:\n  an900001: {subject: {weight: 21 g}}\n  an90002: {subject: {weight: 22 g}}\n"
        "sessions:\n  an555555_2014_01_01: {subject: {weight: 23 g}}\n"
    )
    likely = f"{mine}, line 3: an90002 fits no subject. Did you mean an900002?\n"
    other = f"{mine}, line 5: an555555_2014_01_01 fits no session.\n"

    def reported(*further: object) -> str:
        places = (source,) if command == "sessions" else (source, output)
        unverified = ("--verify", "off") if command == "convert" else ()
        arguments = [command, *places, "--metadata", mine, *unverified, *further]
        return CliRunner().invoke(group, [str(one) for one in arguments], catch_exceptions=False).stderr

    said = reported()
    assert (said.count("[metadata-entry-unused]"), said.count(likely), said.count(other)) == (1, 1, 1)
    assert "(2 times) [metadata-entry-unused]" in said
    chosen = reported("--session", "an900001*")
    assert (chosen.count(likely), chosen.count(other)) == (1, 0)
    mine.write_text("sessions:\n  an900001_2013_03_08: {subject: {weight: 23 g}}\n")
    assert "metadata-entry-unused" not in reported()


def test_quiet_prints_nothing_but_errors(half_wrong: Path, tmp_path: Path) -> None:
    result = call(half_wrong, tmp_path / "nwb", "-q", "--verify", "off")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "an1_2013_03_08: failed" in result.stderr
    assert "an2" not in result.stderr


def test_verbose_shows_where_it_failed(half_wrong: Path, tmp_path: Path) -> None:
    assert "Traceback" in call(half_wrong, tmp_path / "nwb", "-v", "--session", "an1*").stderr


def test_json_on_standard_output_and_nothing_else_there(half_wrong: Path, tmp_path: Path) -> None:
    write(half_wrong, animal="an2", **SMALL)
    result = call(half_wrong, tmp_path / "nwb", "--json")
    assert result.exit_code == 1
    reported = json.loads(result.stdout)
    failed, done = reported["sessions"]
    assert (reported["ok"], failed["status"], done["status"]) == (False, "failed", "converted")
    assert failed["output"] is None
    error = failed["error"]
    assert (error["identifier"], error["field"], error["found"]) == (
        "trial-type-twice", "s.trialTypeMat", "trial 3 is HitL and HitR and ErrL and ErrR and NoLickL and NoLickR",
    )  # fmt: skip
    assert Path(done["output"]).is_file()
    assert done["output_bytes"] == Path(done["output"]).stat().st_size
    warnings = [problem for problem in done["problems"] if problem["severity"] == "warning"]
    assert [warning["identifier"] for warning in warnings].count("values-nan") == 2
    assert all(warning["remedy"] for warning in warnings)


def test_options_reach_the_conversion(bare_source: Path, tmp_path: Path) -> None:
    mine, last = tmp_path / "mine.yaml", tmp_path / "last.yaml"
    mine.write_text("session: {lab: First}\n")
    last.write_text("session: {lab: Last}\n")
    result = call(
        bare_source, tmp_path / "nwb", "--stub", "--metadata", mine, "--metadata", last,
        "--session", "an9*", "--session", "x",
    )  # fmt: skip
    assert result.exit_code == 0
    (path,) = (tmp_path / "nwb").rglob("*.nwb")
    assert "_desc-stub_" in path.name
    with h5py.File(path) as file:
        assert file["general/lab"][()] == b"Last"


def test_overwrite(bare_source: Path, tmp_path: Path) -> None:
    place = tmp_path / "nwb/sub-an900001/sub-an900001_ses-20130308_behavior.nwb"
    place.parent.mkdir(parents=True)
    place.write_text("somebody's work")
    refused = call(bare_source, tmp_path / "nwb")
    assert refused.exit_code == 1
    assert "[output-exists]" in refused.stderr
    assert "--overwrite" in refused.stderr
    assert call(bare_source, tmp_path / "nwb", "--overwrite", "--verify", "off").exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("--raw", "some"),
        ("--compression", "lots"),
        ("--workers", "0"),
        ("--memory-mb", "few"),
        ("--verify", "maybe"),
        ("--metadata", "absent.yaml"),
    ],
)
def test_wrong_usage(bare_source: Path, tmp_path: Path, arguments: tuple[str, str]) -> None:
    assert call(bare_source, tmp_path / "nwb", *arguments).exit_code == 2
    assert not (tmp_path / "nwb").exists()


def test_an_output_that_is_a_file(bare_source: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert call(bare_source, tmp_path / "file").exit_code == 2
    result = call(bare_source, tmp_path / "file/nwb")
    assert result.exit_code == 1
    assert "[output-not-writable]" in result.stderr


def test_file_names_that_are_no_utf_8(tmp_path: Path) -> None:
    made = write(tmp_path / "source", raw=True, n_trials=2, trials_without_whisker=(), **SMALL)
    video = min(made.folder.rglob("*.mp4"))
    odd = [made.folder / os.fsdecode(b"notes\xff.txt"), video.with_name(os.fsdecode(b"\xff") + video.name)]
    try:
        odd[0].write_text("x")
        video.rename(odd[1])
    except OSError:
        pytest.skip("the file system takes no such names")
    result = call(tmp_path / "source", tmp_path / "nwb", "--json")
    assert result.exit_code == 0, result.output
    (session,) = json.loads(result.stdout_bytes.decode("utf-8"))["sessions"]
    assert str(odd[0]) in {problem.get("file") for problem in session["problems"]}
    with h5py.File(session["output"]) as file:
        paths = file["processing/source/source_files/path"].asstr()[:].tolist()
        assert f"{made.folder.name}/notes\\xff.txt" in paths
        names = file["acquisition/whisker_video/external_file"].asstr()[:]
        assert f"_{video.name}" in {Path(name).name for name in names}


def test_what_a_run_goes_on_in_spite_of_is_a_warning_that_names_the_file(tmp_path: Path) -> None:
    made = write(
        tmp_path / "source", raw=True, n_trials=2, trials_with_broken_video=(1,), trials_without_whisker=(), **SMALL
    )
    number = made.trials.numbers[1]
    video = next(path for path in made.folder.rglob("*.mp4") if path.stem.endswith(f"_trial_{number:03d}"))
    result = call(tmp_path / "source", tmp_path / "nwb", "--keep-going", "--verify", "off")
    assert result.exit_code == 0
    assert "warning: Cannot read a whisker video [video-unreadable]" in result.stderr
    assert f"    {video}, " in result.stderr
    assert "error:" not in result.stderr
    reported = json.loads(
        call(tmp_path / "source", tmp_path / "json", "--keep-going", "--verify", "off", "--json").stdout
    )
    (problem,) = (one for one in reported["sessions"][0]["problems"] if one["identifier"] == "video-unreadable")
    assert (problem["severity"], problem["file"]) == ("warning", str(video))


@pytest.mark.parametrize("arguments", [["", "out"], ["source", ""], ["source", "out", "--work-dir", ""]])
@pytest.mark.parametrize("command", ["convert", "plan"])
def test_an_empty_text_names_no_folder(
    arguments: list[str], command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a shell writes it for a variable that is not set."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "source").mkdir()
    result = CliRunner().invoke(group, [command, *arguments])
    assert result.exit_code == 2
    assert "names no file or folder" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["source"]
