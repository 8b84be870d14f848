"""What every command prints in the same way: problems, warnings, JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import click

from ssc_to_nwb.problems.model import Problem, grouped_by_kind

_COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}


def print_problem(problem: Problem) -> None:
    """One problem in full, on standard error."""
    severity = problem.kind.severity.value
    label = click.style(f"{severity}:", fg=_COLOURS[severity], bold=True)
    click.echo(f"{label} {problem}", err=True)


def print_warnings(problems: Iterable[Problem], *, verbose: bool) -> None:
    """Each kind of problem once, with its count and its first occurrence; every one of them where `verbose`."""
    for kind, found in grouped_by_kind(problems).items():
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
