"""`ssc-to-nwb plan`: what a conversion would do, before any work."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ssc_to_nwb.api.planning import plan
from ssc_to_nwb.cli.options import json_option, options_of, source_argument, written_output
from ssc_to_nwb.cli.output import (
    print_list,
    print_listing,
    print_not_taken,
    print_problem,
    print_result,
    print_warnings,
)
from ssc_to_nwb.cli.terminal import echo, styled
from ssc_to_nwb.options.conversion import PlanRequest
from ssc_to_nwb.quantities import bytes_text, plural, seconds_text

if TYPE_CHECKING:
    from ssc_to_nwb.api.planning import Plan, PlannedSession
    from ssc_to_nwb.api.sessions import SessionSummary

_ACTIONS = {"convert": "to be converted", "skip": "done before", "refuse": "can't be converted"}


@click.command(epilog="Example:  ssc-to-nwb plan /data/ssc-1 /data/ssc-1-nwb --raw skip")
@source_argument
@written_output
@options_of(PlanRequest)
@json_option
def command(source: Path, output: Path, *, as_json: bool, **options: Any) -> None:
    """Show what `convert` would do with SOURCE and OUTPUT, without doing it.

    The plan lists sessions and their content, what is missing, what is finished, bytes, time, and whether the disk is
    large enough. The options are those of `convert`. Time and size are estimates from a sample of the frames, which
    is written to OUTPUT's disk and removed. The exit status is 1 if a session cannot be converted or the disk is too
    small.
    """
    show_plan(source, output, as_json=as_json, options=options)


def show_plan(source: Path, output: Path, *, as_json: bool, options: Mapping[str, Any]) -> None:
    """Print the plan, and exit with status 1 where a session cannot be converted or the disk is too small.

    options: of `plan`; further ones of `convert` change nothing in it and are left out.
    """
    known = {name: value for name, value in options.items() if name in signature(plan).parameters}
    result = plan(source=source, output=output, on_listing=print_listing, **known)
    if as_json:
        print_result(result.as_dict(), problems=result.not_taken)
    else:
        _print(result)
    if not result.ok:
        sys.exit(1)


def _print(result: Plan) -> None:
    for session in result.sessions:
        _print_session(session)
    to_do = [session for session in result.sessions if session.action == "convert"]
    done = sum(session.action == "skip" for session in result.sessions)
    echo(f"{plural(len(result.sessions), 'session')}: {len(to_do)} to be converted, {done} done before")
    source_bytes = sum(session.source_bytes for session in to_do)
    echo(
        f"read {bytes_text(source_bytes)}, write about {bytes_text(result.output_bytes)}, "
        f"in about {seconds_text(result.seconds)}"
    )
    if result.sample is not None:
        rate = bytes_text(result.sample.bytes_per_second)
        echo(f"sample of the frames: compressed to {100 * result.sample.ratio:.0f} %, {rate}/s")
    print_not_taken(result.not_taken)
    room = result.room
    echo(f"free where the output goes: {bytes_text(room.output_free)}")
    if room.work_needed:
        needed, free = bytes_text(room.work_needed), bytes_text(room.work_free)
        echo(f"unpacking takes up to {needed} in {room.work}, {free} free there")
    if room.short:
        echo(styled("room is short", color="red", bold=True), err=True)


def _print_session(session: PlannedSession) -> None:
    echo(styled(session.session, bold=True), f": {_ACTIONS[session.action]}")
    for change in session.why:
        echo(f"  changed: {change}")
    for note in session.notes:
        echo(f"  without effect: {note}")
    if session.problem is not None:
        print_problem(session.problem)
    if session.action != "convert":
        return
    if session.contents is not None:
        _print_contents(session.contents)
    unpacked = f", {bytes_text(session.unpack_bytes)} unpacked" if session.unpack_bytes else ""
    echo(
        f"  {bytes_text(session.source_bytes)} in{unpacked}, about {bytes_text(session.output_bytes)} out, "
        f"about {seconds_text(session.seconds)}"
    )


def _print_contents(contents: SessionSummary) -> None:
    echo(f"  {contents.counts_text}")
    print_list("data types", contents.data_types)
    stacks = contents.raw_present + contents.raw_missing
    if stacks:
        missing = f", {contents.raw_missing} of {stacks} listed stacks are missing" if contents.raw_missing else ""
        echo(f"  {plural(contents.raw_present, 'stack')}, {plural(contents.videos, 'video')}{missing}")
    print_warnings(contents.warnings, verbose=False, session=contents.session)
