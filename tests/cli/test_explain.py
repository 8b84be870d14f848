"""`ssc-to-nwb explain`: one entry, all entries, and what nobody knows."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner, Result

from ssc_to_nwb.api.explanation import catalogue, problem_areas
from ssc_to_nwb.cli.sources import explain_command


def run(*arguments: str) -> Result:
    return CliRunner().invoke(explain_command, arguments)


def test_one_entry() -> None:
    result = run("mask-outside-image")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "Pixels of a mask are outside the image [mask-outside-image]",
        "  severity: error",
        "  why: x must be a column and y a row, both counted from 0. Exchanged axes, or counting from 1,",
        "    cause this.",
        "  what to do: Write the masks again, with x and y in NWB's sense.",
    ]


def test_every_entry_can_be_explained() -> None:
    for identifier, kind in catalogue().items():
        shown = " ".join(run(identifier).output.split())
        for text in (kind.title, kind.reason, kind.remedy, kind.severity.value):
            assert " ".join(text.split()) in shown


def test_entries_of_data_types_are_known_to_a_process_of_its_own() -> None:
    code = "from ssc_to_nwb.cli.sources import explain_command; explain_command()"
    shown = subprocess.run(
        [sys.executable, "-c", code, "tif-odd-pages"], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.splitlines()[0] == "An imaging stack has an odd number of pages [tif-odd-pages]"


def test_all_entries() -> None:
    lines = run().output.splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  ")] == list(catalogue())


def test_they_are_grouped_by_area() -> None:
    lines = run().output.splitlines()
    assert [line for line in lines if line and not line.startswith(" ")] == list(problem_areas())
    place = lines.index("Trials")
    assert lines[place + 1].split()[0] == next(iter(problem_areas()["Trials"])).identifier


def test_as_json() -> None:
    assert json.loads(run("mask-empty", "--json").output)["problems"][0]["severity"] == "info"
    entries = json.loads(run("--json").output)["problems"]
    assert [entry["identifier"] for entry in entries] == list(catalogue())
    assert entries[0]["area"] == "MATLAB files"


def test_checks_of_nwbinspector_and_rules_of_dandi() -> None:
    result = run("check_time_intervals_stop_after_start")
    assert "severity: warning" in result.output
    assert "all stop times on a TimeInterval object" in result.output
    assert "[dandi-layout]" in run("DANDI.NON_DANDI_FILENAME").output
    assert "[timestamps-not-finite]" in run("check_timestamps_finite").output


@pytest.mark.parametrize(
    ("identifier", "suggested"),
    [
        ("mask-outside-imag", "mask-outside-image"),
        ("outside", "-outside"),
        ("check_subjct_age", "check_subject_age"),
    ],
)
def test_an_unknown_identifier_is_wrong_usage_and_gets_suggestions(identifier: str, suggested: str) -> None:
    result = run(identifier)
    assert result.exit_code == 2
    assert "Did you mean" in result.output
    assert suggested in result.output


def test_nonsense_gets_none() -> None:
    result = run("qqqqqqqq")
    assert result.exit_code == 2
    assert "Did you mean" not in result.output
    assert "`ssc-to-nwb explain` lists all" in result.output
