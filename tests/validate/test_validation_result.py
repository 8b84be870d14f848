"""The verdict of a validation, and its three reports."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.validate.messages import FailOn, Message, ValidationResult, message_of, sorted_messages
from ssc_to_nwb.validate.text_report import jsonl_report, junit_report, summary, text_report

FILE, OTHER = Path("sub-a/a.nwb"), Path("sub-b/b.nwb")
ERROR = message_of(kinds.MASK_OUTSIDE_IMAGE, file=FILE, object_path="/processing/m", text="1 <pixel> & more")
WARNING = message_of(kinds.TRACE_EMPTY, file=OTHER, object_path="/processing/t", text="2 traces")
INFO = message_of(kinds.MASK_EMPTY, file=FILE, object_path="/processing/m", text="1 of 3 ROIs")
ACCEPTED = replace(ERROR, object_path="/processing/n", accepted="the source has it so")
UNUSED = message_of(kinds.ACCEPT_DEFAULT_UNUSED, file=Path("inspector.yaml"), text="line 10")
ALL = (ERROR, WARNING, INFO, ACCEPTED)


def result(*messages: Message, fail_on: FailOn = "error") -> ValidationResult:
    return ValidationResult(files=(FILE, OTHER), messages=sorted_messages(messages), fail_on=fail_on)


@pytest.mark.parametrize(
    ("messages", "fails_on"),
    [
        ((), set()),
        ((INFO,), {"info"}),
        ((WARNING, INFO), {"info", "warning"}),
        ((INFO, ERROR), {"info", "warning", "error"}),
        ((ACCEPTED,), set()),
        ((UNUSED,), set()),
    ],
)
def test_the_verdict_depends_on_the_most_severe_message_that_is_not_accepted(
    messages: tuple[Message, ...], fails_on: set[str]
) -> None:
    for fail_on in ("error", "warning", "info", "never"):
        assert result(*messages, fail_on=fail_on).ok == (fail_on not in fails_on)  # type: ignore[arg-type]


def test_messages_come_most_severe_first_and_accepted_last() -> None:
    assert result(ACCEPTED, INFO, WARNING, ERROR).messages == (ERROR, WARNING, INFO, ACCEPTED)


def test_the_text_names_every_file_and_says_why_and_how_once() -> None:
    again = replace(ERROR, object_path="/processing/o")
    lines = text_report(result(*ALL, again)).splitlines()

    assert lines[:6] == [
        "sub-a/a.nwb",
        "  error  mask-outside-image",
        "    /processing/m: 1 <pixel> & more",
        "    /processing/o: 1 <pixel> & more",
        "    why: x must be a column and y a row, both counted from 0. Exchanged axes, or counting from 1, cause this.",
        "    what to do: Write the masks again, with x and y in NWB's sense.",
    ]
    assert lines.index("  accepted  mask-outside-image") < lines.index("sub-b/b.nwb")
    assert "    because: the source has it so" in lines
    assert lines[-1] == "2 files: 2 errors, 1 warning, 1 note; 1 message accepted. Failed: there are errors."


def test_the_text_fits_the_terminal() -> None:
    places = [f"/acquisition/two_photon_series_fov_0200{n}_green" for n in range(5)]
    accepted = [replace(ACCEPTED, object_path=place) for place in places]
    lines = text_report(result(*accepted), width=80).splitlines()
    assert lines[2:4] == [f"    {places[0]},", f"      {places[1]},"]
    assert lines[4] == f"      {places[2]} and 2 more"


def test_the_text_folds_repetitions() -> None:
    text = text_report(result(ERROR, ERROR, ERROR, *(replace(ACCEPTED, object_path=f"/p{n}") for n in range(5))))
    assert "    /processing/m: 1 <pixel> & more (3 times)" in text.splitlines()
    assert "    /p0, /p1, /p2 and 2 more" in text.splitlines()


def test_only_what_fails() -> None:
    lines = text_report(result(*ALL), only_failing=True).splitlines()
    assert [line for line in lines if line.startswith("  ") and not line.startswith("   ")] == [
        "  error  mask-outside-image"
    ]
    assert "sub-b/b.nwb" not in lines


def test_a_file_without_messages_is_named() -> None:
    assert text_report(result()).splitlines() == [
        "sub-a/a.nwb", "  nothing found", "", "sub-b/b.nwb", "  nothing found", "", summary(result()),
    ]  # fmt: skip
    assert summary(result()) == "2 files: 0 errors, 0 warnings, 0 notes; 0 messages accepted. Passed."


def test_every_json_line_is_a_record_that_can_be_read_back() -> None:
    records = [json.loads(line) for line in jsonl_report(result(*ALL)).splitlines()]

    assert [record["record"] for record in records] == ["message"] * 4 + ["result"]
    assert records[-1] == {"record": "result", "ok": False, "fail_on": "error", "files": [str(FILE), str(OTHER)]}
    assert records[0] == {
        "record": "message",
        "identifier": "mask-outside-image",
        "severity": "error",
        "file": str(FILE),
        "object_path": "/processing/m",
        "text": "1 <pixel> & more",
        "reason": ERROR.reason,
        "remedy": ERROR.remedy,
        "accepted": None,
    }
    assert records[3]["accepted"] == "the source has it so"


def suites(whole: ValidationResult) -> dict[str, ElementTree.Element]:
    root = ElementTree.fromstring(junit_report(whole))
    return {suite.get("name", ""): suite for suite in root.findall("testsuite")}


def case(suite: ElementTree.Element, name: str) -> ElementTree.Element:
    (found,) = suite.findall(f"testcase[@name='{name}']")
    return found


def test_junit_has_a_suite_per_file_and_a_case_per_identifier() -> None:
    found = suites(result(*ALL))
    assert list(found) == [str(FILE), str(OTHER)]
    suite = found[str(FILE)]
    assert (suite.get("failures"), suite.get("errors")) == ("1", "0")
    assert suite.get("tests") == str(len(suite.findall("testcase")))

    failure = case(suite, "mask-outside-image").find("failure")
    assert failure is not None
    assert failure.get("message") == "/processing/m: 1 <pixel> & more"
    assert "what to do: Write the masks again" in (failure.text or "")
    assert case(suite, "mask-outside-image").findtext("system-out") == "/processing/n: 1 <pixel> & more"
    assert case(suite, "mask-empty").find("failure") is None
    assert case(suite, "mask-empty").findtext("system-out") == "/processing/m: 1 of 3 ROIs"
    assert list(case(suite, "trace-empty")) == []
    assert case(found[str(OTHER)], "trace-empty").findtext("system-out") == "/processing/t: 2 traces"


def test_junit_skips_what_is_accepted() -> None:
    suite = suites(result(ACCEPTED))[str(FILE)]
    skipped = case(suite, "mask-outside-image").find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "accepted: the source has it so"
    assert suite.get("skipped") == "1"


def test_junit_does_not_count_checks_as_passed_that_were_not_run() -> None:
    unreadable = message_of(kinds.NWB_UNREADABLE, file=FILE, text="OSError: cut")
    suite = suites(result(unreadable))[str(FILE)]
    assert case(suite, "mask-outside-image").find("skipped") is not None
    assert case(suite, "dandi-layout").find("skipped") is None
    assert case(suite, "nwb-unreadable").find("failure") is not None


def test_junit_of_messages_about_other_files_holds_those_alone() -> None:
    unused = message_of(kinds.ACCEPT_ENTRY_UNUSED, file=Path("accept.yaml"), text="line 2")
    suite = suites(result(unused, fail_on="warning"))["accept.yaml"]
    assert [one.get("name") for one in suite] == ["accept-entry-unused"]
    assert suite.get("failures") == "1"


def test_junit_survives_control_characters() -> None:
    odd = replace(ERROR, text="bell \x07 and null \x00 and half \ud800", file=Path("a\x01.nwb"))
    failure = case(suites(result(odd))["a?.nwb"], "mask-outside-image").find("failure")
    assert failure is not None
    assert failure.get("message") == "/processing/m: bell ? and null ? and half ?"
