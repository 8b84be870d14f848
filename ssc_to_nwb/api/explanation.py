"""What an identifier in an error, a warning or a message means; and a MATLAB file described without its data."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

from ssc_to_nwb.data_types.registry import all_areas
from ssc_to_nwb.options.declare import takes
from ssc_to_nwb.options.files import DescribeRequest
from ssc_to_nwb.problems.model import ProblemKind

if TYPE_CHECKING:
    from ssc_to_nwb.describe.description import Description

_CHECK_PREFIX = "check_"
_DANDI_PREFIX = "DANDI."


@takes(DescribeRequest)
def describe(request: DescribeRequest) -> Description:
    """Describe a MATLAB file: its tree of names, classes and sizes, and the differences from the known layout.

    The description has no data and no names of people, machines or folders. It works on files that a conversion
    refuses.

    Returns
    -------
    Description
        The tree. What cannot be read is named with its error.

    Raises
    ------
    SscError
        mat-unreadable if the file cannot be opened, source-not-readable if it does not exist.
    """
    from ssc_to_nwb.describe.description import describe_file

    return describe_file(Path(request.file))


def problem_areas() -> dict[str, tuple[ProblemKind, ...]]:
    """Every kind of problem by area, in the order of the path data take; each data type is an area of its own."""
    return dict(all_areas())


def catalogue() -> dict[str, ProblemKind]:
    """Every kind of problem by identifier, in the same order; a doubled identifier is a ValueError."""
    kinds: dict[str, ProblemKind] = {}
    for kind in (kind for area in problem_areas().values() for kind in area):
        if kind.identifier in kinds:
            raise ValueError(f"problem identifier {kind.identifier!r} is defined twice")
        kinds[kind.identifier] = kind
    return kinds


def find_problem(identifier: str) -> ProblemKind | None:
    """The entry of an identifier, such as `values-nan` or `check_single_row`; None where nobody knows it.

    Of the catalogue, of nwbinspector's checks (which load nwbinspector, and take seconds), or of the dandi client's
    rules for layouts.
    """
    if identifier.startswith(_DANDI_PREFIX):
        return catalogue()["dandi-layout"]
    if identifier.startswith(_CHECK_PREFIX):
        from ssc_to_nwb.validate.inspection import explained_checks

        return explained_checks().get(identifier)
    return catalogue().get(identifier)


def similar_problems(identifier: str) -> list[str]:
    """At most three identifiers that look like one that `find_problem` does not know, the likeliest first."""
    known = list(catalogue())
    if identifier.startswith(_CHECK_PREFIX):
        from ssc_to_nwb.validate.inspection import explained_checks

        known = list(explained_checks())
    close = difflib.get_close_matches(identifier, known, n=3, cutoff=0.5)
    words = {word for word in identifier.split("-") if len(word) > 2}
    return close or [name for name in known if words & set(name.split("-"))][:3]
