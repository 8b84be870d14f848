"""`ssc-to-nwb methods`: a methods paragraph from an NWB file."""

from __future__ import annotations

from pathlib import Path

import click

from ssc_to_nwb.cli.options import NamedPath
from ssc_to_nwb.cli.terminal import echo


@click.command(epilog="Example:  ssc-to-nwb methods session.nwb > methods.txt")
@click.argument("file", type=NamedPath())
def command(file: Path) -> None:
    """Print a methods paragraph for a paper. It uses only what is in the NWB file."""
    from ssc_to_nwb.api.reporting import methods

    echo(methods(file=file))
