"""`ssc-to-nwb plan`, `convert` and `demo`: from session files to NWB files."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import signature
from typing import TYPE_CHECKING, Any

import click

from ssc_to_nwb.api.conversion import ConversionInterrupted, ConversionResult, DemoResult, convert, demo
from ssc_to_nwb.api.planning import Plan, PlannedSession, plan
from ssc_to_nwb.cli.command import command_of
from ssc_to_nwb.cli.displays import RunLines
from ssc_to_nwb.cli.interruption import SIGNAL_STATUS
from ssc_to_nwb.cli.output import finish, print_list, print_listing, print_not_taken, print_problem, print_warnings
from ssc_to_nwb.cli.progress import display
from ssc_to_nwb.cli.terminal import Styled, echo
from ssc_to_nwb.quantities import bytes_text, listed, plural, seconds_text

if TYPE_CHECKING:
    from ssc_to_nwb.api.sessions import SessionSummary
    from ssc_to_nwb.nwb_file.results import SessionOutcome
    from ssc_to_nwb.problems.model import Problem

_ACTIONS = {"convert": "to be converted", "skip": "done before", "refuse": "can't be converted"}
_SHOWN_NAMES = 3


@command_of("ssc-to-nwb plan /data/ssc-1 /data/ssc-1-nwb --raw skip", calls=plan)
def plan_command(*, as_json: bool, **options: Any) -> None:
    """Show what `convert` would do with SOURCE and OUTPUT, without doing it.

    The plan lists sessions and their content, what is missing, what is finished, bytes, time, and whether the disk is
    large enough. The options are those of `convert`. Time and size are estimates from a sample of the frames, which
    is written to OUTPUT's disk and removed. The exit status is 1 if a session cannot be converted or the disk is too
    small.
    """
    show_plan(options, as_json=as_json)


def show_plan(options: Mapping[str, Any], *, as_json: bool) -> None:
    """Print the plan, and exit with status 1 where a session cannot be converted or the disk is too small.

    options: of `plan`; further ones of `convert` change nothing in it and are left out.
    """
    known = {name: value for name, value in options.items() if name in signature(plan).parameters}
    finish(plan(on_listing=print_listing, **known), _print_plan, as_json=as_json, json_of=_with_not_taken)


def _with_not_taken(result: Plan | ConversionResult) -> dict[str, Any]:
    return {"problems": result.not_taken, **result.as_dict()}


def _print_plan(result: Plan) -> None:
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
        echo(Styled("room is short", color="red", bold=True), err=True)


def _print_session(session: PlannedSession) -> None:
    echo(Styled(session.session, bold=True), f": {_ACTIONS[session.action]}")
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


@command_of(
    "ssc-to-nwb convert /data/ssc-1 /data/ssc-1-nwb",
    "ssc-to-nwb convert /data/ssc-1 out --session 'an1975*' --raw skip",
    "ssc-to-nwb convert an197522_2013_03_08_session.mat out --stub --json",
    "ssc-to-nwb convert downloads.tar.gz out --work-dir /scratch --retry 2",
    "ssc-to-nwb convert /data/ssc-2 out --dask tcp://scheduler:8786",
    calls=convert,
)
@click.option("--dry-run", is_flag=True, help="Do nothing, and show what would be done, as `plan` does.")
def convert_command(*, dry_run: bool, as_json: bool, verbose: bool, quiet: bool, **options: Any) -> None:
    """Convert every session found in SOURCE to one NWB file each, below OUTPUT.

    SOURCE is a folder with the layout of the dataset, a session file, or a packed file (.tar, .tar.gz, .zip). Packed
    files inside a folder are found too.

    Finished sessions are skipped, unless their source files have changed. If other options or metadata would change
    a finished file, the session is refused until you give --overwrite. A session that fails does not stop the
    others; the exit status is then 1. Ctrl-C, SIGTERM and SIGHUP end the run within seconds, with a summary; the exit
    status is then 130, 143 or 129.
    """
    if dry_run:
        show_plan(options, as_json=as_json)
        return
    with display(RunLines, quiet=quiet or as_json) as on_event:
        try:
            result, status = convert(on_event=on_event, **options), None
        except ConversionInterrupted as interruption:
            result, status = interruption.result, SIGNAL_STATUS + interruption.signal
    printing: dict[str, Any] = {"as_json": as_json, "verbose": verbose, "quiet": quiet}
    finish(result, _print_summary, json_of=_with_not_taken, status=status, **printing)


def _print_summary(result: ConversionResult, *, verbose: bool, quiet: bool) -> None:
    """Every session with what came of it, and a last line that counts them."""
    interrupted = [outcome.session for outcome in result.outcomes if _was_interrupted(outcome)]
    shown: dict[Problem, str] = {}
    for outcome in result.outcomes:
        if outcome.error is not None and outcome.error in shown:
            echo(
                Styled(f"{outcome.session}: failed, for the reason shown at {shown[outcome.error]}", color="red"),
                err=True,
            )
        elif not _was_interrupted(outcome) and not (quiet and outcome.ok):
            _print_outcome(outcome, verbose=verbose)
            if outcome.error is not None:
                shown[outcome.error] = outcome.session
    if not quiet:
        print_not_taken(result.not_taken)
    failed = [outcome.session for outcome in result.outcomes if not outcome.ok and not _was_interrupted(outcome)]
    done = len(result.outcomes) - len(failed) - len(interrupted)
    if not quiet:
        skipped = sum(outcome.status == "skipped" for outcome in result.outcomes)
        before = f", {skipped} of them before" if skipped else ""
        echo(f"{done} of {len(result.outcomes)} sessions done{before}")
    if failed:
        echo(f"failed: {', '.join(failed)}", err=True)
    if interrupted:
        echo(f"interrupted: {listed(interrupted, most=_SHOWN_NAMES)}", err=True)
        echo("  what to do: Run the same command again.", err=True)


def _was_interrupted(outcome: SessionOutcome) -> bool:
    """Whether the session is not done only because the run was ended; there may be hundreds of these."""
    return outcome.error is not None and outcome.error.kind.identifier == "interrupted"


def _print_outcome(outcome: SessionOutcome, *, verbose: bool) -> None:
    if outcome.error is not None:
        echo(Styled(f"{outcome.session}: failed", color="red", bold=True), err=True)
        print_problem(outcome.error)
        if verbose and outcome.traceback:
            echo(outcome.traceback, err=True)
    else:
        seconds = seconds_text(sum(outcome.seconds.values()))
        what = "was done before" if outcome.status == "skipped" else f"{outcome.status} in {seconds}"
        echo(
            Styled(outcome.session, bold=True),
            f": {what}, {bytes_text(outcome.output_bytes)}, verified: {outcome.verified}",
        )
        echo(f"  {outcome.output}")
    print_warnings(outcome.problems, verbose=verbose, session=outcome.session)


@command_of("ssc-to-nwb demo demo-output", calls=demo)
def demo_command(*, as_json: bool, verbose: bool, quiet: bool, **options: Any) -> None:
    """Make a small synthetic dataset in OUTPUT/source, in the layout of ssc-1, and convert it to OUTPUT/nwb.

    It needs no account and no network.
    """
    printing: dict[str, Any] = {"as_json": as_json, "verbose": verbose, "quiet": quiet}
    with display(RunLines, quiet=quiet or as_json) as on_event:
        try:
            result = demo(on_event=on_event, **options)
        except ConversionInterrupted as interruption:
            status = SIGNAL_STATUS + interruption.signal
            finish(interruption.result, _print_summary, json_of=_with_not_taken, status=status, **printing)
    finish(result, _print_demo, json_of=_json_of_demo, **printing)


def _print_demo(result: DemoResult, *, verbose: bool, quiet: bool) -> None:
    if not quiet:
        echo(f"Synthetic dataset: {result.source}")
    _print_summary(result.conversion, verbose=verbose, quiet=quiet)


def _json_of_demo(result: DemoResult) -> dict[str, Any]:
    return {"source": result.source, "output": result.output, **_with_not_taken(result.conversion)}
