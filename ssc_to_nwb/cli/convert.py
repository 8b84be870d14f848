"""`ssc-to-nwb convert`: from session files to NWB files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ssc_to_nwb.cli.options import (
    json_option,
    metadata_option,
    output_argument,
    quiet_option,
    session_option,
    source_argument,
    verbose_option,
)
from ssc_to_nwb.cli.output import bytes_text, print_json, print_problem, print_warnings, seconds_text
from ssc_to_nwb.cli.progress import progress_bar

if TYPE_CHECKING:
    from ssc_to_nwb.api.conversion import ConversionResult
    from ssc_to_nwb.converter.results import SessionOutcome

_EXAMPLES = """Examples:

\b
  ssc-to-nwb convert /data/ssc-1 /data/ssc-1-nwb
  ssc-to-nwb convert /data/ssc-1 out --session 'an1975*' --raw skip
  ssc-to-nwb convert an197522_2013_03_08_session.mat out --stub --json
"""


@click.command(epilog=_EXAMPLES)
@source_argument
@output_argument
@session_option
@metadata_option
@click.option("--overwrite", is_flag=True, help="Replace NWB files that exist.")
@click.option("--stub", is_flag=True, help="Write small true files: a few trials, every data type.")
@click.option(
    "--raw",
    type=click.Choice(["auto", "require", "skip"]),
    default="auto",
    show_default=True,
    help="Raw files: take what is there, require all that are listed, or take none.",
)
@click.option("--keep-going", is_flag=True, help="Turn damaged raw files into gaps, with a warning.")
@click.option(
    "--compression",
    type=click.Choice(["fast", "small", "none"]),
    default="fast",
    show_default=True,
    help="Fast and good, slow and a little smaller, or none; every HDF5 reader opens all of them.",
)
@click.option(
    "--chunk-mb",
    type=click.FloatRange(min=0.01, max=64),
    default=2.0,
    show_default=True,
    help="Size of a chunk of frames.",
)
@click.option("--workers", type=click.IntRange(min=1), default=2, show_default=True, help="Threads.")
@click.option(
    "--memory-mb",
    type=click.FloatRange(min=1),
    default=256.0,
    show_default=True,
    help="Memory for frames on their way.",
)
@click.option(
    "--verify",
    type=click.Choice(["full", "sample", "off"]),
    default="full",
    show_default=True,
    help="Read the file back and compare it with its source before it gets its name.",
)
@click.option("--allow-unmapped", is_flag=True, help="Keep source fields that nobody knows as they are.")
@json_option
@verbose_option
@quiet_option
def command(source: Path, output: Path, *, as_json: bool, verbose: bool, quiet: bool, **options: Any) -> None:
    """Convert every session found in SOURCE to one NWB file each, below OUTPUT.

    SOURCE is a folder laid out as the data set is, or a session file. A session that fails does not stop the others;
    the exit status is then 1.
    """
    from ssc_to_nwb.api.conversion import convert

    with progress_bar(quiet=quiet or as_json) as on_progress:
        result = convert(source=source, output=output, on_progress=on_progress, **options)
    if as_json:
        print_json(result.as_dict())
    else:
        print_summary(result, verbose=verbose, quiet=quiet)
    if not result.ok:
        sys.exit(1)


def print_summary(result: ConversionResult, *, verbose: bool, quiet: bool) -> None:
    """Every session with what came of it, and a last line that counts them."""
    for outcome in result.outcomes:
        if not quiet or not outcome.ok:
            _print_outcome(outcome, verbose=verbose)
    failed = [outcome.session for outcome in result.outcomes if not outcome.ok]
    done = len(result.outcomes) - len(failed)
    if not quiet:
        click.echo(f"{done} of {len(result.outcomes)} sessions done")
    if failed:
        click.echo(f"failed: {', '.join(failed)}", err=True)


def _print_outcome(outcome: SessionOutcome, *, verbose: bool) -> None:
    if outcome.error is not None:
        click.secho(f"{outcome.session}: failed", fg="red", bold=True, err=True)
        print_problem(outcome.error)
        if verbose and outcome.traceback:
            click.echo(outcome.traceback, err=True)
    else:
        seconds = seconds_text(sum(outcome.seconds.values()))
        click.echo(
            f"{click.style(outcome.session, bold=True)}: {outcome.status} in {seconds}, "
            f"{bytes_text(outcome.output_bytes)}, verified: {outcome.verified}"
        )
        click.echo(f"  {outcome.output}")
    print_warnings(outcome.problems, verbose=verbose)
