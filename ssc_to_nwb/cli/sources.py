"""`ssc-to-nwb sessions`, `describe` and `explain`: what a source holds, what a file is like, what a problem means."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from ssc_to_nwb import json_lines
from ssc_to_nwb.api.explanation import describe, find_problem, problem_areas, similar_problems
from ssc_to_nwb.api.sessions import SessionSummary, list_sessions
from ssc_to_nwb.cli.command import command_of, shows_result_of
from ssc_to_nwb.cli.output import (
    print_list,
    print_listing,
    print_not_taken,
    print_problem,
    print_result,
    print_warnings,
    print_wrapped,
)
from ssc_to_nwb.cli.terminal import Styled, echo, terminal_width, wrapped
from ssc_to_nwb.quantities import bytes_text, plural

if TYPE_CHECKING:
    from ssc_to_nwb.describe.description import Description
    from ssc_to_nwb.problems.model import Problem, ProblemKind

_WIDTH = 100
_MARGIN = len("    warning  ")


@command_of("ssc-to-nwb sessions /data/ssc-1 --session 'an1975*'", calls=list_sessions)
def sessions_command(*, as_json: bool, **options: Any) -> None:
    """List the sessions found in SOURCE: trials, planes, ROIs, data types, raw files and bytes.

    SOURCE is a folder with the layout of the dataset, a session file, or a packed file (.tar, .tar.gz, .zip). Packed
    files inside a folder are found too. Other MATLAB files are listed with the reason why they are not sessions.
    """
    not_taken: list[Problem] = []
    summaries = list_sessions(on_listing=print_listing, on_not_taken=not_taken.append, **options)
    if as_json:
        ok = all(summary.error is None for summary in summaries)
        print_result({"ok": ok, "problems": not_taken, "sessions": summaries})
    else:
        _print_table(summaries)
        print_not_taken(not_taken)
    if any(summary.error is not None for summary in summaries):
        sys.exit(1)


def _print_table(summaries: tuple[SessionSummary, ...]) -> None:
    for summary in summaries:
        if summary.error is not None:
            echo(Styled(summary.session, bold=True))
            print_problem(summary.error)
            continue
        echo(Styled(f"{summary.session}  ({summary.dataset}, {bytes_text(summary.mat_bytes)})", bold=True))
        echo(f"  {summary.counts_text}")
        for packed in summary.packed_in:
            echo(f"  packed in {packed}")
        print_list("data types", summary.data_types)
        print_wrapped(f"census: {summary.census}")
        echo(
            f"  raw files: {plural(summary.raw_present, 'stack')} present, {summary.raw_missing:,} missing, "
            f"{plural(summary.videos, 'video')}, {bytes_text(summary.raw_bytes)}"
        )
        if summary.side_files:
            echo(f"  beside the stacks: {plural(summary.side_files, 'file')} of the registration")
        print_warnings(summary.warnings, verbose=False, session=summary.session)
    whole = sum(summary.mat_bytes + summary.raw_bytes for summary in summaries)
    echo(f"{plural(len(summaries), 'session')}, {bytes_text(whole)}")


@shows_result_of(
    describe,
    "ssc-to-nwb describe an197522_2013_03_08_session.mat",
    "ssc-to-nwb describe FILE.mat --json",
)
def describe_command(found: Description) -> None:
    """Describe the MATLAB file FILE without its data, as a text that is short enough for an issue.

    The text has names, classes and sizes, ranges of indices, the differences from the known layout of session files,
    and the comparison with the census. It has no data, no names of people and no paths. Files that a conversion
    refuses are described too, as far as they can be read.
    """
    for line in found.lines():
        echo(line)


@command_of(
    "ssc-to-nwb explain",
    "ssc-to-nwb explain tif-truncated",
    "ssc-to-nwb explain check_time_intervals_stop_after_start",
)
@click.argument("identifier", required=False)
def explain_command(identifier: str | None, *, as_json: bool) -> None:
    """Explain the problem IDENTIFIER, which is in brackets after each message. Without it, list all problems by area.

    Names of nwbinspector's checks are accepted too.
    """
    if identifier is None:
        areas = problem_areas()
        if as_json:
            kinds = [{"area": area, **json_lines.as_json(kind)} for area, found in areas.items() for kind in found]
            print_result({"problems": kinds})
        else:
            _list(areas)
        return
    kind = find_problem(identifier)
    if kind is None:
        similar = similar_problems(identifier)
        hint = f" Did you mean {', '.join(similar)}?" if similar else ""
        raise click.UsageError(f"No problem has the identifier {identifier!r}.{hint} `ssc-to-nwb explain` lists all.")
    if as_json:
        print_result({"problems": [kind]})
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
        echo(Styled(area, bold=True))
        for kind in kinds:
            if narrow:
                echo(f"  {kind.identifier} ({kind.severity.value})\n    {kind.title}")
            else:
                echo(f"  {kind.identifier:{width}}  {kind.severity.value:7}  {kind.title}")


def _explain(kind: ProblemKind) -> None:
    echo(Styled(kind.title, bold=True), f" [{kind.identifier}]")
    for label, text in (("severity", kind.severity.value), ("why", kind.reason), ("what to do", kind.remedy)):
        whole = f"  {label}: {text}"
        echo(wrapped(whole, width=min(_WIDTH, terminal_width() or _WIDTH)))
