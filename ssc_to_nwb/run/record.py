"""The record of an output: a line for each session that came to an end, and what such a line says.

The line of a finished file is written before the file gets its name, with the name under which it waits. So whatever
moment a run is killed at, the next one knows what is done, and puts in place what was recorded.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ssc_to_nwb import naming, run_files
from ssc_to_nwb._version import __version__
from ssc_to_nwb.json_lines import as_json, read_json_lines
from ssc_to_nwb.nwb_file.results import SessionOutcome
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, error, grouped_by_kind
from ssc_to_nwb.run.events import now_text
from ssc_to_nwb.run.inputs import SessionInputs
from ssc_to_nwb.run.session_sources import SessionSource
from ssc_to_nwb.system_files import is_system_path

if TYPE_CHECKING:
    from ssc_to_nwb.run.job import SessionJob

FORMAT = 1
# Statuses of lines after which the session's NWB file is in place.
DONE_STATUSES = ("converted", "confirmed")
# What a line has as the outcome has it.
_OF_OUTCOME = ("session", "status", "source", "seconds", "output_bytes", "verified", "digest", "error")
# Of files from before the number was written down.
_FIRST_LAYOUT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputState:
    """An NWB file: bytes, number of files, when it was changed; and its videos, whose times do not count."""

    size: int
    files: int
    mtime_ns: int
    video_files: int
    video_size: int

    def same_file(self, other: OutputState) -> bool:
        """Whether the NWB file is as it was, by size and time."""
        return (self.size, self.files, self.mtime_ns) == (other.size, other.files, other.mtime_ns)

    def same_videos(self, done: OutputState) -> bool:
        """Whether there are as many videos of as many bytes as when the file was done; any where it has none."""
        return done.video_files == 0 or (self.video_files, self.video_size) == (done.video_files, done.video_size)


def state_of_output(nwb: Path) -> OutputState | None:
    """The state of an NWB file in place and its folder of videos; None where there is no such file."""
    return state_of(nwb, videos=naming.video_folder(nwb)) if nwb.exists() else None


def state_of(nwb: Path, *, videos: Path) -> OutputState:
    """The state of an NWB file, wherever it is, and of the folder of its videos, if that is there. Raises OSError."""
    own = [file.stat() for file in _files(nwb)]
    videos_there = [file.stat() for file in _files(videos)]
    return OutputState(
        size=sum(status.st_size for status in own),
        files=len(own),
        mtime_ns=max((status.st_mtime_ns for status in own), default=0),
        video_files=len(videos_there),
        video_size=sum(status.st_size for status in videos_there),
    )


def opens(nwb: Path) -> bool:
    """Whether the file is whole enough to be opened: HDF5 knows its own length."""
    import h5py

    try:
        with h5py.File(nwb, "r"):
            return True
    except OSError:
        return False


def _files(path: Path) -> Iterable[Path]:
    """The file, or the files below a folder but for those of the system: a look into a folder makes them come."""
    if path.is_dir():
        below = (file for file in path.rglob("*") if file.is_file())
        return (file for file in below if not is_system_path(file.relative_to(path).parts))
    return (path,) if path.exists() else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A session that was done: where its NWB file is, in what state that was left, and what it was made from.

    sources: a line for each source file, as `state_lines` has them, empty where the record has none; token: of
    the name under which the file waited to be put in place; layout: number of the layout of the file's contents;
    overcome: kinds of errors that the conversion went on in spite of, as it was asked to; warnings: each kind once, as
    the line has them.
    """

    output: Path
    state: OutputState
    inputs: SessionInputs
    sources: tuple[str, ...]
    token: str | None
    verified: str
    digest: str | None
    layout: int
    overcome: tuple[str, ...]
    warnings: tuple[Mapping[str, Any], ...]

    @classmethod
    def from_line(cls, line: Mapping[str, Any], output: Path) -> Done | None:
        """What a line says; None where it does not say that the session was done, or not in a form known here."""
        if line.get("status") not in DONE_STATUSES:
            return None
        try:
            return cls(
                output=output / line["output"]["path"],
                state=OutputState(**line["output"]["state"]),
                inputs=SessionInputs(**line["inputs"]),
                sources=tuple(line.get("sources", ())),
                token=line["output"].get("token"),
                verified=line["verified"],
                digest=line["digest"],
                layout=line.get(naming.FILE_LAYOUT_ITEM, _FIRST_LAYOUT),
                overcome=tuple(line.get("overcome", ())),
                warnings=tuple(line.get("warnings", ())),
            )
        except (KeyError, TypeError):
            return None

    def source_hashes(self) -> dict[str, str]:
        """SHA-256 of the source files by name, as the ledger beside the NWB file has them. Raises ledger-*."""
        from ssc_to_nwb.ledger.ledger import read_ledger

        ledger = read_ledger(naming.sidecar(self.output, "ledger"))
        return {entry.source: entry.sha256 for entry in ledger.files if entry.sha256 is not None}

    @property
    def raw(self) -> bool:
        """Whether raw files were looked at."""
        return bool(self.inputs.options.get("raw") != "skip")

    def outcome(
        self, source: SessionSource, *, seconds: Mapping[str, float] | None = None, notes: Sequence[str] = ()
    ) -> SessionOutcome:
        """The outcome of leaving the session as it is; notes: what differs now, and leaves the contents as they are."""
        problems: tuple[Problem, ...] = ()
        if notes:
            problems = (error(kinds.SESSION_NOT_REDONE, file=self.output, found="; ".join(notes)).problem,)
        return SessionOutcome(
            session=source.name,
            source=source.path,
            status="skipped",
            output=self.output,
            output_bytes=self.state.size,
            verified=self.verified,
            digest=self.digest,
            problems=problems,
            seconds=dict(seconds or {}),
        )


def session_line(
    outcome: SessionOutcome,
    job: SessionJob,
    *,
    started: str,
    inputs: SessionInputs | None = None,
    kept: Done | None = None,
    **further: Any,
) -> dict[str, Any]:
    """What the record says of a session, JSON-ready.

    inputs: what it was made from; kept: the file that stays, found to be as it should; further: status, where not the
    outcome's own; output: path of the NWB file below the output folder, its state, and the token of the name it waits
    under; sources: a line for each source file; why: what had changed since the session was done before.
    """
    seconds = sum(outcome.seconds.values())
    source_bytes = 0 if inputs is None else inputs.source_bytes
    known = outcome.as_dict()
    line = {
        "format": FORMAT,
        **{name: known[name] for name in _OF_OUTCOME},
        "work": job.work,
        "attempt": job.attempt,
        "started": started,
        "finished": now_text(),
        "source_bytes": source_bytes,
        "source_mb_per_s": round(source_bytes / 1e6 / seconds, 3) if seconds else None,
        naming.FILE_LAYOUT_ITEM: naming.FILE_LAYOUT,
        "output": None,
        "why": (),
        # Each kind of warning once, with its count and its first occurrence.
        "warnings": [
            {"identifier": kind.identifier, "count": len(found), "first": found[0].as_dict()}
            for kind, found in grouped_by_kind(outcome.problems).items()
        ],
        "overcome": list(dict.fromkeys(one.kind.identifier for one in outcome.problems if one.overcome)),
        "traceback": outcome.traceback,
        "inputs": inputs,
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "sources": (),
    }
    if kept is not None:
        further |= {
            "status": "confirmed",
            naming.FILE_LAYOUT_ITEM: kept.layout,
            "warnings": kept.warnings,
            "overcome": kept.overcome,
        }
    found: dict[str, Any] = as_json({**line, **further})
    return found


@dataclass(slots=True, kw_only=True)
class History:
    """What the record says of one piece of work: how often it came to an end, and what was done, oldest first."""

    attempts: int = 0
    done: list[Done] = field(default_factory=list)


def read_record(output: Path) -> dict[str, History]:
    """The history of each piece of work; none of one that the record does not know. Raises OSError."""
    histories: dict[str, History] = defaultdict(History)
    for line in read_json_lines(run_files.run_record(output)):
        history = histories[str(line.get("work"))]
        history.attempts += 1
        if (done := Done.from_line(line, output)) is not None:
            history.done.append(done)
    return histories


def recorded_digest(nwb: Path) -> str | None:
    """The digest that the newest line of its output's record has of an NWB file; None where it has none to be read.

    A digest made by another version of this package is none: it may have covered something else.
    """
    with contextlib.suppress(OSError):
        newest = newest_done(nwb)
        if newest is not None and newest.inputs.version == __version__:
            return newest.digest
    return None


def newest_done(nwb: Path) -> Done | None:
    """What the newest line of its output's record says of an NWB file; None where there is none. Raises OSError."""
    histories = read_record(nwb.parent.parent).values()
    return next((done for history in histories for done in reversed(history.done) if done.output == nwb), None)
