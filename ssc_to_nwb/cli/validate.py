"""`ssc-to-nwb validate`: what is wrong with NWB files, why, and what to do about it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from ssc_to_nwb.cli.options import NamedPath, quiet_option
from ssc_to_nwb.cli.terminal import echo, harmless

if TYPE_CHECKING:
    from ssc_to_nwb.api.validation import OnFile, ReportFormat
    from ssc_to_nwb.validate.messages import FailOn

_EXAMPLES = """Examples:

\b
  ssc-to-nwb validate /data/ssc-1-nwb
  ssc-to-nwb validate out --fail-on warning --accept known.yaml
  ssc-to-nwb validate out --format junit --output validation.xml
"""


@click.command(epilog=_EXAMPLES)
@click.argument("paths", nargs=-1, required=True, type=NamedPath())
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info", "never"]),
    default="error",
    show_default=True,
    help="Fail on unaccepted messages of at least this severity.",
)
@click.option(
    "--accept",
    "accept_file",
    type=NamedPath(exists=True, dir_okay=False),
    help="YAML list of accepted messages with reasons, in addition to the packaged list.",
)
@click.option(
    "--format",
    "report_format",
    type=click.Choice(["text", "jsonl", "junit"]),
    default="text",
    show_default=True,
    help="Text for people, JSON lines, or JUnit XML.",
)
@click.option(
    "--output",
    type=click.File("w", encoding="utf-8", lazy=True, atomic=True),
    help="Write the report to a file instead of standard output.",
)
@click.option("--workers", type=click.IntRange(min=1), default=2, show_default=True, help="Files at a time.")
@quiet_option
def command(
    paths: tuple[Path, ...],
    *,
    fail_on: FailOn,
    accept_file: Path | None,
    report_format: ReportFormat,
    output: TextIO | None,
    workers: int,
    quiet: bool,
) -> None:
    """Validate NWB files: the schema, nwbinspector, DANDI's rules, and checks of this project on all data.

    PATHS are NWB files, or folders with NWB files in them, of any origin. No file is changed and no network is used.
    Beside the files of a conversion, the folder .ssc-to-nwb gets a record, so that `upload` knows what was validated.
    `ssc-to-nwb explain` explains the identifier of a message. Exit status: 0 passed; 1 failed; 2 wrong usage.
    """
    from ssc_to_nwb.api.validation import validate, validation_report, validation_summary

    with _progress(quiet=quiet) as on_file:
        result = validate(paths=paths, fail_on=fail_on, accept_file=accept_file, workers=workers, on_file=on_file)
    report = validation_report(result, report_format=report_format, only_failing=quiet)
    if output is not None:
        output.write(f"{report}\n")
        if not quiet:
            echo(validation_summary(result))
    elif report_format != "text" or not quiet or not result.ok:
        echo(report)
    if not result.ok:
        sys.exit(1)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[OnFile | None]:
    """A function that draws the files done on standard error; None where that is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        line = bars.add_task("validate", total=None)

        def draw(done: int, total: int, file: Path) -> None:
            bars.update(line, completed=done, total=total, description=harmless(file.name))

        yield draw
