"""A validation as text: file by file, what was found under each identifier, why it matters and what to do."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from ssc_to_nwb.options.files import FailOn
from ssc_to_nwb.problems.model import Severity
from ssc_to_nwb.quantities import listed
from ssc_to_nwb.validate.messages import Message, ValidationResult, fails

WIDTH = 120
_PLACES_SHOWN = 3
_WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


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
    counts = ", ".join(_counted(result.count(severity), word) for severity, word in _WORDS.items())
    accepted = sum(message.accepted is not None for message in result.messages)
    verdict = "Passed" if result.ok else f"Failed: {_why_failed(result.fail_on)}"
    return f"{_counted(len(result.files), 'file')}: {counts}; {_counted(accepted, 'message')} accepted. {verdict}."


def by_file(result: ValidationResult) -> dict[Path, list[Message]]:
    """The messages of every file that was validated, and then of any other file that messages are about."""
    groups: dict[Path, list[Message]] = {file: [] for file in result.files}
    for message in result.messages:
        groups.setdefault(message.file, []).append(message)
    return groups


def _file_lines(file: Path, messages: Sequence[Message], *, width: int) -> Iterator[str]:
    yield str(file)
    open_ones = [message for message in messages if message.accepted is None]
    for identifier in dict.fromkeys(message.identifier for message in open_ones):
        yield from _group_lines([message for message in open_ones if message.identifier == identifier], width=width)
    accepted = [message for message in messages if message.accepted is not None]
    for identifier, reason in dict.fromkeys((message.identifier, message.accepted or "") for message in accepted):
        yield f"  accepted  {identifier}"
        same = [one for one in accepted if (one.identifier, one.accepted) == (identifier, reason)]
        places = list(dict.fromkeys(message.object_path for message in same))
        yield f"    {listed(places, most=_PLACES_SHOWN)}"
        yield from _wrapped("because: ", reason, width=width)
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


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _why_failed(fail_on: FailOn) -> str:
    return {"error": "there are errors", "warning": "there are errors or warnings"}.get(fail_on, "there are messages")
