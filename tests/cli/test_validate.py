"""`ssc-to-nwb validate`: reports, files, exit status."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import h5py
import pytest
from click.testing import CliRunner, Result
from made_sessions import Converted

from ssc_to_nwb.cli.checks import validate_command
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.validate import one_file


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(validate_command, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


VALIDATED_ONCE = functools.cache(one_file.validate_file)


@pytest.fixture(autouse=True)
def validated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are of what is done with the messages of the same two files."""
    monkeypatch.setattr(one_file, "validate_file", VALIDATED_ONCE)


@pytest.fixture(scope="module")
def converted(convert_once: Callable[..., Converted]) -> Converted:
    """A session without imaging and whisker data."""
    return convert_once(subvolumes=(), whisker_data=False)


@pytest.fixture(scope="module")
def faulty(converted: Converted, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The converted session with a placeholder for its description, in the metadata too, which is a warning."""
    path = tmp_path_factory.mktemp("faulty") / converted.path.parent.name / converted.path.name
    path.parent.mkdir()
    path.write_bytes(converted.path.read_bytes())
    with h5py.File(path, "r+") as file:
        file["session_description"][()] = "TODO"
        table = file["processing/source/provenance"]
        rows = {item: row for row, item in enumerate(table["item"].asstr()[:])}
        metadata = json.loads(table["value"].asstr()[rows["metadata"]])
        metadata["session"]["session_description"] = "TODO"
        text = json.dumps(metadata)
        table["value"][rows["metadata"]] = text
        table["value"][rows["metadata_sha256"]] = hashlib.sha256(text.encode()).hexdigest()
    return path


@pytest.mark.parametrize(("fail_on", "status"), [pytest.param("error", 0, marks=pytest.mark.long), ("warning", 1)])
def test_exit_status(fail_on: str, status: int, faulty: Path) -> None:
    result = run(faulty, "--fail-on", fail_on)
    assert result.exit_code == status
    assert "  warning  placeholder-text" in result.output.splitlines()
    assert "/: session_description is 'TODO'." in result.output


def test_quiet_prints_what_fails_and_nothing_else(faulty: Path, converted: Converted) -> None:
    assert run("-q", converted.path).output == ""
    failing = run("-q", faulty, "--fail-on", "warning").output
    assert "placeholder-text" in failing
    assert "accepted  " not in failing


def test_json_lines_to_a_file(faulty: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.jsonl"
    result = run(faulty, "--format", "jsonl", "--output", target)

    records = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert "placeholder-text" in {record.get("identifier") for record in records}
    assert records[-1]["ok"] is True
    assert result.output.strip().startswith("1 file: 0 errors, 1 warning,")
    assert result.output.strip().endswith("Passed.")


def test_junit_on_standard_output(faulty: Path) -> None:
    result = run(faulty, "--format", "junit", "--fail-on", "warning")
    suite = ElementTree.fromstring(result.output).find("testsuite")
    assert result.exit_code == 1
    assert suite is not None
    assert suite.get("name") == str(faulty)
    assert suite.get("failures") == "1"


def test_accepted_messages_do_not_fail(faulty: Path, tmp_path: Path) -> None:
    accept = tmp_path / "accept.yaml"
    accept.write_text("accept: [{identifier: placeholder-text, path: /, reason: a test}]", encoding="utf-8")
    result = run(faulty, "--fail-on", "warning", "--accept", accept)
    assert result.exit_code == 0
    assert "    because: a test" in result.output.splitlines()


def test_wrong_usage(tmp_path: Path, faulty: Path) -> None:
    assert run().exit_code == 2
    assert run(faulty, "--accept", tmp_path / "absent.yaml").exit_code == 2
    assert run(faulty, "--fail-on", "anything").exit_code == 2


def test_problems_of_the_catalogue_reach_the_caller(tmp_path: Path) -> None:
    result = CliRunner().invoke(validate_command, [str(tmp_path)])
    assert isinstance(result.exception, SscError)
    assert result.exception.problem.kind.identifier == "no-nwb-file"
