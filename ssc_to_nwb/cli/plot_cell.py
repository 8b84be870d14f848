"""`ssc-to-nwb plot-cell`: one cell through the days."""

from __future__ import annotations

from pathlib import Path

import click

from ssc_to_nwb.cli.options import NamedPath, json_option, picture_option
from ssc_to_nwb.cli.output import print_picture

_EXAMPLES = """Examples:

\b
  ssc-to-nwb cells nwb
  ssc-to-nwb plot-cell nwb --cell an197522/1001 -o cell.png
"""


@click.command(epilog=_EXAMPLES)
@click.argument("files", nargs=-1, required=True, type=NamedPath())
@click.option("--cell", required=True, help="Animal and ROI number, such as an197522/1001.")
@picture_option
@json_option
def command(files: tuple[Path, ...], *, cell: str, output: Path | None, as_json: bool) -> None:
    """Draw one cell in every session of its animal: its mask in the master image and its response to touch.

    FILES are NWB files, or folders with NWB files in them. If a session has the number in another plane, or more than
    10 um away, it is drawn in another color, with the reason.
    """
    from ssc_to_nwb.api.cells import plot_cell

    print_picture(plot_cell(files=files, cell=cell, output=output), as_json=as_json)
