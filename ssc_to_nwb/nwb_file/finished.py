"""A file that is written and waits for its proof: what a verification needs to know of it, and what it gives back.

The converter knows no verification; whoever runs it hands one in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ssc_to_nwb.nwb_file.in_progress import InProgress
from ssc_to_nwb.nwb_file.results import OnProgress
from ssc_to_nwb.nwb_file.task import SessionTask
from ssc_to_nwb.problems.model import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedFile:
    """A written file: where it is built, what it was made from, the problems met and the hashes of its sources."""

    task: SessionTask
    place: InProgress
    problems: tuple[Problem, ...]
    hashes: Mapping[Path, str]
    on_progress: OnProgress


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """How a file was verified (`full`, `sample`, `off`), and the digest of its content where one was made."""

    mode: str
    digest: str | None = None


VerifyStep = Callable[[FinishedFile], Verified]


def not_verified(_finished: FinishedFile) -> Verified:
    """The step for a conversion without verification."""
    return Verified(mode="off")
