"""`ssc-to-nwb describe`: what a MATLAB file is like, without its data."""

from __future__ import annotations

from pathlib import Path

import click

from ssc_to_nwb.cli.options import NamedPath, json_option
from ssc_to_nwb.cli.output import print_result
from ssc_to_nwb.cli.terminal import echo

_EXAMPLES = """Examples:

\b
  ssc-to-nwb describe an197522_2013_03_08_session.mat
  ssc-to-nwb describe FILE.mat --json
"""


@click.command(epilog=_EXAMPLES)
@click.argument("file", type=NamedPath())
@json_option
def command(file: Path, *, as_json: bool) -> None:
    """Describe the MATLAB file FILE without its data, as a text that is short enough for an issue.

    The text has names, classes and sizes, ranges of indices, the differences from the known layout of session files,
    and the comparison with the census. It has no data, no names of people and no paths. Files that a conversion
    refuses are described too, as far as they can be read.
    """
    from ssc_to_nwb.api.description import describe

    found = describe(file=file)
    if as_json:
        print_result(found.as_dict())
    else:
        for line in found.lines():
            echo(line)
