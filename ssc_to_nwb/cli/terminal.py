"""The one way to the terminal. Texts of files are cleaned here, so that none of them can command a terminal.

A name in a session file may hold the escape that clears the screen, renames the window, or writes over the line above.
Colors come from `Styled` alone.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
import textwrap
import warnings
from dataclasses import KW_ONLY, dataclass, replace
from pathlib import Path
from typing import Literal

import click

# Control characters but line end and tab, marks that change the direction of writing, and what is no character.
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Styled:
    """A text for `echo`, in a color or bold."""

    text: str
    _: KW_ONLY
    color: Literal["red", "yellow", "cyan"] | None = None
    bold: bool = False


def harmless(text: str) -> str:
    """A text without characters that command a terminal; each is written as JSON writes it, `\\u001b`."""
    return _COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def echo(*parts: object, err: bool = False) -> None:
    """Print lines: the parts one after the other, each made harmless. err: on standard error.

    On a terminal, lines that are wider than it are broken between words, never within a path.
    """
    width = terminal_width(err=err)
    if width is not None:
        parts = _broken_lines(parts, width=width)
    _write("".join(map(_shown, parts)), err=err)


def print_raw(text: str) -> None:
    """Print a text for machines on standard output: made harmless, its lines as they are."""
    _write(harmless(text), err=False)


def _write(text: str, *, err: bool) -> None:
    """Print to a stream that may be a file on a full disk. Raises disk-full, system-refused."""
    try:
        click.echo(text, err=err)
    except OSError as failure:
        # Whoever reads the output through a pipe may have enough of it: click ends the program in silence.
        if failure.errno == errno.EPIPE or err:
            raise
        from ssc_to_nwb.problems.system_errors import name_system_error

        raise name_system_error(failure, Path("standard output")) from failure


def terminal_width(*, err: bool = False) -> int | None:
    """Columns of the terminal that standard output, or standard error, is; None where it is none."""
    stream = sys.stderr if err else sys.stdout
    # A stream that the caller has closed is None.
    return shutil.get_terminal_size().columns if stream is not None and stream.isatty() else None


def wrapped(text: str, *, width: int, hanging: str = "  ") -> str:
    """A text with every line that is wider than `width` broken between words, and what follows indented by `hanging`.

    A word that is wider by itself, as a path may be, stays in one piece, so that it can be copied.
    """
    return "\n".join(_wrapped_line(line, width=width, hanging=hanging) for line in text.split("\n"))


def _wrapped_line(line: str, *, width: int, hanging: str) -> str:
    if len(line) <= width:
        return line
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(
        line.strip(), width=width, initial_indent=indent, subsequent_indent=f"{indent}{hanging}",
        break_long_words=False, break_on_hyphens=False, replace_whitespace=False, expand_tabs=False,
    )  # fmt: skip


def _broken_lines(parts: tuple[object, ...], *, width: int) -> tuple[object, ...]:
    """Parts with line ends put into them; at most one of them is styled."""
    texts = [part.text if isinstance(part, Styled) else str(part) for part in parts]
    whole = "".join(texts)
    broken = wrapped(whole, width=width)
    if broken == whole:
        return parts
    style = next((part for part in parts if isinstance(part, Styled)), None)
    # A line end may have been put in place of a blank of the styled text.
    place = re.search(r"\s+".join(map(re.escape, style.text.split())), broken) if style is not None else None
    if style is None or place is None:
        return (broken,)
    return (broken[: place.start()], replace(style, text=place[0]), broken[place.end() :])


def show_warnings_of_libraries() -> None:
    """From now on warnings of Python and of libraries, which may quote a file, are printed here."""
    warnings.showwarning = _show_warning


def _show_warning(message: Warning | str, category: type[Warning], *_: object, **__: object) -> None:
    echo(Styled(f"{category.__name__}:", color="yellow"), f" {message}", err=True)


def _shown(part: object) -> str:
    if isinstance(part, Styled) and not os.environ.get("NO_COLOR"):
        return click.style(harmless(part.text), fg=part.color, bold=part.bold or None)
    return harmless(part.text if isinstance(part, Styled) else str(part))
