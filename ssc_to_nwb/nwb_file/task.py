"""What there is to do for one session, and its proof, which whoever runs the conversion hands in; light to import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ssc_to_nwb.nwb_file.in_progress import InProgress
from ssc_to_nwb.nwb_file.results import OnProgress
from ssc_to_nwb.options.conversion import ConversionOptions
from ssc_to_nwb.problems.model import Problem
from ssc_to_nwb.source_files.session_files import SessionFile


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTask:
    """Everything needed to convert one session, wherever that is done; can be pickled."""

    session_file: SessionFile
    output: Path
    metadata_files: tuple[Path, ...] = ()
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
