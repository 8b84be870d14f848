"""`ssc-to-nwb verify`: compare finished NWB files with their sources."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ssc_to_nwb.cli.options import NamedPath, json_option, options_of, quiet_option, source_argument, verbose_option
from ssc_to_nwb.cli.output import print_problem, print_result, print_warnings
from ssc_to_nwb.cli.progress import Display, display
from ssc_to_nwb.cli.terminal import echo, styled
from ssc_to_nwb.options.sources import VerifyRequest
from ssc_to_nwb.quantities import bytes_text, seconds_text

if TYPE_CHECKING:
    from ssc_to_nwb.api.verification import SessionVerification, VerificationResult

_EXAMPLES = """Examples:

\b
  ssc-to-nwb verify /data/ssc-1 /data/ssc-1-nwb
  ssc-to-nwb verify /data/ssc-1 out --session 'an1975*' --mode sample --json
"""


@click.command(epilog=_EXAMPLES)
@source_argument
@click.argument("output", type=NamedPath(exists=True))
@options_of(VerifyRequest)
@json_option
@verbose_option
@quiet_option
def command(source: Path, output: Path, *, as_json: bool, verbose: bool, quiet: bool, **options: Any) -> None:
    """Compare the NWB files below OUTPUT with the sessions of SOURCE that they were made from.

    Every array is compared over its full length, every table by rows and columns, every mask pixel by pixel, every
    frame bit by bit. OUTPUT is the folder that `convert` wrote to, or one NWB file. The exit status is 1 if anything
    differs.
    """
    from ssc_to_nwb.api.verification import verify_sessions

    with display(quiet=quiet or as_json) as shown:
        result = verify_sessions(
            source=source,
            output=output,
            on_progress=None if shown is None else partial(_draw, shown),
            **options,
        )
    if as_json:
        print_result(result.as_dict())
    else:
        _print_result(result, verbose=verbose, quiet=quiet)
    if not result.ok:
        sys.exit(1)


def _draw(shown: Display, session: str, done_bytes: int, total_bytes: int) -> None:
    amount = f"({bytes_text(done_bytes)} of {bytes_text(total_bytes)} of frames)"
    shown.total(f"verify {session}", done=done_bytes, total=total_bytes or None, amount=amount if total_bytes else "")


def _print_result(result: VerificationResult, *, verbose: bool, quiet: bool) -> None:
    for session in result.sessions:
        if not session.ok:
            _print_failure(session)
        elif not quiet and session.report is not None:
            report = session.report
            frames = f", {report.frames} of {report.frames_total} frames" if report.frames_total else ""
            echo(
                styled(session.session, bold=True),
                f": nothing differs; {report.leaves} source fields, "
                f"{report.values} values in {len(report.objects)} objects{frames}, in {seconds_text(report.seconds)}",
            )
            echo(f"  {report.file}")
        if not quiet:
            print_warnings(session.warnings, verbose=verbose, session=session.session)
    if not quiet:
        good = sum(session.ok for session in result.sessions)
        echo(f"{good} of {len(result.sessions)} sessions agree with their source")


def _print_failure(session: SessionVerification) -> None:
    if session.error is not None:
        echo(styled(f"{session.session}: not compared", color="red", bold=True), err=True)
        print_problem(session.error)
    if session.report is None:
        return
    count = len(session.report.problems) + session.report.left_out
    echo(styled(f"{session.session}: {count} differences", color="red", bold=True), err=True)
    for problem in session.report.problems:
        print_problem(problem)
    if session.report.left_out:
        echo(f"and {session.report.left_out} more of the same objects", err=True)
