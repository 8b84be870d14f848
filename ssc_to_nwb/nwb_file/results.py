"""What there is to do for a session, what a conversion reports while it runs, and what came of it; light to import."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ssc_to_nwb.metadata.model import Metadata
from ssc_to_nwb.options.conversion import ConversionOptions
from ssc_to_nwb.output_files import InProgress
from ssc_to_nwb.problems.model import Problem
from ssc_to_nwb.source_files.session_files import SessionFile

Stage = Literal["unpack", "check", "read", "write", "verify", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the work on a session has come; bytes are those of the data before compression.

    worker: host and number of the process that does it, `node3:4711`, in a run.
    """

    session: str
    stage: Stage
    done_bytes: int = 0
    total_bytes: int = 0
    worker: str = ""


OnProgress = Callable[[Progress], None]


def no_progress(_: Progress) -> None:
    """Takes progress and does nothing with it."""


@contextmanager
def timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    """Add the time that the block takes, in seconds, to those of a stage."""
    start = time.perf_counter()
    try:
        yield
    finally:
        seconds[stage] = seconds.get(stage, 0.0) + time.perf_counter() - start


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOutcome:
    """What came of one session.

    status: `converted`, `skipped` (done before, and nothing changed) or `failed`; output: the NWB file; seconds by
    stage; left_out: raw files that are not in the NWB file, each with the reason.
    """

    session: str
    source: Path
    status: Literal["converted", "skipped", "failed"]
    output: Path | None = None
    problems: tuple[Problem, ...] = ()
    error: Problem | None = None
    traceback: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    output_bytes: int = 0
    verified: str = "off"
    digest: str | None = None
    left_out: tuple[tuple[str, str], ...] = ()

    @property
    def ok(self) -> bool:
        """Whether all that was asked for this session was done."""
        return self.status != "failed"

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "session": self.session,
            "source": str(self.source),
            "status": self.status,
            "output": None if self.output is None else str(self.output),
            "output_bytes": self.output_bytes,
            "verified": self.verified,
            "digest": self.digest,
            "seconds": {stage: round(value, 3) for stage, value in self.seconds.items()},
            "error": None if self.error is None else self.error.as_dict(),
            "problems": [problem.as_dict() for problem in self.problems],
            "left_out": [{"file": file, "reason": reason} for file, reason in self.left_out],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTask:
    """Everything needed to convert one session, wherever that is done; can be pickled."""

    session_file: SessionFile
    output: Path
    metadata: Metadata
    options: ConversionOptions = field(default_factory=ConversionOptions)


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
