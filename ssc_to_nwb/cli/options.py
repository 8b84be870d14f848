"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field
from functools import reduce, wraps
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import click

from ssc_to_nwb.options.declare import Said, bare_kinds, declared


class NamedPath(click.Path):
    """A path that says something: an empty text, as of an unset shell variable, would be the current folder."""

    def __init__(self, *, exists: bool = False, file_okay: bool = True, dir_okay: bool = True) -> None:
        super().__init__(exists=exists, file_okay=file_okay, dir_okay=dir_okay, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path. An empty text is wrong usage."""
        if value == "":
            self.fail("an empty text names no file or folder", param, ctx)
        return super().convert(value, param, ctx)


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


def options_of(options: type) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the options that a dataclass declares, in the order of its fields."""
    made = [_click_option(one, said) for one, said in declared(options) if said.is_option]
    return lambda command: reduce(lambda given, option: option(given), reversed(made), command)


def _click_option(one: Field[Any], said: Said) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    flags = said.flags or (f"--{one.name.replace('_', '-')}",)
    if one.type is bool:
        return click.option(*flags, one.name, is_flag=True, help=said.help)
    default = one.default if said.on_command_line is None else said.on_command_line
    given = None if default in (MISSING, ()) else default
    return click.option(
        *flags,
        one.name,
        type=_click_type(bare_kinds(one.type)[0], said),
        required=default is MISSING,
        default=given,
        show_default=given is not None,
        multiple=get_origin(one.type) is Sequence,
        metavar=said.metavar,
        help=said.help,
    )


def _click_type(kind: Any, said: Said) -> Any:
    if said.path is not None:
        exists, file, folder = (word in said.path for word in ("existing", "file", "folder"))
        return NamedPath(exists=exists, file_okay=file, dir_okay=folder)
    if get_origin(kind) is Literal:
        return click.Choice(get_args(kind))
    bounds: dict[str, Any] = {"min": said.at_least, "max": said.at_most}
    if kind is int:
        return click.IntRange(**bounds)
    return click.FloatRange(**bounds) if kind is float else kind
