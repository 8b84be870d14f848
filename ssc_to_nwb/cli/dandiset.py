"""`ssc-to-nwb dandiset`: write or update dandiset.yaml."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ssc_to_nwb.cli.options import json_option, options_of, output_argument, quiet_option, verbose_option
from ssc_to_nwb.cli.output import print_problem, print_result, print_warnings
from ssc_to_nwb.cli.terminal import echo
from ssc_to_nwb.options.archive import DandisetRequest

if TYPE_CHECKING:
    from ssc_to_nwb.dandi.results import DandisetResult

_EXAMPLES = """Examples:

\b
  ssc-to-nwb dandiset /data/ssc-1-nwb
  ssc-to-nwb dandiset /data/ssc-1-nwb --dandiset 000123 --metadata orcids.yaml
  ssc-to-nwb dandiset /data/ssc-2-nwb --data-set ssc-2 --json
"""


@click.command(epilog=_EXAMPLES)
@output_argument
@options_of(DandisetRequest)
@json_option
@verbose_option
@quiet_option
def command(output: Path, *, as_json: bool, verbose: bool, quiet: bool, **options: Any) -> None:
    """Write or update OUTPUT/dandiset.yaml: what the archive shows of the dataset.

    It is made from the metadata files (section `dandiset`) and the NWB files in OUTPUT, and checked with the
    archive's own schema. Values that no public source gives are listed for you to fill in; none are made up. Values
    that you wrote into the file by hand are kept.

    Exit status: 0 the archive can store it as a draft; 1 it cannot, and nothing was written; 2 wrong usage.
    """
    from ssc_to_nwb.api.archive import write_dandiset

    result = write_dandiset(output=output, **options)
    if as_json:
        print_result(result.as_dict())
    else:
        _print(result, verbose=verbose, quiet=quiet)
    if not result.ok:
        sys.exit(1)


def _print(result: DandisetResult, *, verbose: bool, quiet: bool) -> None:
    for problem in result.malformed:
        print_problem(problem)
    print_warnings(result.warnings, verbose=verbose)
    if quiet:
        return
    if result.blanks:
        echo("To be filled in by a person (! = publishing needs it):")
    for blank in result.blanks:
        echo(f"  {'!' if blank.needed_to_publish else ' '} {blank.field}: {blank.what}")
    if result.ok:
        publishing = "ready to publish" if result.publishable else "a draft: publishing needs more"
        echo(f"{result.path}: {'written' if result.changed else 'unchanged'}, {publishing}")
