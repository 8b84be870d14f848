"""`ssc-to-nwb report`: HTML pages made from NWB files."""

from __future__ import annotations

from pathlib import Path

import click

from ssc_to_nwb.cli.options import NamedPath, json_option, quiet_option
from ssc_to_nwb.cli.output import print_json
from ssc_to_nwb.cli.terminal import echo

_EXAMPLES = """Examples:

\b
  ssc-to-nwb report demo-output/nwb -o report
  ssc-to-nwb report out/sub-an197522/*.nwb -o report
"""


@click.command(epilog=_EXAMPLES)
@click.argument("files", nargs=-1, required=True, type=NamedPath())
@click.option(
    "-o",
    "--output",
    required=True,
    type=NamedPath(file_okay=False),
    help="Folder for the pages. Pages of an earlier run are replaced.",
)
@json_option
@quiet_option
def command(files: tuple[Path, ...], *, output: Path, as_json: bool, quiet: bool) -> None:
    """Write one self-contained HTML page per NWB file, and an index page with links to them.

    FILES are NWB files, or folders with NWB files in them. The pages need no network.
    """
    from ssc_to_nwb.api.reporting import report

    result = report(files=files, output=output)
    if as_json:
        print_json(result.as_dict())
    elif not quiet:
        for page in (*result.pages, result.index):
            echo(page)
