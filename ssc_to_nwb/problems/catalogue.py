"""The catalogue: every kind of problem, whichever part of the project reports it."""

from __future__ import annotations

from types import ModuleType

from ssc_to_nwb.problems import (
    archive_kinds,
    check_kinds,
    dandiset_kinds,
    export_kinds,
    mat_kinds,
    metadata_kinds,
    output_kinds,
    raw_kinds,
    report_kinds,
    restore_kinds,
    run_kinds,
    source_kinds,
    trial_kinds,
    unusual_kinds,
    validate_kinds,
    verify_kinds,
)
from ssc_to_nwb.problems.model import ProblemKind

_AREAS: dict[str, ModuleType] = {
    "MATLAB files": mat_kinds,
    "Session files": source_kinds,
    "Trials": trial_kinds,
    "Unusual content": unusual_kinds,
    "Raw files": raw_kinds,
    "Metadata": metadata_kinds,
    "Output": output_kinds,
    "Verification": verify_kinds,
    "Way back": restore_kinds,
    "Export as Zarr": export_kinds,
    "Validation": validate_kinds,
    "Checks of NWB files": check_kinds,
    "Runs": run_kinds,
    "Archive": archive_kinds,
    "Metadata of a dandiset": dandiset_kinds,
    "Reports and reading": report_kinds,
}


def areas() -> dict[str, tuple[ProblemKind, ...]]:
    """The kinds of each area, areas in the order of the path data take."""
    return {
        title: tuple(kind for kind in vars(module).values() if isinstance(kind, ProblemKind))
        for title, module in _AREAS.items()
    }


def catalogue() -> dict[str, ProblemKind]:
    """All kinds by identifier, in the order of the path data take; a doubled identifier is a ValueError."""
    kinds: dict[str, ProblemKind] = {}
    for kind in (kind for area in areas().values() for kind in area):
        if kind.identifier in kinds:
            raise ValueError(f"problem identifier {kind.identifier!r} is defined twice")
        kinds[kind.identifier] = kind
    return kinds
