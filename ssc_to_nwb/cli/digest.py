"""`ssc-to-nwb digest`: a hash over the content of NWB files."""

from __future__ import annotations

from pathlib import Path

import click

from ssc_to_nwb.cli.options import NamedPath
from ssc_to_nwb.cli.terminal import echo


@click.command(epilog="Example:  ssc-to-nwb digest out/sub-*/*.nwb")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=NamedPath(exists=True))
@click.option("--workers", type=click.IntRange(min=1), help="Threads.  [default: all processors]")
def command(files: tuple[Path, ...], workers: int | None) -> None:
    """Print a SHA-256 of all datasets and attributes of each FILE, and the file name.

    Object ids, the time of creation, chunks and compression do not count. So the same source gives the same digest
    every time, on every machine.
    """
    from ssc_to_nwb.api.verification import content_digest

    for file in files:
        echo(f"{content_digest(file=file, workers=workers)}  {file}")
