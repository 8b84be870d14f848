"""`ssc-to-nwb cells`: which ROIs of an animal's sessions are the same cell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ssc_to_nwb.cli.options import NamedPath, json_option, verbose_option
from ssc_to_nwb.cli.output import print_result, print_warnings
from ssc_to_nwb.cli.terminal import echo

if TYPE_CHECKING:
    from pandas import DataFrame

_EXAMPLES = """Examples:

\b
  ssc-to-nwb cells /data/ssc-1-nwb
  ssc-to-nwb cells /data/ssc-1-nwb -o cells.csv
"""


@click.command(epilog=_EXAMPLES)
@click.argument("files", nargs=-1, required=True, type=NamedPath())
@click.option(
    "-o",
    "--output",
    type=NamedPath(dir_okay=False),
    help="CSV file to write: a row per cell and session.",
)
@json_option
@verbose_option
def command(files: tuple[Path, ...], *, output: Path | None, as_json: bool, verbose: bool) -> None:
    """List the cells of converted sessions: plane, position and mean event rate in every session.

    FILES are NWB files, or folders with NWB files in them. An ROI number is the same cell in all sessions of its
    animal. ROIs with one number in different planes, or more than 10 um apart, are reported and not joined.
    """
    from ssc_to_nwb.api.cells import cells
    from ssc_to_nwb.api.tables import write_csv

    table = cells(files=files)
    rows = table.data_frame()
    if output is not None:
        write_csv(rows, output)
    if as_json:
        # Through JSON, which has no NaN: a cell without events has null.
        records = rows.astype(object).where(rows.notna(), None).to_dict("records")
        print_result({"cells": records}, problems=table.problems, sessions=_sessions(rows))
        return
    for animal, part in rows.groupby(rows["cell"].str.partition("/")[0]):
        counts = part.groupby("cell").size()
        echo(
            f"{animal}: {len(counts)} cells in {part['session'].nunique()} sessions, "
            f"{int((counts > 1).sum())} of them in more than one"
        )
    print_warnings(table.problems, verbose=verbose)
    if output is not None:
        echo(output)


def _sessions(rows: DataFrame) -> list[dict[str, Any]]:
    """How many cells each session has."""
    counts = rows.groupby(["session", "file"], sort=False).size()
    return [{"session": session, "file": file, "cells": int(count)} for (session, file), count in counts.items()]
