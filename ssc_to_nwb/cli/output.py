"""What every command prints in the same way: problems, warnings, byte counts, JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ssc_to_nwb.problems.model import Problem

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


def print_list(label: str, names: Sequence[str]) -> None:
    """Names after a label, on as many indented lines as a narrow terminal needs."""
    text = f"{label}: {', '.join(names) or 'none'}"
    click.echo(click.wrap_text(text, width=_WIDTH, initial_indent="  ", subsequent_indent="    "))


def print_warnings(problems: Iterable[Problem], *, verbose: bool) -> None:
    """Each kind of problem once, with its count and its first occurrence; every one of them where `verbose`."""
    groups: dict[str, list[Problem]] = {}
    for problem in problems:
        groups.setdefault(problem.kind.identifier, []).append(problem)
    for found in groups.values():
        kind = found[0].kind
        if kind.severity.value == "info" and not verbose:
            continue
        label = click.style(f"{kind.severity.value}:", fg=_COLOURS[kind.severity.value])
        count = f" ({len(found)} times)" if len(found) > 1 else ""
        click.echo(f"  {label} {kind.title}{count} [{kind.identifier}]", err=True)
        for problem in found if verbose else found[:1]:
            place = ", ".join(part for part in (problem.field, problem.found, problem.detail) if part)
            click.echo(f"    {place or problem.file}", err=True)


def print_json(value: Any) -> None:
    """A machine-readable result on standard output; NaN and infinities don't occur in results."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def bytes_text(count: float) -> str:
    """`1.2 GB`, in powers of ten as disks are sold."""
    for unit in ("B", "kB", "MB", "GB"):
        if abs(count) < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def seconds_text(seconds: float) -> str:
    """`0.4 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"
