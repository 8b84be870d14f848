"""Entries in the form of the catalogue for every check that `validate` runs, by the name of its function."""

from __future__ import annotations

from typing import Any

from nwbinspector import available_checks, configure_checks, load_config

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemKind
from ssc_to_nwb.validate.inspection import best_practice, severity_of
from ssc_to_nwb.validate.project_check import kind_of
from ssc_to_nwb.validate.project_checks import project_checks


def explained_checks() -> dict[str, ProblemKind]:
    """A project check has its own kind, one of nwbinspector what its documentation says."""
    theirs = configure_checks(checks=list(available_checks), config=load_config("dandi"))
    return {check.__name__: kind_of(check) or _entry(check) for check in [*theirs, *project_checks()]}


def _entry(check: Any) -> ProblemKind:
    return ProblemKind(
        identifier=check.__name__,
        severity=severity_of(check),
        title=f"A check of nwbinspector: {check.__name__.removeprefix('check_').replace('_', ' ')}",
        reason=best_practice(check.__name__),
        remedy=kinds.NWBINSPECTOR.remedy,
    )
