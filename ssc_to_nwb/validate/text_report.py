"""A validation as text, file by file with what to do, and for machines: JSON lines, and JUnit's XML."""

from __future__ import annotations

import json
import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from operator import attrgetter
from pathlib import Path
from xml.etree import ElementTree

from ssc_to_nwb.grouping import grouped
from ssc_to_nwb.options.files import FailOn
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.catalogue import read_area
from ssc_to_nwb.problems.model import Severity
from ssc_to_nwb.quantities import listed, plural
from ssc_to_nwb.validate.messages import Message, ValidationResult, fails

WIDTH = 120
_PLACES_SHOWN = 3
_WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
# After one of these nothing else is known of the file.
_CUT_SHORT = frozenset(
    kind.identifier
    for kind in (
        kinds.NWB_UNREADABLE,
        kinds.ZARR_SUPPORT_MISSING,
        kinds.ZARR_PICKLES_REFUSED,
        kinds.VALIDATION_CUT_SHORT,
    )
)
_LAYOUT = kinds.DANDI_LAYOUT.identifier
_EVERYWHERE = (
    _LAYOUT,
    kinds.NWB_SCHEMA.identifier,
    kinds.NWBINSPECTOR.identifier,
    kinds.DANDI_METADATA.identifier,
    *(kind.identifier for kind in read_area("check")[1]),
)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text_report(result: ValidationResult, *, only_failing: bool = False, width: int = WIDTH) -> str:
    """The whole report, ending with the summary; `only_failing` leaves out what does not make the validation fail."""
    groups = by_file(result)
    lines: list[str] = []
    for file, messages in groups.items():
        shown = [one for one in messages if not only_failing or fails(one, result.fail_on)]
        if shown or not only_failing:
            lines += [*_file_lines(file, shown, width=width), ""]
    return "\n".join([*lines, summary(result)])


def summary(result: ValidationResult) -> str:
    """One line, such as `2 files: 0 errors, 1 warning, 3 notes; 2 messages accepted. Passed.`."""
    counts = ", ".join(plural(result.count(severity), word) for severity, word in _WORDS.items())
    accepted = sum(message.accepted is not None for message in result.messages)
    which = {"error": "errors", "warning": "errors or warnings"}.get(result.fail_on, "messages")
    verdict = "Passed" if result.ok else f"Failed: there are {which}"
    return f"{plural(len(result.files), 'file')}: {counts}; {plural(accepted, 'message')} accepted. {verdict}."


def by_file(result: ValidationResult) -> dict[Path, list[Message]]:
    """The messages of every file that was validated, and then of any other file that messages are about."""
    return {file: [] for file in result.files} | grouped(result.messages, attrgetter("file"))


def _file_lines(file: Path, messages: Sequence[Message], *, width: int) -> Iterator[str]:
    yield str(file)
    for (accepted, _), same in grouped(messages, attrgetter("accepted", "identifier")).items():
        if accepted is None:
            yield from _group_lines(same, width=width)
            continue
        yield f"  accepted  {same[0].identifier}"
        places = list(dict.fromkeys(message.object_path for message in same))
        yield from _wrapped("", listed(places, most=_PLACES_SHOWN), width=width)
        yield from _wrapped("because: ", accepted, width=width)
    if not messages:
        yield "  nothing found"


def _group_lines(messages: Sequence[Message], *, width: int) -> Iterator[str]:
    first = messages[0]
    yield f"  {_WORDS[first.severity]}  {first.identifier}"
    for (place, text), times in Counter((message.object_path, message.text) for message in messages).items():
        yield from _wrapped(f"{place}: ", text if times == 1 else f"{text} ({times} times)", width=width)
    yield from _wrapped("why: ", first.reason, width=width)
    yield from _wrapped("what to do: ", first.remedy, width=width)


def _wrapped(label: str, text: str, *, width: int) -> list[str]:
    return textwrap.wrap(
        f"{label}{text}", width=width, initial_indent=" " * 4, subsequent_indent=" " * 6,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def jsonl_report(result: ValidationResult) -> str:
    """A line per message (`record: message`), and a last line with the files and the verdict (`record: result`)."""
    whole = result.as_dict()
    messages = whole.pop("messages")
    records = [{"record": "message", **message} for message in messages]
    return "\n".join(json.dumps(record, ensure_ascii=False) for record in [*records, {"record": "result", **whole}])


def junit_report(result: ValidationResult) -> str:
    """A test suite per file and a test case per identifier, those without a message as passed.

    A message that makes the validation fail is a failure, an accepted one is skipped with its reason, any other is
    output of a passed case.
    """
    suites = ElementTree.Element("testsuites", name="ssc-to-nwb validate")
    for file, messages in by_file(result).items():
        suites.append(_suite(file, messages, fail_on=result.fail_on, validated=file in result.files))
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True)


def _suite(file: Path, messages: Sequence[Message], *, fail_on: FailOn, validated: bool) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", name=_clean(str(file)))
    by_identifier = grouped(messages, attrgetter("identifier"))
    for identifier, same in by_identifier.items():
        _add_outcome(_add_case(suite, identifier, file), same, fail_on=fail_on)
    for identifier in _EVERYWHERE if validated else ():
        if identifier not in by_identifier:
            case = _add_case(suite, identifier, file)
            if _CUT_SHORT & by_identifier.keys() and identifier != _LAYOUT:
                ElementTree.SubElement(case, "skipped", message="not run: the file could not be read")
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("*/failure"))))
    suite.set("skipped", str(len(suite.findall("*/skipped"))))
    suite.set("errors", "0")
    return suite


def _add_outcome(case: ElementTree.Element, same: Sequence[Message], *, fail_on: FailOn) -> None:
    """What the messages of one identifier make of its case."""
    failing = [message for message in same if fails(message, fail_on)]
    if failing:
        failure = ElementTree.SubElement(case, "failure", message=_lines_of(failing[:1]), type=same[0].severity.value)
        failure.text = f"{_lines_of(failing)}\nwhy: {_clean(same[0].reason)}\nwhat to do: {_clean(same[0].remedy)}"
    elif all(message.accepted is not None for message in same):
        ElementTree.SubElement(case, "skipped", message=_clean(f"accepted: {same[0].accepted}"))
    others = [message for message in same if message not in failing]
    if others:
        ElementTree.SubElement(case, "system-out").text = _lines_of(others)


def _add_case(suite: ElementTree.Element, identifier: str, file: Path) -> ElementTree.Element:
    return ElementTree.SubElement(suite, "testcase", name=identifier, classname=_clean(file.name))


def _lines_of(messages: Sequence[Message]) -> str:
    return _clean("\n".join(f"{message.object_path}: {message.text}" for message in messages))


def _clean(text: str) -> str:
    """Without the control characters that XML has no way to hold."""
    return _NOT_XML.sub("?", text)
