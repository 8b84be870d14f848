"""`ssc-to-nwb plan` in words and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ssc_to_nwb.cli.convert import plan_command
from ssc_to_nwb.cli.main import group
from ssc_to_nwb.options.conversion import ConversionOptions
from ssc_to_nwb.testing.dataset import write_session
from ssc_to_nwb.testing.spec import SessionSpec


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session without imaging."""
    root = tmp_path_factory.mktemp("plan-command")
    write_session(root=root, spec=SessionSpec(animal="an900012", subvolumes=()), raw=False, videos=False)
    return root


def test_the_plan_in_words(made: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(group, ["plan", str(made), str(tmp_path / "nwb")])
    assert result.exit_code == 0, result.output
    assert "an900012_2013_03_08: to be converted" in result.output
    assert "6 trials, 0 subvolumes, 0 planes, 0 ROIs" in result.output
    assert "1 session: 1 to be converted, 0 done before" in result.output


def test_the_plan_as_json(made: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(group, ["plan", str(made), str(tmp_path / "nwb"), "--json"])
    assert json.loads(result.stdout)["sessions"][0]["action"] == "convert"


def test_convert_dry_run_is_the_plan(made: Path, tmp_path: Path) -> None:
    output = tmp_path / "nwb"
    arguments = [str(made), str(output), "--dry-run", "--retry", "2", "--json"]
    result = CliRunner().invoke(group, ["convert", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["sessions"][0]["action"] == "convert"
    assert not list(output.rglob("*.nwb"))


def test_it_takes_every_option_that_decides_what_is_in_a_file() -> None:
    names = {parameter.name for parameter in plan_command.params}
    assert set(ConversionOptions().recorded()) <= names


def test_a_source_that_can_not_be_converted_is_exit_status_1(tmp_path: Path) -> None:
    (tmp_path / "an900012_2013_03_08_session.mat").write_bytes(b"")
    result = CliRunner().invoke(group, ["plan", str(tmp_path), str(tmp_path / "nwb")])
    assert result.exit_code == 1
    assert "can't be converted" in result.output
