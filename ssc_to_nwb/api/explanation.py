"""What an identifier in an error, a warning or a message means."""

from __future__ import annotations

import difflib

from ssc_to_nwb.data_types import registry
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
    validate_kinds,
    verify_kinds,
)
from ssc_to_nwb.problems.model import ProblemKind

_FROM_SOURCE = {"MATLAB files": mat_kinds, "Session files": source_kinds}
# Those of the data types come in between.
_TO_ARCHIVE = {
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
_CHECK_PREFIX = "check_"
_DANDI_PREFIX = "DANDI."


def problem_areas() -> dict[str, tuple[ProblemKind, ...]]:
    """Every kind of problem by area, in the order of the path data take; each data type is an area of its own."""
    of_types = {area: one.module("problems") for one, area in registry.having("problems", "AREA")}
    return {
        title: tuple(kind for kind in vars(module).values() if isinstance(kind, ProblemKind))
        for title, module in {**_FROM_SOURCE, **of_types, **_TO_ARCHIVE}.items()
    }


def catalogue() -> dict[str, ProblemKind]:
    """Every kind of problem by identifier, in the same order; a doubled identifier is a ValueError."""
    kinds: dict[str, ProblemKind] = {}
    for kind in (kind for area in problem_areas().values() for kind in area):
        if kind.identifier in kinds:
            raise ValueError(f"problem identifier {kind.identifier!r} is defined twice")
        kinds[kind.identifier] = kind
    return kinds


def find_problem(identifier: str) -> ProblemKind | None:
    """The entry of an identifier: of the catalogue, of nwbinspector's checks, or of the dandi client's layout rules.

    Names that begin with `check_` load nwbinspector, which takes seconds.

    Parameters
    ----------
    identifier : str
        Such as `values-nan` or `check_single_row`.

    Returns
    -------
    ProblemKind or None
        The entry; None for an identifier that nobody knows.
    """
    if identifier.startswith(_DANDI_PREFIX):
        return catalogue()["dandi-layout"]
    if identifier.startswith(_CHECK_PREFIX):
        from ssc_to_nwb.validate.explained_checks import explained_checks

        return explained_checks().get(identifier)
    return catalogue().get(identifier)


def similar_problems(identifier: str) -> list[str]:
    """Identifiers that look like one nobody knows, the likeliest first.

    Parameters
    ----------
    identifier : str
        One that `find_problem` does not know.

    Returns
    -------
    list[str]
        At most three.
    """
    known = list(catalogue())
    if identifier.startswith(_CHECK_PREFIX):
        from ssc_to_nwb.validate.explained_checks import explained_checks

        known = list(explained_checks())
    close = difflib.get_close_matches(identifier, known, n=3, cutoff=0.5)
    words = {word for word in identifier.split("-") if len(word) > 2}
    return close or [name for name in known if words & set(name.split("-"))][:3]
