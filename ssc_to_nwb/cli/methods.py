"""`ssc-to-nwb methods`: a methods text from an NWB file."""

from __future__ import annotations

from pathlib import Path

import click

from ssc_to_nwb.cli.options import NamedPath, json_option
from ssc_to_nwb.cli.output import print_result, write_text
from ssc_to_nwb.cli.terminal import echo, wrapped

_WIDTH = 80


@click.command(epilog="Example:  ssc-to-nwb methods session.nwb -o methods.txt")
@click.argument("file", type=NamedPath())
@click.option("-o", "--output", type=NamedPath(dir_okay=False), help="Text file to write, in place of the terminal.")
@json_option
def command(file: Path, *, output: Path | None, as_json: bool) -> None:
    """Print a methods text for a paper, and entries for its bibliography, from what is in the NWB file alone.

    FILE is an NWB file, or a folder with one in it. Lines are wrapped at 80 columns; --json has them whole.
    """
    from ssc_to_nwb.api.reporting import methods_of

    found = methods_of(file=file)
    if as_json:
        print_result(found.as_dict(), sessions=[{"session": found.session}])
        return
    text = "\n\n".join(part for part in (wrapped(found.text, width=_WIDTH, hanging=""), found.bibliography) if part)
    if output is None:
        echo(text)
    else:
        write_text(output, text)
        echo(output)
