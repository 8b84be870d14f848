"""The line that the record gets for an attempt."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Mapping
from typing import Any

from ssc_to_nwb.naming import FILE_LAYOUT, FILE_LAYOUT_ITEM
from ssc_to_nwb.nwb_file.results import SessionOutcome
from ssc_to_nwb.problems.model import Problem, grouped_by_kind

FORMAT = 1


def attempt_line(
    *,
    work: str,
    attempt: int,
    token: str | None,
    started: str,
    finished: str,
    outcome: SessionOutcome,
    status: str | None = None,
    inputs: Mapping[str, Any] | None = None,
    output: Mapping[str, Any] | None = None,
    why: Iterable[str] = (),
    was_ready: bool = False,
    overcome: Iterable[str] | None = None,
    layout: int = FILE_LAYOUT,
) -> dict[str, Any]:
    """One attempt as the record has it, JSON-ready.

    status: the outcome's own where None; inputs: what the session was made from; output: path relative to the output
    folder and state of the NWB file; why: what had changed since it was done before; was_ready: it ended while it put
    its whole file in place; overcome: kinds of errors that the conversion went on in spite of, those of
    the outcome where None; layout: number of the layout of the NWB file.
    """
    seconds = sum(outcome.seconds.values())
    source_bytes = 0 if inputs is None else inputs["source_bytes"]
    return {
        "format": FORMAT,
        "session": outcome.session,
        "work": work,
        "attempt": attempt,
        "status": status or outcome.status,
        "started": started,
        "finished": finished,
        "seconds": {stage: round(value, 3) for stage, value in outcome.seconds.items()},
        "source_bytes": source_bytes,
        "output_bytes": outcome.output_bytes,
        "source_mb_per_s": round(source_bytes / 1e6 / seconds, 3) if seconds else None,
        FILE_LAYOUT_ITEM: layout,
        "output": None if output is None else dict(output),
        "verified": outcome.verified,
        "digest": outcome.digest,
        "why": list(why),
        "warnings": _grouped(outcome.problems),
        "overcome": list(_overcome(outcome.problems) if overcome is None else overcome),
        "error": None if outcome.error is None else outcome.error.as_dict(),
        "traceback": outcome.traceback,
        "source": str(outcome.source),
        "inputs": None if inputs is None else dict(inputs),
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "was_ready": was_ready,
        "token": token,
    }


def _overcome(problems: Iterable[Problem]) -> list[str]:
    return list(dict.fromkeys(problem.kind.identifier for problem in problems if problem.overcome))


def _grouped(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Each kind of warning once, with its count and its first occurrence."""
    return [
        {"identifier": kind.identifier, "count": len(found), "first": found[0].as_dict()}
        for kind, found in grouped_by_kind(problems).items()
    ]
