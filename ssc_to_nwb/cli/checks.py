"""`ssc-to-nwb verify` and `validate`: NWB files compared with their sources, and with what is expected of NWB files."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ssc_to_nwb.api.reporting import write_text_file
from ssc_to_nwb.api.validation import ReportFormat, validate, validation_report
from ssc_to_nwb.api.verification import SessionVerification, VerificationResult, verify_sessions
from ssc_to_nwb.cli.command import command_of, shows_result_of
from ssc_to_nwb.cli.options import to_file
from ssc_to_nwb.cli.output import print_problem, print_warnings, result_text
from ssc_to_nwb.cli.progress import Display, counted, display
from ssc_to_nwb.cli.terminal import Styled, echo, print_raw, terminal_width
from ssc_to_nwb.quantities import seconds_text

if TYPE_CHECKING:
    from ssc_to_nwb.validate.messages import ValidationResult

_WIDTH = 120


def _draws_bytes(shown: Display) -> Callable[[str, int, int], None]:
    return lambda session, done, total: shown.show_bytes(None, f"verify {session}", done=done, total=total)


@shows_result_of(
    verify_sessions,
    "ssc-to-nwb verify /data/ssc-1 /data/ssc-1-nwb",
    "ssc-to-nwb verify /data/ssc-1 out --session 'an1975*' --mode sample --json",
    on_progress=_draws_bytes,
)
def verify_command(result: VerificationResult, *, verbose: bool, quiet: bool) -> None:
    """Compare the NWB files below OUTPUT with the sessions of SOURCE that they were made from.

    Every array is compared over its full length, every table by rows and columns, every mask pixel by pixel, every
    frame bit by bit. OUTPUT is the folder that `convert` wrote to, or one NWB file. The exit status is 1 if anything
    differs.
    """
    for session in result.sessions:
        if not session.ok:
            _print_failure(session)
        elif not quiet and session.report is not None:
            report = session.report
            frames = f", {report.frames:,} of {report.frames_total:,} frames" if report.frames_total else ""
            echo(
                Styled(session.session, bold=True),
                f": nothing differs; {report.leaves:,} source fields, {report.values:,} values in "
                f"{len(report.objects):,} objects{frames}, in {seconds_text(report.seconds)}",
            )
            echo(f"  {report.file}")
        if not quiet:
            print_warnings(session.warnings, verbose=verbose, session=session.session)
    if not quiet:
        good = sum(session.ok for session in result.sessions)
        echo(f"{good} of {len(result.sessions)} sessions agree with their source")


def _print_failure(session: SessionVerification) -> None:
    if session.error is not None:
        echo(Styled(f"{session.session}: not compared", color="red", bold=True), err=True)
        print_problem(session.error)
    if session.report is None:
        return
    count = len(session.report.problems) + session.report.left_out
    echo(Styled(f"{session.session}: {count} differences", color="red", bold=True), err=True)
    for problem in session.report.problems:
        print_problem(problem)
    if session.report.left_out:
        echo(f"and {session.report.left_out} more of the same objects", err=True)


@command_of(
    "ssc-to-nwb validate /data/ssc-1-nwb",
    "ssc-to-nwb validate out --fail-on warning --accept known.yaml",
    "ssc-to-nwb validate out --format junit --output validation.xml",
    calls=validate,
)
@click.option(
    "--format",
    "report_format",
    type=click.Choice(["text", "jsonl", "junit"]),
    default="text",
    show_default=True,
    help="Text for people, JSON lines, or JUnit XML. --json prints one object, as every command does.",
)
@to_file("Write the report to a file instead of standard output.")
def validate_command(
    *, report_format: ReportFormat, output: Path | None, as_json: bool, quiet: bool, **options: Any
) -> None:
    """Validate NWB files: the schema, nwbinspector, DANDI's rules, and checks of this project on all data.

    PATHS are NWB files, or folders with NWB files in them, of any origin. No file is changed and no network is used.
    Beside the files of a conversion, the folder .ssc-to-nwb gets a record, so that `upload` knows what was validated.
    `ssc-to-nwb explain` explains the identifier of a message. Exit status: 0 passed; 1 failed; 2 wrong usage.
    """
    with display(counted("validate"), quiet=quiet or as_json) as on_file:
        result = validate(on_file=on_file, **options)
    if as_json:
        report = result_text({"sessions": _sessions(result), **result.as_dict()})
    else:
        width = min(_WIDTH, terminal_width() or _WIDTH) if output is None else _WIDTH
        report = validation_report(result, report_format=report_format, only_failing=quiet, width=width)
    if output is not None:
        write_text_file(output, f"{report}\n")
        if not quiet:
            echo(validation_report(result, report_format="summary"))
    elif as_json or report_format != "text" or not quiet or not result.ok:
        print_raw(report)
    if not result.ok:
        sys.exit(1)


def _sessions(result: ValidationResult) -> list[dict[str, Any]]:
    """How many errors and warnings each file has, accepted ones aside."""
    counts = Counter((one.file, one.severity.value) for one in result.messages if one.accepted is None)
    severities = ("error", "warning", "info")
    return [{"file": file, **{severity: counts[file, severity] for severity in severities}} for file in result.files]
