"""`demo` on the command line."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
from click.testing import CliRunner

from ssc_to_nwb.api.conversion import ConversionInterrupted, ConversionResult
from ssc_to_nwb.cli.main import group


@pytest.mark.long
def test_the_demo_says_where_everything_is(tmp_path: Path) -> None:
    result = CliRunner().invoke(group, ["demo", str(tmp_path / "demo"), "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    reported = json.loads(result.stdout)
    assert reported["ok"]
    assert reported["source"] == str(tmp_path / "demo/source")
    assert [Path(session["output"]).parent.name for session in reported["sessions"]] == ["sub-an900001", "sub-an900002"]


def test_an_output_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    result = CliRunner().invoke(group, ["demo", str(tmp_path / "file" / "demo")])
    assert result.exit_code == 1
    assert "[output-not-writable]" in result.stderr
    assert CliRunner().invoke(group, ["demo", str(tmp_path / "file")]).exit_code == 2


def test_one_that_is_interrupted_says_so_in_json_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(**_: object) -> None:
        raise ConversionInterrupted(ConversionResult(outcomes=()), signal.SIGTERM)

    monkeypatch.setattr("ssc_to_nwb.cli.convert.demo", interrupted)
    result = CliRunner().invoke(group, ["demo", str(tmp_path), "--json"])
    assert result.exit_code == 143
    assert json.loads(result.stdout)["sessions"] == []
