"""`ssc-to-nwb download-check` as a user meets it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from archive_samples import NWB
from click.testing import CliRunner, Result
from dandi_server import DandiServer

from ssc_to_nwb.cli.archive import download_check_command
from ssc_to_nwb.cli.main import group
from ssc_to_nwb.dandi.results import UploadResult

Run = Callable[..., Result]


@pytest.fixture
def run(archive: DandiServer, output: Path, upload: Callable[..., UploadResult]) -> Run:
    """Runs the command on an output folder that was uploaded."""
    assert upload().ok

    def invoke(*options: str) -> Result:
        arguments = [str(output), "--dandiset", "000123", "--instance", archive.url, *options]
        return CliRunner().invoke(download_check_command, arguments)

    return invoke


def test_the_same(run: Run) -> None:
    result = run("--asset", NWB)
    assert result.exit_code == 0 and "every byte the same" in result.stdout and NWB in result.stdout
    assert run("-q").output == ""


def test_a_difference(run: Run, output: Path) -> None:
    content = bytearray((output / NWB).read_bytes())
    content[500] ^= 1
    (output / NWB).write_bytes(content)
    result = run("--asset", NWB)
    assert result.exit_code == 1
    assert "archive-download-differs" in result.stderr and "byte 500" in result.stderr


def test_json(run: Run) -> None:
    reported = json.loads(run("--json", "--seed", "3").stdout)
    assert reported["ok"] and reported["bytes_compared"] == reported["size"]


def test_nothing_to_fetch_as_json(archive: DandiServer, output: Path, upload: Callable[..., UploadResult]) -> None:
    assert upload().ok
    arguments = [str(output), "--dandiset", "000123", "--instance", archive.url, "--asset", "sub-x/absent.nwb"]
    result = CliRunner().invoke(group, ["download-check", *arguments, "--json"])
    assert result.exit_code == 1
    assert json.loads(result.stdout)["problems"][0]["identifier"] == "archive-asset-missing"


def test_help_has_examples() -> None:
    assert "Examples:" in CliRunner().invoke(download_check_command, ["--help"]).output
