"""`verify`, `ledger` and `digest` on the command line: what they print, and their exit status."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import h5py
import pytest
from click.testing import CliRunner, Result
from converting import SMALL, convert
from made_sessions import Converted

from ssc_to_nwb.cli.main import group
from ssc_to_nwb.testing.dataset import write_session
from ssc_to_nwb.testing.spec import SessionSpec, StackSpec


def run(*arguments: object) -> Result:
    return CliRunner().invoke(group, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def converted(convert_once: Callable[..., Converted]) -> Converted:
    """A session of one small plane and one trial."""
    return convert_once(n_trials=1, trials_without_whisker=(), trial_number_gap_after=())


@pytest.fixture
def wrong(converted: Converted, tmp_path: Path) -> Path:
    """A copy of an output folder in which one value is wrong."""
    output = Path(shutil.copytree(converted.path.parent.parent, tmp_path / "nwb"))
    with h5py.File(output / converted.path.parent.name / converted.path.name, "r+") as file:
        file["/intervals/trials/start_time"][0] += 1
    return output


def test_verify_says_how_much_agrees(converted: Converted):
    result = run("verify", converted.made.root, converted.path.parent.parent)
    assert result.exit_code == 0, result.output
    assert "an900001_2013_03_08: nothing differs" in result.output
    assert "1 of 1 sessions agree with their source" in result.output


def test_verify_takes_one_file_as_well(converted: Converted):
    result = run("verify", converted.made.mat_path, converted.path)
    assert result.exit_code == 0
    assert "1 of 1 sessions agree" in result.output


def test_verify_names_the_object_and_fails(converted: Converted, wrong: Path):
    result = run("verify", converted.made.root, wrong)
    assert result.exit_code == 1
    assert "/intervals/trials/start_time" in result.output
    assert "s.trialStartTimes" in result.output
    assert "0 of 1 sessions agree" in result.output


def test_verify_in_json(converted: Converted, wrong: Path):
    result = run("verify", converted.made.root, wrong, "--json", "--mode", "sample")
    assert result.exit_code == 1
    content = json.loads(result.stdout)
    assert content["ok"] is False
    problems = content["sessions"][0]["report"]["problems"]
    assert problems[0]["identifier"] == "verify-value-differs"
    assert content["sessions"][0]["report"]["mode"] == "sample"


def test_quiet_verify_prints_nothing_but_differences(converted: Converted, wrong: Path):
    good = run("verify", converted.made.root, converted.path.parent.parent, "-q")
    assert (good.exit_code, good.output) == (0, "")
    assert "start_time" in run("verify", converted.made.root, wrong, "-q").output


def test_verify_says_what_could_not_be_compared(converted: Converted, tmp_path: Path):
    result = run("verify", converted.made.root, tmp_path)
    assert result.exit_code == 1
    assert "verify-output-missing" in result.output


def test_wrong_usage_has_a_status_of_its_own(converted: Converted):
    assert run("verify", converted.made.root).exit_code == 2
    assert run("verify", converted.made.root, "/no/such/folder").exit_code == 2
    assert run("digest").exit_code == 2


def test_ledger_shows_shares_of_fields_and_bytes(converted: Converted):
    result = run("ledger", converted.path)
    assert result.exit_code == 0
    shares = {line.split("  ")[1].strip(): line for line in result.output.splitlines() if "%" in line}
    assert {"written", "derived", "kept verbatim"} <= set(shares)
    assert "%" in shares["written"]
    assert "\n1 source file, " in result.output


def test_ledger_by_rule_and_of_one_field(converted: Converted):
    assert "calcium-values" in run("ledger", converted.path, "--by-rule").output
    found = run("ledger", converted.path, "--find", "trialStartTimes").output
    places = "    /intervals/trials/start_time\n    /intervals/trials/start_measured\n"
    assert found == f"s.trialStartTimes: written [trial-starts]\n{places}"


def test_ledger_says_why_a_file_is_left_out(tmp_path: Path):
    spec = SessionSpec(
        **SMALL, n_trials=2, trials_without_whisker=(), whisker_data=False, stacks=StackSpec(files_missing=(1,))
    )
    write_session(root=tmp_path / "source", spec=spec, videos=False)
    outcome = convert(source=tmp_path / "source", output=tmp_path / "nwb", verify="off").outcomes[0]
    found = run("ledger", outcome.output, "--find", "main_001.tif").output
    assert "left out [raw-file-missing]: The listed file is not there; its frames are gaps." in found


def test_ledger_in_json_adds_up(converted: Converted):
    content = json.loads(run("ledger", converted.path, "--json").stdout)
    assert sum(part["leaves"] for part in content["summary"].values()) == sum(content["by_rule"].values())


def test_file_without_a_ledger_is_named(tmp_path: Path):
    (tmp_path / "sub-a").mkdir()
    (tmp_path / "sub-a" / "x.nwb").write_text("")
    result = run("ledger", tmp_path / "sub-a" / "x.nwb")
    assert result.exit_code == 1
    assert "ledger-missing" in result.output


def test_ledger_and_digest_of_a_folder(converted: Converted):
    folder = converted.path.parent
    assert run("ledger", folder).output == run("ledger", converted.path).output
    assert run("digest", folder).output.split()[0] == converted.outcome.digest
    content = json.loads(run("digest", folder, "--json").stdout)
    assert content["sessions"][0]["digest"] == converted.outcome.digest


@pytest.mark.parametrize(
    ("command", "identifier"),
    [("ledger", "nwb-file-missing"), ("digest", "no-nwb-file"), ("methods", "nwb-file-missing"),
     ("plot-trial", "nwb-file-missing")],
)  # fmt: skip
@pytest.mark.parametrize("name", ["absent.nwb", "empty"])
def test_a_missing_file_or_an_empty_folder_is_said_in_its_own_terms(
    tmp_path: Path, command: str, identifier: str, name: str
):
    (tmp_path / "empty").mkdir()
    further = ["--trial", "1", "-o", tmp_path / "x.png"] if command == "plot-trial" else []
    result = run(command, tmp_path / name, *further)
    assert result.exit_code == 1
    assert f"[{identifier}]" in result.stderr
    assert f"file: {tmp_path / name}" in result.stderr


def test_digest_is_that_of_the_record(converted: Converted):
    result = run("digest", converted.path)
    assert result.output == f"{converted.outcome.digest}  {converted.path}\n"
