"""`ssc-to-nwb dandiset` as a user meets it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from ssc_to_nwb.cli.archive import dandiset_command

Run = Callable[..., Result]


@pytest.fixture
def run(output: Path) -> Run:
    def invoke(*options: str) -> Result:
        return CliRunner().invoke(dandiset_command, [str(output), *options])

    return invoke


@pytest.mark.parametrize("data_set", ["ssc-1", "ssc-2"])
def test_it_is_written_and_what_is_lacking_is_listed(run: Run, output: Path, data_set: str) -> None:
    result = run("--data-set", data_set, "--dandiset", "000123")
    assert result.exit_code == 0, result.stderr
    assert "! license" in result.stdout and "! contributor (ContactPerson)" in result.stdout
    assert "written, a draft" in result.stdout
    metadata = yaml.safe_load((output / "dandiset.yaml").read_text())
    assert metadata["identifier"] == "DANDI:000123" and data_set in metadata["name"]
    assert "unchanged" in run("--data-set", data_set).stdout


def test_the_packaged_facts(run: Run, output: Path) -> None:
    """Authors of the data set, both papers, both CRCNS data sets and this tool; nobody's ORCID is made up."""
    run("-q")
    metadata = yaml.safe_load((output / "dandiset.yaml").read_text())
    names = [person["name"] for person in metadata["contributor"]]
    assert names == ["Peron, Simon", "Freeman, Jeremy", "Iyer, Vijay", "Svoboda, Karel"]
    assert not any("identifier" in person for person in metadata["contributor"])
    identifiers = {each.get("identifier") for each in metadata["relatedResource"]}
    assert {"doi:10.1016/j.neuron.2015.03.027", "doi:10.1016/j.neuron.2013.10.020"} <= identifiers
    assert sum("CRCNS" in each["name"] for each in metadata["relatedResource"]) == 2
    assert "license" not in metadata and metadata["keywords"]


def test_json(run: Run) -> None:
    reported = json.loads(run("--json").stdout)
    assert reported["ok"] and not reported["publishable"] and reported["changed"]
    assert "license" in [blank["field"] for blank in reported["to_fill_in"]]


def test_a_file_of_ones_own_fills_a_blank(run: Run, output: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        yaml.safe_dump({"dandiset": {"license": "CC-BY-4.0", "contributors": {"Svoboda, Karel": {"orcid": None}}}})
    )
    result = run("--metadata", str(own))
    assert result.exit_code == 0 and "! license" not in result.stdout
    assert yaml.safe_load((output / "dandiset.yaml").read_text())["license"] == ["spdx:CC-BY-4.0"]


def test_what_the_schema_refuses(run: Run, output: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(yaml.safe_dump({"dandiset": {"license": "GPL-3.0"}}))
    result = run("--metadata", str(own))
    assert result.exit_code == 1 and "dandiset-field-malformed" in result.stderr
    assert not (output / "dandiset.yaml").exists()


def test_help_has_examples() -> None:
    assert "Examples:" in CliRunner().invoke(dandiset_command, ["--help"]).output
