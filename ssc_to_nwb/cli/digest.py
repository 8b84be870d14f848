"""`ssc-to-nwb digest`: a hash over the content of NWB files."""

from __future__ import annotations

from pathlib import Path

import click

from ssc_to_nwb.cli.options import NamedPath, json_option
from ssc_to_nwb.cli.output import print_result
from ssc_to_nwb.cli.terminal import echo


@click.command(epilog="Example:  ssc-to-nwb digest out/sub-*/*.nwb")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=NamedPath())
@click.option("--workers", type=click.IntRange(min=1), help="Threads.  [default: all processors]")
@json_option
def command(files: tuple[Path, ...], *, workers: int | None, as_json: bool) -> None:
    """Print a SHA-256 of all datasets and attributes of each FILE, and the file name.

    FILE is an NWB file, a Zarr store, or a folder with some of them in it. Object ids, the time of creation, chunks and
    compression do not count. So the same source gives the same digest every time, on every machine.
    """
    from ssc_to_nwb.api.verification import content_digest, files_for_digest

    found = []
    for file in files_for_digest(files):
        digest = content_digest(file=file, workers=workers)
        if as_json:
            found.append({"file": str(file), "digest": digest})
        else:
            echo(f"{digest}  {file}")
    if as_json:
        print_result({}, sessions=found)
