"""`ssc-to-nwb convert`: from session files to NWB files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ssc_to_nwb.cli.interruption import SIGNAL_STATUS
from ssc_to_nwb.cli.options import (
    json_option,
    options_of,
    quiet_option,
    source_argument,
    verbose_option,
    written_output,
)
from ssc_to_nwb.cli.output import print_not_taken, print_problem, print_result, print_warnings
from ssc_to_nwb.cli.plan import show_plan
from ssc_to_nwb.cli.run_display import run_display
from ssc_to_nwb.cli.terminal import echo, styled
from ssc_to_nwb.options.conversion import ConvertRequest
from ssc_to_nwb.quantities import bytes_text, listed, seconds_text

if TYPE_CHECKING:
    from ssc_to_nwb.api.conversion import ConversionResult
    from ssc_to_nwb.nwb_file.results import SessionOutcome
    from ssc_to_nwb.problems.model import Problem

_SHOWN_NAMES = 3
_EXAMPLES = """Examples:

\b
  ssc-to-nwb convert /data/ssc-1 /data/ssc-1-nwb
  ssc-to-nwb convert /data/ssc-1 out --session 'an1975*' --raw skip
  ssc-to-nwb convert an197522_2013_03_08_session.mat out --stub --json
  ssc-to-nwb convert downloads.tar.gz out --work-dir /scratch --retry 2
  ssc-to-nwb convert /data/ssc-2 out --dask tcp://scheduler:8786
"""


@click.command(epilog=_EXAMPLES)
@source_argument
@written_output
@options_of(ConvertRequest)
@click.option("--dry-run", is_flag=True, help="Do nothing, and show what would be done, as `plan` does.")
@json_option
@verbose_option
@quiet_option
def command(
    source: Path, output: Path, *, dry_run: bool, as_json: bool, verbose: bool, quiet: bool, **options: Any
) -> None:
    """Convert every session found in SOURCE to one NWB file each, below OUTPUT.

    SOURCE is a folder with the layout of the dataset, a session file, or a packed file (.tar, .tar.gz, .zip). Packed
    files inside a folder are found too.

    Finished sessions are skipped, unless their source files have changed. If other options or metadata would change
    a finished file, the session is refused until you give --overwrite. A session that fails does not stop the
    others; the exit status is then 1. Ctrl-C, SIGTERM and SIGHUP end the run within seconds, with a summary; the exit
    status is then 130, 143 or 129.
    """
    from ssc_to_nwb.api.conversion import ConversionInterrupted, convert

    if dry_run:
        show_plan(source, output, as_json=as_json, options=options)
        return
    status = 0
    with run_display(quiet=quiet or as_json) as on_event:
        try:
            result = convert(source=source, output=output, on_event=on_event, **options)
        except ConversionInterrupted as interruption:
            result = interruption.result
            status = SIGNAL_STATUS + interruption.signal
    if as_json:
        print_result(result.as_dict(), problems=result.not_taken)
    else:
        print_summary(result, verbose=verbose, quiet=quiet)
    if status or not result.ok:
        sys.exit(status or 1)


def print_summary(result: ConversionResult, *, verbose: bool, quiet: bool) -> None:
    """Every session with what came of it, and a last line that counts them."""
    interrupted = [outcome.session for outcome in result.outcomes if _was_interrupted(outcome)]
    shown: dict[Problem, str] = {}
    for outcome in result.outcomes:
        if outcome.error is not None and outcome.error in shown:
            echo(
                styled(f"{outcome.session}: failed, for the reason shown at {shown[outcome.error]}", color="red"),
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
        echo(styled(f"{outcome.session}: failed", color="red", bold=True), err=True)
        print_problem(outcome.error)
        if verbose and outcome.traceback:
            echo(outcome.traceback, err=True)
    else:
        seconds = seconds_text(sum(outcome.seconds.values()))
        what = "was done before" if outcome.status == "skipped" else f"{outcome.status} in {seconds}"
        echo(
            styled(outcome.session, bold=True),
            f": {what}, {bytes_text(outcome.output_bytes)}, verified: {outcome.verified}",
        )
        echo(f"  {outcome.output}")
    print_warnings(outcome.problems, verbose=verbose, session=outcome.session)
