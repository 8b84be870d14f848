"""The objects that carry a problem: its kind, its particulars, the error, and the log of a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from operator import attrgetter
from typing import Any, TypedDict, Unpack

from ssc_to_nwb.grouping import grouped


class Severity(StrEnum):
    """How severe a problem is: ERROR ends the work on its session; WARNING and INFO are collected."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemKind:
    """One entry of the catalogue.

    Attributes
    ----------
    identifier : str
        Kebab-case, stable over versions; what `ssc-to-nwb explain` takes.
    severity : Severity
        How severe it is.
    title : str
        A few words.
    reason : str
        Why it matters or how it comes about.
    remedy : str
        What to do.
    """

    identifier: str
    severity: Severity
    title: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One occurrence of a kind of problem.

    Attributes
    ----------
    kind : ProblemKind
        What went wrong.
    file : str or None
        In which file.
    field : str or None
        In which field of it.
    expected, found : str or None
        What should be there, and what is.
    detail : str or None
        What else helps to understand it.
    overcome : bool
        Whether the work went on in spite of an error, as it was asked to; it then counts as a warning.
    """

    kind: ProblemKind
    file: str | None = None
    field: str | None = None
    expected: str | None = None
    found: str | None = None
    detail: str | None = None
    overcome: bool = False

    @property
    def severity(self) -> Severity:
        """That of the kind, but a warning where an error was overcome."""
        return Severity.WARNING if self.overcome else self.kind.severity

    @property
    def said(self) -> str:
        """What is wrong, for the detail of another problem."""
        return ": ".join(part for part in (self.kind.title, self.detail) if part)

    def __str__(self) -> str:
        parts = [f"{self.kind.title} [{self.kind.identifier}]"]
        parts += [f"  {name}: {value}" for name, value in self._particulars().items()]
        parts.append(f"  what to do: {self.kind.remedy}")
        return "\n".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form: identifier, severity, title, remedy and whatever particulars are known."""
        return {
            "identifier": self.kind.identifier,
            "severity": self.severity.value,
            "title": self.kind.title,
            "remedy": self.kind.remedy,
            **self._particulars(),
        }

    def _particulars(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in Particulars.__annotations__ if getattr(self, name) is not None}


class SscError(Exception):
    """A problem that ends the work on a session (or on the whole call); carries its `Problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return str(self.problem)

    def __reduce__(self) -> tuple[type[SscError], tuple[Problem]]:
        return (SscError, (self.problem,))


class Particulars(TypedDict, total=False):
    """What may be said of an occurrence, as `Problem` has it; anything but text is put into words."""

    file: object
    field: str | None
    expected: object
    found: object
    detail: object


def error(kind: ProblemKind, **particulars: Unpack[Particulars]) -> SscError:
    """Build the exception for a problem of this kind; the caller raises it."""
    return SscError(_problem(kind, particulars))


def _problem(kind: ProblemKind, particulars: Particulars) -> Problem:
    texts: dict[str, Any] = {name: None if value is None else str(value) for name, value in particulars.items()}
    return Problem(kind=kind, **texts)


def grouped_by_kind(problems: Iterable[Problem]) -> dict[ProblemKind, list[Problem]]:
    """Problems by kind, in the order of first occurrence."""
    return grouped(problems, attrgetter("kind"))


@dataclass(slots=True)
class ProblemLog:
    """Collects the warnings of one session, in the order they came. One log belongs to one session."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, kind: ProblemKind, **particulars: Unpack[Particulars]) -> None:
        """Record one occurrence."""
        self.problems.append(_problem(kind, particulars))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Record problems that were built elsewhere."""
        self.problems.extend(problems)

    def overcome(self, failure: SscError, *, keep_going: bool) -> None:
        """Record an error that the work goes on in spite of; raise it where it must not."""
        if not keep_going:
            raise failure
        self.problems.append(replace(failure.problem, overcome=True))
