"""`ssc-to-nwb explain`: what an identifier means, why it matters and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from ssc_to_nwb.cli.options import json_option
from ssc_to_nwb.cli.output import print_result
from ssc_to_nwb.cli.terminal import echo, styled, terminal_width, wrapped

if TYPE_CHECKING:
    from ssc_to_nwb.problems.model import ProblemKind

_WIDTH = 100
_MARGIN = len("    warning  ")
_EXAMPLES = """Examples:

\b
  ssc-to-nwb explain
  ssc-to-nwb explain tif-truncated
  ssc-to-nwb explain check_time_intervals_stop_after_start
"""


@click.command(epilog=_EXAMPLES)
@click.argument("identifier", required=False)
@json_option
def command(identifier: str | None, *, as_json: bool) -> None:
    """Explain the problem IDENTIFIER, which is in brackets after each message. Without it, list all problems by area.

    Names of nwbinspector's checks are accepted too.
    """
    from ssc_to_nwb.api.explanation import find_problem, problem_areas, similar_problems

    if identifier is None:
        areas = problem_areas()
        if as_json:
            print_result({"problems": [_as_dict(kind, area=area) for area, kinds in areas.items() for kind in kinds]})
        else:
            _list(areas)
        return
    kind = find_problem(identifier)
    if kind is None:
        similar = similar_problems(identifier)
        hint = f" Did you mean {', '.join(similar)}?" if similar else ""
        raise click.UsageError(f"No problem has the identifier {identifier!r}.{hint} `ssc-to-nwb explain` lists all.")
    if as_json:
        print_result({"problems": [_as_dict(kind)]})
    else:
        _explain(kind)


def _list(areas: Mapping[str, tuple[ProblemKind, ...]]) -> None:
    """Each area with its problems, a line each, or two on a narrow terminal."""
    every = [kind for kinds in areas.values() for kind in kinds]
    width = max(len(kind.identifier) for kind in every)
    columns = terminal_width()
    narrow = columns is not None and width + max(len(kind.title) for kind in every) + _MARGIN > columns
    for place, (area, kinds) in enumerate(areas.items()):
        if place:
            echo()
        echo(styled(area, bold=True))
        for kind in kinds:
            if narrow:
                echo(f"  {kind.identifier} ({kind.severity.value})\n    {kind.title}")
            else:
                echo(f"  {kind.identifier:{width}}  {kind.severity.value:7}  {kind.title}")


def _explain(kind: ProblemKind) -> None:
    echo(styled(kind.title, bold=True), f" [{kind.identifier}]")
    for label, text in (("severity", kind.severity.value), ("why", kind.reason), ("what to do", kind.remedy)):
        whole = f"  {label}: {text}"
        echo(wrapped(whole, width=min(_WIDTH, terminal_width() or _WIDTH)))


def _as_dict(kind: ProblemKind, *, area: str | None = None) -> dict[str, str]:
    return {
        **({} if area is None else {"area": area}),
        "identifier": kind.identifier,
        "severity": kind.severity.value,
        "title": kind.title,
        "reason": kind.reason,
        "remedy": kind.remedy,
    }
