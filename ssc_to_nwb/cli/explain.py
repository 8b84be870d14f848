"""`ssc-to-nwb explain`: what an identifier means, why it matters and what to do."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import click

from ssc_to_nwb.cli.options import json_option
from ssc_to_nwb.cli.output import print_json
from ssc_to_nwb.cli.terminal import echo, styled

if TYPE_CHECKING:
    from ssc_to_nwb.problems.model import ProblemKind

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
    """Explain the problem IDENTIFIER, which is in brackets after each message. Without it, list all problems.

    Names of nwbinspector's checks are accepted too.
    """
    from ssc_to_nwb.api.explanation import all_problems, find_problem, similar_problems

    if identifier is None:
        problems = all_problems()
        if as_json:
            print_json([_as_dict(kind) for kind in problems])
        else:
            _list(problems)
        return
    kind = find_problem(identifier)
    if kind is None:
        similar = similar_problems(identifier)
        hint = f" Did you mean {', '.join(similar)}?" if similar else ""
        raise click.UsageError(f"No problem has the identifier {identifier!r}.{hint} `ssc-to-nwb explain` lists all.")
    if as_json:
        print_json(_as_dict(kind))
    else:
        _explain(kind)


def _list(problems: tuple[ProblemKind, ...]) -> None:
    width = max(len(kind.identifier) for kind in problems)
    for kind in problems:
        echo(f"{kind.identifier:{width}}  {kind.severity.value:7}  {kind.title}")


def _explain(kind: ProblemKind) -> None:
    echo(styled(kind.title, bold=True), f" [{kind.identifier}]")
    for label, text in (("severity", kind.severity.value), ("why", kind.reason), ("what to do", kind.remedy)):
        whole = f"  {label}: {text}"
        echo(textwrap.fill(whole, width=100, subsequent_indent="    ", break_on_hyphens=False))


def _as_dict(kind: ProblemKind) -> dict[str, str]:
    return {
        "identifier": kind.identifier,
        "severity": kind.severity.value,
        "title": kind.title,
        "reason": kind.reason,
        "remedy": kind.remedy,
    }
