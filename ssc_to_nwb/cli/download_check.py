"""`ssc-to-nwb download-check`: whether the archive gives back what was uploaded."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from ssc_to_nwb.cli.archive_options import (
    dandiset_option,
    instance_option,
    key_option,
    problems_for_machines,
)
from ssc_to_nwb.cli.options import NamedPath, json_option, output_argument, quiet_option
from ssc_to_nwb.cli.output import print_json, print_problem
from ssc_to_nwb.cli.terminal import echo
from ssc_to_nwb.cli.transfer_bars import on_progress_of, transfer_bars
from ssc_to_nwb.quantities import bytes_text, seconds_text

_EXAMPLES = """Examples:

\b
  ssc-to-nwb download-check /data/ssc-1-nwb --dandiset 000123
  ssc-to-nwb download-check out --dandiset 000123 --seed 1 --work-dir /scratch
  ssc-to-nwb download-check out --dandiset 000123 --asset sub-an197522/sub-an197522_ses-20130308_behavior+ophys.nwb
"""


@click.command(epilog=_EXAMPLES)
@output_argument
@dandiset_option
@instance_option
@key_option
@click.option("--asset", metavar="PATH", help="The asset's path in the dandiset; without it one is picked at random.")
@click.option("--seed", type=int, help="Pick the same asset each time.")
@click.option(
    "--work-dir",
    type=NamedPath(file_okay=False),
    help="Where to download to.  [default: the system's temporary folder]",
)
@click.option("--keep", is_flag=True, help="Keep what was downloaded.")
@json_option
@quiet_option
def command(output: Path, *, as_json: bool, quiet: bool, **options: Any) -> None:
    """Fetch one asset back from a dandiset and compare it byte for byte with the file in OUTPUT.

    Exit status: 0 every byte is the same; 1 it is not, or nothing could be fetched; 2 wrong usage.
    """
    from ssc_to_nwb.api.archive import download_check

    with problems_for_machines(as_json=as_json), transfer_bars(quiet=quiet or as_json) as bars:
        result = download_check(output=output, on_progress=on_progress_of(bars), **options)
    if as_json:
        print_json(result.as_dict())
    elif result.problem is not None:
        print_problem(result.problem)
    elif not quiet:
        took = seconds_text(result.seconds)
        echo(f"{result.path}: {bytes_text(result.bytes_compared)} fetched in {took}, every byte the same")
    if result.kept is not None and not quiet and not as_json:
        echo(f"kept in {result.kept}")
    if not result.ok:
        sys.exit(1)
