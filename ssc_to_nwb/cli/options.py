"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

session_option = click.option(
    "--session", "sessions", multiple=True, metavar="GLOB", help="Only sessions of this name; may be repeated."
)
metadata_option = click.option(
    "--metadata",
    "metadata_files",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="YAML file on top of the data set's own metadata; may be repeated, later ones win.",
)
JSON_ASKED = "ssc_to_nwb.json"


def _remember_json(ctx: click.Context, _: click.Parameter, asked: bool) -> bool:
    """Leave word in the context, for the case that the command ends with an error."""
    ctx.meta[JSON_ASKED] = asked
    return asked


json_option = click.option(
    "--json", "as_json", is_flag=True, callback=_remember_json, help="Print a machine-readable result."
)
verbose_option = click.option("-v", "--verbose", is_flag=True, help="Print every warning, and tracebacks.")
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
source_argument = click.argument("source", type=click.Path(path_type=Path))
output_argument = click.argument("output", type=click.Path(path_type=Path, file_okay=False))
