"""Say what a conversion would do, before any work: contents, bytes, time, space, and what is done already."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ssc_to_nwb.api.sessions import SessionSummary, summarize
from ssc_to_nwb.options.conversion import PlanRequest
from ssc_to_nwb.options.declare import takes

if TYPE_CHECKING:
    from ssc_to_nwb.problems.model import Problem
    from ssc_to_nwb.run.estimate import FrameSample, Room
    from ssc_to_nwb.run.job import RunSettings
    from ssc_to_nwb.run.resume import Decision
    from ssc_to_nwb.run.session_sources import SessionSource


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSession:
    """What would be done with one session.

    Attributes
    ----------
    session : str
        Name, such as `an197522_2013_03_08`.
    path : Path
        The session file.
    action : {"convert", "skip", "refuse"}
        `skip`: it is finished. `refuse`: see `problem`.
    why : tuple of str
        What has changed since the session was finished.
    notes : tuple of str
        Differences that leave the content of a skipped session as it is.
    contents : SessionSummary or None
        What the session holds, if it was read.
    source_bytes, unpack_bytes : int
        Bytes to read, and to unpack for that.
    output_bytes : int
        Estimated size of the NWB file.
    seconds : float
        Estimated time, with all threads of the run for the frames.
    problem : Problem or None
        Why the session would be refused or fail.
    """

    session: str
    path: Path
    action: Literal["convert", "skip", "refuse"]
    why: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    contents: SessionSummary | None = None
    source_bytes: int = 0
    unpack_bytes: int = 0
    output_bytes: int = 0
    seconds: float = 0.0
    problem: Problem | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "session": self.session,
            "path": str(self.path),
            "action": self.action,
            "why": list(self.why),
            "notes": list(self.notes),
            "contents": None if self.contents is None else self.contents.as_dict(),
            "source_bytes": self.source_bytes,
            "unpack_bytes": self.unpack_bytes,
            "output_bytes": self.output_bytes,
            "seconds": round(self.seconds, 1),
            "problem": None if self.problem is None else self.problem.as_dict(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a conversion would do.

    Attributes
    ----------
    sessions : tuple of PlannedSession
        One per session.
    output_bytes : int
        Estimated size of all NWB files.
    seconds : float
        Estimated time of the run.
    sample : FrameSample or None
        How well a sample of the frames compressed, and how fast, on this disk.
    room : Room
        Needed and free space, in bytes.
    not_taken : tuple of Problem
        A warning for each MATLAB file that is not a session.
    """

    sessions: tuple[PlannedSession, ...]
    output_bytes: int
    seconds: float
    sample: FrameSample | None
    room: Room
    not_taken: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every session can be begun and there is room for all."""
        return not self.room.short and all(session.action != "refuse" for session in self.sessions)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        room = {key: str(value) if isinstance(value, Path) else value for key, value in asdict(self.room).items()}
        return {
            "ok": self.ok,
            "sessions": [session.as_dict() for session in self.sessions],
            "output_bytes": self.output_bytes,
            "seconds": round(self.seconds, 1),
            "sample": None if self.sample is None else asdict(self.sample),
            "room": {**room, "short": self.room.short},
            "not_taken": [problem.as_dict() for problem in self.not_taken],
        }


@takes(PlanRequest)
def plan(request: PlanRequest) -> Plan:
    """What `convert` would do with the same arguments. Nothing is left behind.

    Session files are read. A few frames are written to the output's disk and removed, to measure how well they compress
    and how fast.

    Returns
    -------
    Plan
        What would be done with each session, and estimates for all.

    Raises
    ------
    SscError
        What `convert` raises if nothing can be started.
    """
    from ssc_to_nwb.problems.system_errors import system_errors_named
    from ssc_to_nwb.run.job import RunSettings
    from ssc_to_nwb.run.places import check_apart, check_writable
    from ssc_to_nwb.run.session_sources import PackedListings, find_not_taken, find_sources

    settings, source = RunSettings.of(request), Path(request.source)
    check_writable(settings.output)
    listings = PackedListings.of_output(settings.output)
    sources = find_sources(
        source,
        patterns=request.sessions,
        listings=listings,
        on_listing=request.on_listing,
        output=settings.output,
    )
    check_apart(settings.output, sources)
    with system_errors_named(settings.output):
        decided = _decided(sources, settings)
    not_taken = find_not_taken(source, listings=listings, output=settings.output)
    return replace(decided, not_taken=not_taken)


def _decided(sources: Sequence[SessionSource], settings: RunSettings) -> Plan:
    from ssc_to_nwb.json_lines import read_json_lines
    from ssc_to_nwb.metadata.shared_faults import check_metadata
    from ssc_to_nwb.run.estimate import sample_frames
    from ssc_to_nwb.run.record import lines_by_work
    from ssc_to_nwb.run.resume import Decider
    from ssc_to_nwb.run_files import run_record

    check_metadata(sources, settings.metadata_files)
    lines = lines_by_work(list(read_json_lines(run_record(settings.output))))
    decider = Decider(settings=settings, lines=lines)
    decisions = [decider.decide(one) for one in sources]
    to_do = [decision.source for decision in decisions if decision.action == "convert"]
    wanted = settings.options.raw != "skip" and bool(to_do)
    sample = sample_frames(to_do, output=settings.output, options=settings.options) if wanted else None
    return _plan(decisions, settings, sample)


def _plan(decisions: Sequence[Decision], settings: RunSettings, sample: FrameSample | None) -> Plan:
    from ssc_to_nwb.run.estimate import room_for, worst_ratio
    from ssc_to_nwb.run.machine import Budget

    ratio = worst_ratio(settings.options) if sample is None else sample.ratio
    to_do = [decision for decision in decisions if decision.action == "convert"]
    planned, in_turn, together = [], 0.0, 0.0
    for decision in decisions:
        session, data_seconds, frame_seconds = _planned(decision, settings, sample, ratio=ratio)
        planned.append(session)
        together += data_seconds
        in_turn += frame_seconds
    budget = Budget(workers=settings.options.workers, memory_mb=settings.options.memory_mb)
    return Plan(
        sessions=tuple(planned),
        output_bytes=sum(session.output_bytes for session in planned),
        seconds=in_turn + together / budget.at_once(len(to_do)),
        sample=sample,
        room=room_for(to_do, settings, ratio=ratio),
    )


def _planned(
    decision: Decision, settings: RunSettings, sample: FrameSample | None, *, ratio: float
) -> tuple[PlannedSession, float, float]:
    """A session with the seconds for its data, which may overlap with others', and for its frames."""
    from ssc_to_nwb.run.estimate import seconds_for, sizes_of

    session = PlannedSession(
        session=decision.source.name,
        path=decision.source.path,
        action=decision.action,
        notes=decision.notes,
        problem=decision.problem,
    )
    if decision.job is None or decision.action != "convert":
        return session, 0.0, 0.0
    contents, read_seconds = _contents(decision, settings)
    sizes = sizes_of(decision, settings)
    data_seconds, frame_seconds = seconds_for(
        sizes,
        read_seconds=read_seconds,
        frames_per_second=None if sample is None else sample.bytes_per_second,
        verify=settings.options.verify,
    )
    session = replace(
        session,
        action="convert" if contents.error is None else "refuse",
        why=decision.job.why,
        contents=contents,
        source_bytes=decision.source_bytes,
        unpack_bytes=decision.unpack_bytes,
        output_bytes=sizes.output_bytes(ratio),
        seconds=data_seconds + frame_seconds,
        problem=contents.error,
    )
    return session, data_seconds, frame_seconds


def _contents(decision: Decision, settings: RunSettings) -> tuple[SessionSummary, float]:
    """What the session holds, and the seconds it took to read that; a packed session file is unpacked for it."""
    from ssc_to_nwb.run.machine import existing_folder

    place = existing_folder(settings.work_folder or settings.output)
    start = time.perf_counter()
    summary = summarize(decision.source, metadata_files=settings.metadata_files, place=place)
    return summary, time.perf_counter() - start
