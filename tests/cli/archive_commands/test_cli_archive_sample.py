"""The shared sample: converted, validated, uploaded, checked, through the command line, in processes of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from archive_samples import local_assets
from dandi_server import KEY, DandiServer
from patience import PATIENCE_S

pytestmark = [pytest.mark.sample, pytest.mark.long]
Cli = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def converted(sample_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from converting import convert

    output = tmp_path_factory.mktemp("converted") / "output"
    assert convert(source=sample_root, output=output, verify="off").ok
    return output


@pytest.fixture
def sample_output(converted: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(converted, tmp_path / "sample-output"))


@pytest.fixture
def cli(archive: DandiServer, own_home: Path) -> Cli:
    """Runs `ssc-to-nwb` in a process of its own, with the key in its environment."""

    def run(command: str, output: Path, *options: str) -> subprocess.CompletedProcess[str]:
        arguments = [command, str(output)]
        if command != "dandiset":
            arguments += ["--dandiset", "000123", "--instance", archive.url]
        return subprocess.run(
            [sys.executable, "-m", "ssc_to_nwb.cli.main", *arguments, *options],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "DANDI_API_KEY": KEY},
            timeout=PATIENCE_S,
            check=False,
        )

    return run


def test_from_converted_files_to_the_archive_and_back(
    cli: Cli, archive: DandiServer, sample_output: Path, own_home: Path
) -> None:
    archive.page_size = 5
    runs = [
        cli("dandiset", sample_output, "--dandiset", "000123"),
        cli("upload", sample_output, "--dry-run"),
        cli("upload", sample_output, "--json"),
        cli("upload", sample_output),
        cli("download-check", sample_output, "--seed", "1"),
    ]

    assert [(each.returncode, each.stderr) for each in runs if each.returncode != 0] == []
    here = local_assets(sample_output)
    assert len(here) == 2 + 12
    assert {path: archive.bytes_of(path) for path in archive.contents()} == here
    assert "14 new" in runs[1].stdout
    reported = json.loads(runs[2].stdout)
    assert reported["ok"] and {asset["status"] for asset in reported["assets"]} == {"uploaded"}
    assert "14 unchanged" in runs[3].stdout and "holds all 14 files" in runs[3].stdout
    assert "every byte the same" in runs[4].stdout

    summary = reported_on(sample_output)
    assert [species["name"] for species in summary["species"]] == ["Mus musculus - House mouse"]
    assert "two-photon microscopy technique" in [each["name"] for each in summary["measurementTechnique"]]
    assert "microscopy approach; cell population imaging" in [each["name"] for each in summary["approach"]]
    assert {"TwoPhotonSeries", "PlaneSegmentation"} <= set(summary["variableMeasured"])
    assert summary["numberOfSubjects"] == 2 and summary["numberOfFiles"] == 14
    nwb = [asset for asset in archive.model.dandisets["000123"].assets.values() if asset.path.endswith(".nwb")]
    assert {asset.metadata["wasAttributedTo"][0]["identifier"] for asset in nwb} == {"an197522", "an229719"}

    written = [file for folder in (sample_output, own_home) for file in folder.rglob("*") if file.is_file()]
    assert not [file for file in written if KEY.encode() in file.read_bytes()]
    assert not any(KEY in each.stdout + each.stderr for each in runs)


def reported_on(output: Path) -> dict[str, Any]:
    """The summary of the assets in dandiset.yaml."""
    summary = yaml.safe_load((output / "dandiset.yaml").read_text())["assetsSummary"]
    assert isinstance(summary, dict)
    return summary


def test_faults_on_the_way_and_a_second_run_ends_complete(cli: Cli, archive: DandiServer, sample_output: Path) -> None:
    for step, action in (("initialize", "429"), ("part", "drop"), ("complete", "lose"), ("validate", "500")):
        archive.fail(step, action)
    archive.fail("create", "400", skip=3, times=2)
    first = cli("upload", sample_output)
    second = cli("upload", sample_output)

    assert first.returncode == 1 and "archive-refused" in first.stderr and "again" in first.stderr
    assert second.returncode == 0 and "holds all 14 files" in second.stdout
    assert {path: archive.bytes_of(path) for path in archive.contents()} == local_assets(sample_output)


def test_a_session_that_is_not_valid_is_not_sent(cli: Cli, archive: DandiServer, sample_output: Path) -> None:
    import h5py

    broken, other = sorted(sample_output.rglob("*.nwb"))
    with h5py.File(broken, "r+") as file:
        del file["session_start_time"]
    stopped = cli("upload", sample_output)

    assert stopped.returncode == 1 and "archive-not-valid" in stopped.stderr and broken.name in stopped.stderr
    sent = {path.split("/")[0] for path in archive.contents()}
    assert sent == {other.parent.name}
