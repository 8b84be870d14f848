"""What makes a function a command: its examples, its options, and what every command prints in the same way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from inspect import signature
from typing import Any, TypeAlias

import click

from ssc_to_nwb import json_lines
from ssc_to_nwb.cli.options import options_of
from ssc_to_nwb.cli.output import finish
from ssc_to_nwb.cli.progress import Display, display
from ssc_to_nwb.options.declare import declared

MakesCommand: TypeAlias = Callable[[Callable[..., Any]], click.Command]
JSON_ASKED = "ssc_to_nwb.json"


def _remember_json(ctx: click.Context, _: click.Parameter, asked: bool) -> bool:
    """Leave word in the context, for the case that the command ends with an error."""
    ctx.meta[JSON_ASKED] = asked
    return asked


_JSON = click.Option(
    ["--json", "as_json"], is_flag=True, callback=_remember_json, help="Print a machine-readable result."
)
# By the parameter of the function that takes them.
_PRINTING = {
    "verbose": click.Option(["-v", "--verbose"], is_flag=True, help="Print every warning, and tracebacks."),
    "quiet": click.Option(["-q", "--quiet"], is_flag=True, help="Print nothing but errors."),
}


def command_of(*examples: str, calls: Callable[..., Any] | None = None) -> MakesCommand:
    """Make a function a command whose help ends with these examples.

    calls: the function of the API whose arguments and options the command takes. All commands have --json; of the
    other options for what is printed, a command has those that the function has a parameter for. Its own are declared
    by click's decorators.
    """
    many = "\n  ".join(("Examples:\n\n\b", *examples))

    def make(function: Callable[..., Any]) -> click.Command:
        printing = [option for name, option in _PRINTING.items() if name in signature(function).parameters]
        with_options = function if calls is None else options_of(calls.__dict__["takes"])(function)
        command = click.command(epilog=f"Example:  {examples[0]}" if len(examples) == 1 else many)(with_options)
        command.params += [_JSON, *printing]
        return command

    return make


def shows_result_of(
    function: Callable[..., Any],
    *examples: str,
    json_of: Callable[[Any], Mapping[str, Any]] = json_lines.as_json,
    **draws: Callable[[Display], Any],
) -> MakesCommand:
    """Make a function that shows a result a command, which gets the result from a function of the API.

    Each of the two gets what it has parameters for. json_of: as `finish` has it; draws: by the parameter of the API's
    function that takes it, what draws on a display how far that is.
    """
    asked = {one.name for one, _ in declared(function.__dict__["takes"])}

    def drawn(bars: Display) -> dict[str, Any]:
        return {name: made(bars) for name, made in draws.items()}

    def make(show: Callable[..., None]) -> click.Command:
        shown = signature(show).parameters

        @wraps(show)
        def run(*, as_json: bool, **given: Any) -> None:
            said = {name: given[name] for name in given if name in asked}
            with display(drawn, quiet=as_json or given.get("quiet", False)) as callbacks:
                result = function(**said, **(callbacks or {}))
            own = {name: given[name] for name in given if name in shown}
            finish(result, show, as_json=as_json, json_of=json_of, **own)

        return command_of(*examples, calls=function)(run)

    return make
