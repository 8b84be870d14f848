"""`ssc-to-nwb sessions`: what a source holds."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ssc_to_nwb.api.sessions import SessionSummary, list_sessions
from ssc_to_nwb.cli.options import json_option, options_of, source_argument
from ssc_to_nwb.cli.output import (
    print_list,
    print_listing,
    print_not_taken,
    print_problem,
    print_result,
    print_warnings,
    print_wrapped,
)
from ssc_to_nwb.cli.terminal import echo, styled
from ssc_to_nwb.options.sources import ListRequest
from ssc_to_nwb.quantities import bytes_text, plural

if TYPE_CHECKING:
    from ssc_to_nwb.problems.model import Problem


@click.command(epilog="Example:  ssc-to-nwb sessions /data/ssc-1 --session 'an1975*'")
@source_argument
@options_of(ListRequest)
@json_option
def command(source: Path, *, as_json: bool, **options: Any) -> None:
    """List the sessions found in SOURCE: trials, planes, ROIs, data types, raw files and bytes.

    SOURCE is a folder with the layout of the dataset, a session file, or a packed file (.tar, .tar.gz, .zip). Packed
    files inside a folder are found too. Other MATLAB files are listed with the reason why they are not sessions.
    """
    not_taken: list[Problem] = []
    summaries = list_sessions(source=source, on_listing=print_listing, on_not_taken=not_taken.append, **options)
    if as_json:
        ok = all(summary.error is None for summary in summaries)
        print_result({"ok": ok}, problems=not_taken, sessions=[summary.as_dict() for summary in summaries])
    else:
        _print_table(summaries)
        print_not_taken(not_taken)
    if any(summary.error is not None for summary in summaries):
        sys.exit(1)


def _print_table(summaries: tuple[SessionSummary, ...]) -> None:
    for summary in summaries:
        if summary.error is not None:
            echo(styled(summary.session, bold=True))
            print_problem(summary.error)
            continue
        echo(styled(f"{summary.session}  ({summary.dataset}, {bytes_text(summary.mat_bytes)})", bold=True))
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
