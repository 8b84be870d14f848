"""What every command prints in the same way: problems, warnings, JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from ssc_to_nwb.problems.model import Problem, grouped_by_kind

_WIDTH = 80
_COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}


def print_problem(problem: Problem) -> None:
    """One problem in full, on standard error."""
    severity = problem.kind.severity.value
    label = click.style(f"{severity}:", fg=_COLOURS[severity], bold=True)
    click.echo(f"{label} {problem}", err=True)


def print_listing(packed: Path) -> None:
    """That a packed file is looked into, on standard error: a large one takes minutes."""
    click.echo(f"looking into {packed}", err=True)


def print_not_taken(problems: Sequence[Problem]) -> None:
    """MATLAB files that are not taken for sessions, a line each, on standard error."""
    if not problems:
        return
    kind = problems[0].kind
    label = click.style(f"{kind.severity.value}:", fg=_COLOURS[kind.severity.value], bold=True)
    count = f" ({len(problems)} times)" if len(problems) > 1 else ""
    click.echo(f"{label} {kind.title}{count} [{kind.identifier}]", err=True)
    for problem in problems:
        click.echo(f"  {problem.file}: {problem.found}", err=True)
    click.echo(f"  what to do: {kind.remedy}", err=True)


def print_list(label: str, names: Sequence[str]) -> None:
    """Names after a label, on as many indented lines as a narrow terminal needs."""
    print_wrapped(f"{label}: {', '.join(names) or 'none'}")


def print_wrapped(text: str) -> None:
    """A text on as many indented lines as a narrow terminal needs."""
    click.echo(click.wrap_text(text, width=_WIDTH, initial_indent="  ", subsequent_indent="    "))


def print_warnings(problems: Iterable[Problem], *, verbose: bool, session: str | None = None) -> None:
    """Each kind of problem once, with its count and its first occurrence; every one of them where `verbose`.

    session: the one that the problems are about; files are named, all but its session file.
    """
    for kind, found in grouped_by_kind(problems).items():
        if kind.severity.value == "info" and not verbose:
            continue
        severity = found[0].severity.value
        label = click.style(f"{severity}:", fg=_COLOURS[severity])
        count = f" ({len(found)} times)" if len(found) > 1 else ""
        click.echo(f"  {label} {kind.title}{count} [{kind.identifier}]", err=True)
        for problem in found if verbose else found[:1]:
            named = problem.file if session is not None and not _is_session_file(problem.file, session) else None
            place = ", ".join(part for part in (named, problem.field, problem.found, problem.detail) if part)
            click.echo(f"    {place or problem.file}", err=True)


def _is_session_file(file: str | None, session: str) -> bool:
    """Whether a path is that of the session's file, wherever it lies or was unpacked to."""
    name = Path(file or "").name
    return name.startswith((f"{session}_", f"{session}.")) and name.lower().endswith(".mat")


def print_json(value: Any) -> None:
    """A machine-readable result on standard output; NaN and infinities don't occur in results.

    It is UTF-8 even where file names are not: what is none in them is written as JSON writes it, `\\udcff`.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False)
    click.echo(text.encode("utf-8", "backslashreplace").decode("utf-8"))
