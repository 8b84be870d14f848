"""`ssc-to-nwb report`: HTML pages made from NWB files."""

from __future__ import annotations

from pathlib import Path

import click

from ssc_to_nwb.cli.options import NamedPath, json_option, quiet_option, verbose_option
from ssc_to_nwb.cli.output import print_result, print_warnings
from ssc_to_nwb.cli.progress import counted, display
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
@verbose_option
@quiet_option
def command(files: tuple[Path, ...], *, output: Path, as_json: bool, verbose: bool, quiet: bool) -> None:
    """Write one self-contained HTML page per NWB file, and an index page with links to them.

    FILES are NWB files, or folders with NWB files in them. The pages need no network.
    """
    from ssc_to_nwb.api.reporting import report

    with display(quiet=quiet or as_json) as shown:
        result = report(files=files, output=output, on_page=counted(shown, "report"))
    if as_json:
        print_result(result.as_dict(), sessions=[{"page": str(page)} for page in result.pages])
        return
    print_warnings(result.problems, verbose=verbose)
    if not quiet:
        for page in (*result.pages, result.index):
            echo(page)
