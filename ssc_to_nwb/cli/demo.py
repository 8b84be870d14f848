"""`ssc-to-nwb demo`: the whole thing on data made up for the purpose."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ssc_to_nwb.api.conversion import ConversionInterrupted
from ssc_to_nwb.api.demo import demo
from ssc_to_nwb.cli.convert import print_summary
from ssc_to_nwb.cli.interruption import SIGNAL_STATUS
from ssc_to_nwb.cli.options import json_option, quiet_option, verbose_option, written_output
from ssc_to_nwb.cli.output import print_result
from ssc_to_nwb.cli.run_display import run_display
from ssc_to_nwb.cli.terminal import echo


@click.command(epilog="Example:  ssc-to-nwb demo demo-output")
@written_output
@click.option("--overwrite", is_flag=True, help="Replace the NWB files of an earlier demo.")
@json_option
@verbose_option
@quiet_option
def command(output: Path, *, overwrite: bool, as_json: bool, verbose: bool, quiet: bool) -> None:
    """Make a small synthetic dataset in OUTPUT/source, in the layout of ssc-1, and convert it to OUTPUT/nwb.

    It needs no account and no network.
    """
    with run_display(quiet=quiet or as_json) as on_event:
        try:
            result = demo(output=output, overwrite=overwrite, on_event=on_event)
        except ConversionInterrupted as interruption:
            print_summary(interruption.result, verbose=verbose, quiet=quiet)
            sys.exit(SIGNAL_STATUS + interruption.signal)
    if as_json:
        places = {"source": str(result.source), "output": str(result.output)}
        print_result({**places, **result.conversion.as_dict()}, problems=result.conversion.not_taken)
    else:
        if not quiet:
            echo(f"Synthetic dataset: {result.source}")
        print_summary(result.conversion, verbose=verbose, quiet=quiet)
    if not result.conversion.ok:
        sys.exit(1)
