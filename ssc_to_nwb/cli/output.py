"""What every command prints in the same way: problems, warnings, JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from ssc_to_nwb import json_lines
from ssc_to_nwb.cli.terminal import Styled, echo, print_raw, terminal_width, wrapped
from ssc_to_nwb.problems.model import Problem, grouped_by_kind

_WIDTH = 80
_COLORS: dict[str, Literal["red", "yellow", "cyan"]] = {"error": "red", "warning": "yellow", "info": "cyan"}


def print_problem(problem: Problem) -> None:
    """One problem in full, on standard error."""
    severity = problem.kind.severity.value
    echo(Styled(f"{severity}:", color=_COLORS[severity], bold=True), f" {problem}", err=True)


def print_listing(packed: Path) -> None:
    """That a packed file is looked into, on standard error: a large one takes minutes."""
    echo(f"looking into {packed}", err=True)


def print_not_taken(problems: Sequence[Problem]) -> None:
    """What of a source and its metadata is not taken: each kind once, with a line for every occurrence."""
    for kind, found in grouped_by_kind(problems).items():
        echo(*_heading(found, bold=True), err=True)
        for problem in found:
            echo(f"  {problem.file}: {problem.found}", err=True)
        echo(f"  what to do: {kind.remedy}", err=True)


def print_list(label: str, names: Sequence[str]) -> None:
    """Names after a label, on as many indented lines as the terminal needs."""
    print_wrapped(f"{label}: {', '.join(names) or 'none'}")


def print_wrapped(text: str) -> None:
    """A text on as many indented lines as the terminal needs, or as one of 80 columns would where there is none."""
    echo(wrapped(f"  {text}", width=terminal_width() or _WIDTH))


def print_warnings(problems: Iterable[Problem], *, verbose: bool, session: str | None = None) -> None:
    """Each kind of problem once, with its count and its first occurrence; every one of them where `verbose`.

    session: the one that the problems are about; files are named, all but its session file.
    """
    for kind, found in grouped_by_kind(problems).items():
        if kind.severity.value == "info" and not verbose:
            continue
        echo("  ", *_heading(found), err=True)
        for problem in found if verbose else found[:1]:
            named = problem.file if session is not None and not _is_session_file(problem.file, session) else None
            place = ", ".join(part for part in (named, problem.field, problem.found, problem.detail) if part)
            echo(f"    {place or problem.file}", err=True)


def _heading(found: Sequence[Problem], *, bold: bool = False) -> tuple[Styled, str]:
    """The severity, the title and the count of problems of one kind."""
    severity, kind = found[0].severity.value, found[0].kind
    count = f" ({len(found)} times)" if len(found) > 1 else ""
    return Styled(f"{severity}:", color=_COLORS[severity], bold=bold), f" {kind.title}{count} [{kind.identifier}]"


def _is_session_file(file: str | None, session: str) -> bool:
    """Whether a path is that of the session's file, wherever it lies or was unpacked to."""
    name = Path(file or "").name
    return name.startswith((f"{session}_", f"{session}.")) and name.lower().endswith(".mat")


def finish(
    result: Any,
    show: Callable[..., None],
    *,
    as_json: bool,
    json_of: Callable[[Any], Mapping[str, Any]] = json_lines.as_json,
    status: int | None = None,
    **shown: Any,
) -> None:
    """Print a result as JSON, or let `show` print it; exit with a status, or with 1 where the result is not `ok`.

    json_of: what JSON has of the result, where that is not all of it; shown: further arguments of `show`.
    """
    if as_json:
        print_result(json_of(result))
    else:
        show(result, **shown)
    if status or not getattr(result, "ok", True):
        sys.exit(status or 1)


def print_result(result: Mapping[str, Any]) -> None:
    """Print what `result_text` gives, on standard output."""
    print_raw(result_text(result))


def result_text(result: Mapping[str, Any]) -> str:
    """What `--json` prints, in one form for all commands: `ok`, `problems`, `sessions`, and what is the command's own.

    A result that has nothing else to say of them is done, without problems and sessions.
    """
    whole = {"ok": True, "problems": [], "sessions": [], **json_lines.as_json(result)}
    # UTF-8 even where file names are not: what is not text is written as JSON does, `\\udcff`. NaN does not occur.
    return json.dumps(whole, indent=2, ensure_ascii=False)
