"""What a validation says: a message, and the result that holds all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ssc_to_nwb.json_lines import AsJson
from ssc_to_nwb.options.files import FailOn
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemKind, Severity

_GRAVITY = {Severity.ERROR: 2, Severity.WARNING: 1, Severity.INFO: 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(AsJson):
    """One thing that a validation found. Can be pickled.

    identifier: an entry of the catalogue, or the name of a check of nwbinspector; `ssc-to-nwb explain` takes either.
    object_path: path inside the NWB file, `/` for the file as a whole. text: what was found; reason: why it matters;
    remedy: what to do. accepted: the reason why it is accepted, None where it is not.
    """

    identifier: str
    severity: Severity
    file: Path
    object_path: str
    text: str
    reason: str
    remedy: str
    accepted: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationResult(AsJson):
    """All messages: those that are not accepted first, the most severe first, else in the order of files and objects.

    files: the NWB files that were validated; fail_on: the least severity that makes the result not `ok`.
    """

    fail_on: FailOn = "error"
    files: tuple[Path, ...]
    messages: tuple[Message, ...]

    @property
    def ok(self) -> bool:
        """Whether no message that is not accepted is at least as severe as `fail_on`."""
        return not any(fails(message, self.fail_on) for message in self.messages)

    def count(self, severity: Severity) -> int:
        """Number of messages of a severity that are not accepted."""
        return sum(message.severity is severity and message.accepted is None for message in self.messages)


def fails(message: Message, fail_on: FailOn) -> bool:
    """Whether a message makes a validation fail."""
    if fail_on == "never" or message.accepted is not None:
        return False
    if message.identifier == kinds.ACCEPT_DEFAULT_UNUSED.identifier:
        # It is about this package's own list: no file could ever pass.
        return False
    return _GRAVITY[message.severity] >= _GRAVITY[Severity(fail_on)]


def sorted_messages(messages: Iterable[Message]) -> tuple[Message, ...]:
    """Not accepted before accepted, severe before slight; the order is kept otherwise."""
    return tuple(sorted(messages, key=lambda one: (one.accepted is not None, -_GRAVITY[one.severity])))


def message_of(kind: ProblemKind, *, file: Path, object_path: str = "/", text: str) -> Message:
    """A message of a kind of the catalogue."""
    return Message(
        identifier=kind.identifier,
        severity=kind.severity,
        file=file,
        object_path=object_path,
        text=text,
        reason=kind.reason,
        remedy=kind.remedy,
    )
