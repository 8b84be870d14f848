"""`ssc-to-nwb validate`: what is wrong with NWB files, why, and what to do about it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from ssc_to_nwb.cli.options import NamedPath, json_option, options_of, quiet_option
from ssc_to_nwb.cli.output import result_text
from ssc_to_nwb.cli.progress import counted, display
from ssc_to_nwb.cli.terminal import echo, print_raw, terminal_width
from ssc_to_nwb.options.files import ValidateRequest

if TYPE_CHECKING:
    from ssc_to_nwb.api.validation import ReportFormat
    from ssc_to_nwb.validate.messages import ValidationResult

_WIDTH = 120
_EXAMPLES = """Examples:

\b
  ssc-to-nwb validate /data/ssc-1-nwb
  ssc-to-nwb validate out --fail-on warning --accept known.yaml
  ssc-to-nwb validate out --format junit --output validation.xml
"""


@click.command(epilog=_EXAMPLES)
@click.argument("paths", nargs=-1, required=True, type=NamedPath())
@options_of(ValidateRequest)
@click.option(
    "--format",
    "report_format",
    type=click.Choice(["text", "jsonl", "junit"]),
    default="text",
    show_default=True,
    help="Text for people, JSON lines, or JUnit XML. --json prints one object, as every command does.",
)
@click.option(
    "-o",
    "--output",
    type=click.File("w", encoding="utf-8", lazy=True, atomic=True),
    help="Write the report to a file instead of standard output.",
)
@json_option
@quiet_option
def command(
    paths: tuple[Path, ...],
    *,
    report_format: ReportFormat,
    output: TextIO | None,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Validate NWB files: the schema, nwbinspector, DANDI's rules, and checks of this project on all data.

    PATHS are NWB files, or folders with NWB files in them, of any origin. No file is changed and no network is used.
    Beside the files of a conversion, the folder .ssc-to-nwb gets a record, so that `upload` knows what was validated.
    `ssc-to-nwb explain` explains the identifier of a message. Exit status: 0 passed; 1 failed; 2 wrong usage.
    """
    from ssc_to_nwb.api.validation import validate, validation_report, validation_summary

    with display(quiet=quiet or as_json) as shown:
        result = validate(paths=paths, on_file=counted(shown, "validate"), **options)
    if as_json:
        report = result_text(result.as_dict(), sessions=_sessions(result))
    else:
        width = min(_WIDTH, terminal_width() or _WIDTH) if output is None else _WIDTH
        report = validation_report(result, report_format=report_format, only_failing=quiet, width=width)
    if output is not None:
        output.write(f"{report}\n")
        if not quiet:
            echo(validation_summary(result))
    elif as_json or report_format != "text" or not quiet or not result.ok:
        print_raw(report)
    if not result.ok:
        sys.exit(1)


def _sessions(result: ValidationResult) -> list[dict[str, Any]]:
    """How many errors and warnings each file has, accepted ones aside."""
    open_ones = [message for message in result.messages if message.accepted is None]
    return [
        {
            "file": str(file),
            **{
                severity: sum(one.file == file and one.severity.value == severity for one in open_ones)
                for severity in ("error", "warning", "info")
            },
        }
        for file in result.files
    ]
