"""A fault of the metadata files that every session would meet: reported once, before any work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from ssc_to_nwb.metadata.loader import read_metadata_files
from ssc_to_nwb.problems.model import Problem, SscError


class NamedSession(Protocol):
    """What is known of a session before it is read."""

    @property
    def name(self) -> str:
        """Its name, such as `an197522_2013_03_08`."""

    @property
    def subject(self) -> str:
        """The animal."""

    @property
    def dataset(self) -> str:
        """`ssc-1` or `ssc-2`."""

    @property
    def problem(self) -> Problem | None:
        """Why it cannot be read, where that is known already; its name may then be none."""


def check_metadata(sessions: Iterable[NamedSession], files: Sequence[Path]) -> None:
    """Raise metadata-* where a user's file cannot be used, or where every session would meet the same fault.

    What concerns some of the sessions alone is left to them.
    """
    problems = _problems([one for one in sessions if one.problem is None], files)
    shared = set(problems)
    if len(shared) == 1 and None not in shared:
        raise SscError(next(problem for problem in problems if problem is not None))


def _problems(sessions: Sequence[NamedSession], files: Sequence[Path]) -> list[Problem | None]:
    """The problem of each session's metadata, None where there is none. Raises what reading the files raises."""
    read = {name: read_metadata_files(dataset=name, files=files) for name in {one.dataset for one in sessions}}
    problems: list[Problem | None] = []
    for one in sessions:
        try:
            read[one.dataset].of_session(session=one.name, subject=one.subject)
            problems.append(None)
        except SscError as failure:
            problems.append(failure.problem)
    return problems
