"""Arguments and options of commands, from the classes that declare them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import MISSING, Field
from functools import reduce, wraps
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import click

from ssc_to_nwb.options.declare import Said, bare_kinds, declared, with_home


class NamedPath(click.Path):
    """A path that says something: an empty text, as of an unset shell variable, would be the current folder.

    `~` is the home folder here as well: shells leave it as it is in `--output=~/nwb`.
    """

    def __init__(self, *, exists: bool = False, file_okay: bool = True, dir_okay: bool = True) -> None:
        super().__init__(exists=exists, file_okay=file_okay, dir_okay=dir_okay, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path. An empty text is wrong usage."""
        if value == "":
            self.fail("an empty text names no file or folder", param, ctx)
        return super().convert(with_home(value), param, ctx)


def to_file(text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the option for a file that it writes besides, or in place of, what it prints."""
    return click.option("-o", "--output", type=NamedPath(dir_okay=False), help=text)


def written_to(name: str, *, place: NamedPath) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the place it writes to: as an argument, or as the option -o, as all commands have it."""

    def give(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def with_place(*arguments: Any, by_place: Path | None, by_option: Path | None, **options: Any) -> Any:
            if (by_place is None) == (by_option is None):
                raise click.UsageError(f"Give one {name.upper()}, as an argument or with -o.")
            return command(*arguments, **{name: by_option or by_place}, **options)

        text = f"Where to write to, in place of the argument {name.upper()}."
        option = click.option("-o", "--output", "by_option", type=place, help=text)
        return click.argument("by_place", metavar=f"[{name.upper()}]", required=False, type=place)(option(with_place))

    return give


def options_of(options: type) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the arguments and options that a dataclass declares, in the order of its fields."""
    made = [_click_parameter(one, said) for one, said in declared(options) if said.given != "Python"]
    return lambda command: reduce(lambda given, option: option(given), reversed(made), command)


def _click_parameter(one: Field[Any], said: Said) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    flags = said.flags or (f"--{one.name.replace('_', '-')}",)
    if one.type is bool:
        return click.option(*flags, one.name, is_flag=True, help=said.text)
    kind = _click_type(bare_kinds(one.type)[0], said)
    several = any(get_origin(each) in (Iterable, Sequence) for each in (one.type, *get_args(one.type)))
    if said.given == "argument or option":
        return written_to(one.name, place=kind)
    if said.given == "argument":
        return click.argument(one.name, type=kind, metavar=said.metavar, nargs=-1 if several else 1, required=True)
    text = f"{said.text} May be repeated." if several else said.text
    default = one.default if said.on_command_line is None else said.on_command_line
    # To click, a default of None is a default.
    shown: dict[str, Any] = {} if default in (MISSING, None, ()) else {"default": default, "show_default": True}
    return click.option(
        *flags,
        one.name,
        type=kind,
        required=default is MISSING,
        multiple=several,
        metavar=said.metavar,
        help=f"{text}  [default: {said.unset}]" if said.unset else text,
        **shown,
    )


def _click_type(kind: Any, said: Said) -> Any:
    if kind is Path:
        exists, file, folder = (word in (said.path or "file or folder") for word in ("existing", "file", "folder"))
        return NamedPath(exists=exists, file_okay=file, dir_okay=folder)
    if get_origin(kind) is Literal:
        return click.Choice(get_args(kind))
    lowest = said.at_least if said.above is None else said.above
    if lowest is None and said.at_most is None:
        return kind
    bounds: dict[str, Any] = {"min": lowest, "max": said.at_most, "min_open": said.above is not None}
    return (click.IntRange if kind is int else click.FloatRange)(**bounds)
