"""The one way to the terminal. Texts of files are cleaned here, so that none of them can command a terminal.

A name in a session file may hold the escape that clears the screen, renames the window, or writes over the line above.
Colors come from `styled` alone.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import Literal

import click

# Control characters but line end and tab, marks that change the direction of writing, and what is no character.
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_START_OF_EMPTY_LINE = "\r\x1b[K"


@dataclass(frozen=True, slots=True, kw_only=True)
class Styled:
    """A text that is shown in a color, or bold."""

    text: str
    color: str | None
    bold: bool


def styled(text: str, *, color: Literal["red", "yellow", "cyan"] | None = None, bold: bool = False) -> Styled:
    """A text for `echo`, in a color or bold."""
    return Styled(text=text, color=color, bold=bold)


def harmless(text: str) -> str:
    """A text without characters that command a terminal; each is written as JSON writes it, `\\u001b`."""
    return _COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def echo(*parts: object, err: bool = False) -> None:
    """Print a line: its parts one after the other, each made harmless. err: on standard error."""
    click.echo("".join(map(_shown, parts)), err=err)


def show_status(text: str) -> None:
    """Write over the last line of standard error, which is a terminal; an empty text takes the line away."""
    click.echo(f"{_START_OF_EMPTY_LINE}{harmless(text)}", nl=False, err=True)


def show_warnings_of_libraries() -> None:
    """From now on warnings of Python and of libraries, which may quote a file, are printed here."""
    warnings.showwarning = _show_warning


def _show_warning(message: Warning | str, category: type[Warning], *_: object, **__: object) -> None:
    echo(styled(f"{category.__name__}:", color="yellow"), f" {message}", err=True)


def _shown(part: object) -> str:
    if isinstance(part, Styled):
        return click.style(harmless(part.text), fg=part.color, bold=part.bold or None)
    return harmless(str(part))
