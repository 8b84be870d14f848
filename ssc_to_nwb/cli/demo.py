"""`ssc-to-nwb demo`: the whole thing on data made up for the purpose."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ssc_to_nwb.api.demo import demo
from ssc_to_nwb.cli.convert import print_summary
from ssc_to_nwb.cli.options import json_option, output_argument, quiet_option, verbose_option
from ssc_to_nwb.cli.output import print_json
from ssc_to_nwb.cli.progress import run_display
from ssc_to_nwb.cli.terminal import echo


@click.command(epilog="Example:  ssc-to-nwb demo demo-output")
@output_argument
@click.option("--overwrite", is_flag=True, help="Replace the NWB files of an earlier demo.")
@json_option
@verbose_option
@quiet_option
def command(output: Path, *, overwrite: bool, as_json: bool, verbose: bool, quiet: bool) -> None:
    """Make a small synthetic dataset in OUTPUT/source, in the layout of ssc-1, and convert it to OUTPUT/nwb.

    It needs no account and no network.
    """
    with run_display(quiet=quiet or as_json) as on_event:
        result = demo(output=output, overwrite=overwrite, on_event=on_event)
    if as_json:
        print_json({"source": str(result.source), "output": str(result.output), **result.conversion.as_dict()})
    else:
        if not quiet:
            echo(f"Synthetic dataset: {result.source}")
        print_summary(result.conversion, verbose=verbose, quiet=quiet)
    if not result.conversion.ok:
        sys.exit(1)
