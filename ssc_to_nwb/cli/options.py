"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click


class NamedPath(click.Path):
    """A path that says something: an empty text, as of an unset shell variable, would be the current folder."""

    def __init__(self, *, exists: bool = False, file_okay: bool = True, dir_okay: bool = True) -> None:
        super().__init__(exists=exists, file_okay=file_okay, dir_okay=dir_okay, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path. An empty text is wrong usage."""
        if value == "":
            self.fail("an empty text names no file or folder", param, ctx)
        return super().convert(value, param, ctx)


session_option = click.option(
    "--session", "sessions", multiple=True, metavar="GLOB", help="Only sessions whose name matches; may be repeated."
)
metadata_option = click.option(
    "--metadata",
    "metadata_files",
    multiple=True,
    type=NamedPath(exists=True, dir_okay=False),
    help="YAML file on top of the dataset's own metadata; may be repeated; later ones win.",
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
source_argument = click.argument("source", type=NamedPath())
output_argument = click.argument("output", type=NamedPath(file_okay=False))


def written_output(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the folder it writes to: as the argument OUTPUT, or as the option -o, as all commands have it."""

    @wraps(command)
    def with_output(*arguments: Any, output_argument: Path | None, output: Path | None, **options: Any) -> Any:
        if (output_argument is None) == (output is None):
            raise click.UsageError("Give one OUTPUT, as an argument or with -o.")
        return command(*arguments, output=output or output_argument, **options)

    place = NamedPath(file_okay=False)
    option = click.option("-o", "--output", type=place, help="Folder to write to, in place of the argument OUTPUT.")
    return click.argument("output_argument", metavar="[OUTPUT]", required=False, type=place)(option(with_output))


work_dir_option = click.option(
    "--work-dir",
    type=NamedPath(file_okay=False),
    help="Where packed sessions are unpacked.  [default: in OUTPUT]",
)

# What convert and plan share: all that decides what a conversion does, and with how much of the machine.
_CONVERSION_OPTIONS = (
    click.option("--overwrite", is_flag=True, help="Replace NWB files that exist."),
    click.option("--stub", is_flag=True, help="Write small but valid files: a few trials, every data type."),
    click.option(
        "--raw",
        type=click.Choice(["auto", "require", "skip"]),
        default="auto",
        show_default=True,
        help="Raw files: use what is there, require all that are listed, or use none.",
    ),
    click.option("--keep-going", is_flag=True, help="Turn damaged raw files into gaps, with a warning."),
    click.option(
        "--compression",
        type=click.Choice(["fast", "small", "none"]),
        default="fast",
        show_default=True,
        help="Fast, slow and a little smaller, or none. Readers need no plug-in.",
    ),
    click.option(
        "--chunk-mb",
        type=click.FloatRange(min=0.01, max=64),
        help="Size of a chunk of frames before compression, in 2^20 bytes.  [default: 2]",
    ),
    click.option(
        "--workers",
        type=click.IntRange(min=1),
        help="Threads of the whole run, shared by the sessions.  [default: all processors]",
    ),
    click.option(
        "--memory-mb",
        type=click.FloatRange(min=1),
        help="Memory of the whole run in 2^20 bytes, beyond 300 MB for its libraries.  [default: half the machine's]",
    ),
    click.option(
        "--verify",
        type=click.Choice(["full", "sample", "off"]),
        default="full",
        show_default=True,
        help="Reopen each file and compare it with its source before it gets its final name.",
    ),
    click.option("--allow-unmapped", is_flag=True, help="Keep unknown source fields verbatim."),
    click.option(
        "--link-videos",
        is_flag=True,
        help="Make hard links to the source's videos instead of copies. They need no disk space, but an edit changes "
        "both.",
    ),
)


def conversion_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a conversion, in the order of the list."""
    for option in reversed(_CONVERSION_OPTIONS):
        command = option(command)
    return command
