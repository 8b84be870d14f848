"""The files around the code agree: workflows, hooks, change log, citation and version."""

from __future__ import annotations

import re
import shlex
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def steps(workflow: Path) -> list[dict[str, Any]]:
    """The steps of all jobs of a workflow."""
    jobs = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_the_scripts_that_a_workflow_calls_exist(workflow: Path) -> None:
    called = [step["run"].split()[0] for step in steps(workflow) if step.get("run", "").startswith("scripts/")]
    assert called
    for name in called:
        assert (ROOT / name).stat().st_mode & 0o111, name


def test_tests_run_on_every_supported_python_and_system() -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8"))["jobs"]
    matrix = jobs["quick"]["strategy"]["matrix"]
    supported = {line.split()[-1] for line in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", line)}
    assert set(matrix["python"]) == supported
    assert {system.split("-")[0] for system in matrix["os"]} == {"ubuntu", "macos", "windows"}


def test_every_hook_is_a_tool_of_the_extra_dev() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    tools = {line.split("==")[0] for line in PROJECT["optional-dependencies"]["dev"]}
    assert {shlex.split(hook["entry"])[0] for hook in hooks} <= tools


def test_the_version_is_that_of_the_citation() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == PROJECT["version"]


def test_every_version_of_the_change_log_has_its_date() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    versions = [heading for heading in headings if heading != "Unreleased"]
    found = [re.fullmatch(r"(\d+\.\d+\.\d+) \((\d{4}-\d\d-\d\d)\)", heading) for heading in versions]
    assert None not in found, versions
    dates = [date.fromisoformat(one[2]) for one in found if one]
    assert dates == sorted(dates, reverse=True)
    assert found[0] is not None
    assert found[0][1] == PROJECT["version"]
