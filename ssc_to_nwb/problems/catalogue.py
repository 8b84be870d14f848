"""The catalogue: every kind of problem, whichever part of the project reports it."""

from __future__ import annotations

from types import ModuleType

from ssc_to_nwb.problems import (
    archive_kinds,
    check_kinds,
    dandiset_kinds,
    mat_kinds,
    metadata_kinds,
    output_kinds,
    raw_kinds,
    report_kinds,
    run_kinds,
    source_kinds,
    trial_kinds,
    unusual_kinds,
    validate_kinds,
    verify_kinds,
)
from ssc_to_nwb.problems.model import ProblemKind

_AREAS: tuple[ModuleType, ...] = (
    mat_kinds,
    source_kinds,
    trial_kinds,
    unusual_kinds,
    raw_kinds,
    metadata_kinds,
    output_kinds,
    verify_kinds,
    validate_kinds,
    check_kinds,
    run_kinds,
    archive_kinds,
    dandiset_kinds,
    report_kinds,
)


def catalogue() -> dict[str, ProblemKind]:
    """All kinds by identifier, in the order of the path data take; a doubled identifier is a ValueError."""
    kinds: dict[str, ProblemKind] = {}
    for area in _AREAS:
        for kind in vars(area).values():
            if not isinstance(kind, ProblemKind):
                continue
            if kind.identifier in kinds:
                raise ValueError(f"problem identifier {kind.identifier!r} is defined twice")
            kinds[kind.identifier] = kind
    return kinds
