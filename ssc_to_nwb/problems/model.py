"""The objects that carry a problem: its kind, its particulars, the error, and the log of a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any


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

    def __str__(self) -> str:
        parts = [f"{self.kind.title} [{self.kind.identifier}]"]
        for label, value in (
            ("file", self.file),
            ("field", self.field),
            ("expected", self.expected),
            ("found", self.found),
            ("detail", self.detail),
        ):
            if value is not None:
                parts.append(f"  {label}: {value}")
        parts.append(f"  what to do: {self.kind.remedy}")
        return "\n".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form: identifier, severity, title, remedy and whatever particulars are known."""
        particulars = {
            key: value for key, value in asdict(self).items() if key not in ("kind", "overcome") and value is not None
        }
        return {
            "identifier": self.kind.identifier,
            "severity": self.severity.value,
            "title": self.kind.title,
            "remedy": self.kind.remedy,
            **particulars,
        }


class SscError(Exception):
    """A problem that ends the work on a session (or on the whole call); carries its `Problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return str(self.problem)

    def __reduce__(self) -> tuple[type[SscError], tuple[Problem]]:
        return (SscError, (self.problem,))


def error(
    kind: ProblemKind,
    *,
    file: object = None,
    field: str | None = None,
    expected: object = None,
    found: object = None,
    detail: object = None,
) -> SscError:
    """Build the exception for a problem of this kind; the caller raises it.

    Parameters
    ----------
    kind : ProblemKind
        Of the catalogue.
    file, expected, found, detail : object, optional
        As in `Problem`; anything but text is put into words.
    field : str or None, optional
        Path of the field.

    Returns
    -------
    SscError
        It carries the `Problem`.
    """
    return SscError(_problem(kind, file=file, field=field, expected=expected, found=found, detail=detail))


def _problem(
    kind: ProblemKind, *, file: object, field: str | None, expected: object, found: object, detail: object
) -> Problem:
    return Problem(
        kind=kind, file=_text(file), field=field, expected=_text(expected), found=_text(found), detail=_text(detail)
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def grouped_by_kind(problems: Iterable[Problem]) -> dict[ProblemKind, list[Problem]]:
    """Problems by kind, in the order of first occurrence.

    Parameters
    ----------
    problems : Iterable[Problem]
        In any order.

    Returns
    -------
    dict[ProblemKind, list[Problem]]
        Each kind with its occurrences.
    """
    groups: dict[ProblemKind, list[Problem]] = {}
    for problem in problems:
        groups.setdefault(problem.kind, []).append(problem)
    return groups


@dataclass(slots=True)
class ProblemLog:
    """Collects the warnings of one session, in the order they came. One log belongs to one session.

    Attributes
    ----------
    problems : list of Problem
        What was recorded so far.
    """

    problems: list[Problem] = field(default_factory=list)

    def add(
        self,
        kind: ProblemKind,
        *,
        file: object = None,
        field: str | None = None,
        expected: object = None,
        found: object = None,
        detail: object = None,
    ) -> None:
        """Record one occurrence.

        Parameters
        ----------
        kind : ProblemKind
            Of the catalogue.
        file, expected, found, detail : object, optional
            As in `Problem`; anything but text is put into words.
        field : str or None, optional
            Path of the field.
        """
        self.problems.append(_problem(kind, file=file, field=field, expected=expected, found=found, detail=detail))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Record problems that were built elsewhere.

        Parameters
        ----------
        problems : Iterable[Problem]
            In their order.
        """
        self.problems.extend(problems)

    def add_overcome(self, problem: Problem) -> None:
        """Record an error that the work goes on in spite of.

        Parameters
        ----------
        problem : Problem
            Recorded as overcome.
        """
        self.problems.append(replace(problem, overcome=True))

    def by_kind(self) -> dict[ProblemKind, list[Problem]]:
        """The collected problems, grouped by kind in the order of first occurrence."""
        return grouped_by_kind(self.problems)
