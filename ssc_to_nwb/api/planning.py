"""Say what a conversion would do, before any work: contents, bytes, time, space, and what is done already."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ssc_to_nwb.api.sessions import SessionSummary, summarize
from ssc_to_nwb.json_lines import AsJson, fact, facts
from ssc_to_nwb.options.conversion import PlanRequest
from ssc_to_nwb.options.declare import takes
from ssc_to_nwb.problems.model import Problem
from ssc_to_nwb.problems.system_errors import system_errors_named
from ssc_to_nwb.run.machine import at_once, existing_folder

if TYPE_CHECKING:
    from ssc_to_nwb.run.estimate import FrameSample, Room
    from ssc_to_nwb.run.job import RunSettings
    from ssc_to_nwb.run.resume import Decision
    from ssc_to_nwb.session.context import SessionContext


@facts
class PlannedSession(AsJson):
    """What would be done with one session."""

    session: str = fact("Name, such as `an197522_2013_03_08`.")
    path: Path = fact("The session file.")
    action: Literal["convert", "skip", "refuse"] = fact("`skip`: it is finished. `refuse`: see `problem`.")
    why: tuple[str, ...] = fact("What has changed since the session was finished.", default=())
    notes: tuple[str, ...] = fact("Differences that leave the content of a skipped session as it is.", default=())
    contents: SessionSummary | None = fact("What the session holds, if it was read.", default=None)
    source_bytes: int = fact("Bytes to read.", default=0)
    unpack_bytes: int = fact("Bytes to unpack for that.", default=0)
    output_bytes: int = fact("Estimated size of the NWB file.", default=0)
    seconds: float = fact("Estimated time, with all threads of the run for the frames.", default=0.0)
    problem: Problem | None = fact("Why the session would be refused or fail.", default=None)


@facts
class Plan(AsJson):
    """What a conversion would do."""

    sessions: tuple[PlannedSession, ...] = fact("One per session.")
    output_bytes: int = fact("Estimated size of all NWB files.")
    seconds: float = fact("Estimated time of the run.")
    sample: FrameSample | None = fact("How well a sample of the frames compressed, and how fast, on this disk.")
    room: Room = fact("Needed and free space, in bytes.")
    not_taken: tuple[Problem, ...] = fact(
        "A warning for each MATLAB file that is not a session, and each entry of the metadata files that fits none.",
        default=(),
    )

    @property
    def ok(self) -> bool:
        """Whether every session can be begun and there is room for all."""
        return not self.room.short and all(session.action != "refuse" for session in self.sessions)


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
    from ssc_to_nwb.run.estimate import frame_ratio, room_for, sample_frames
    from ssc_to_nwb.run.job import RunSettings
    from ssc_to_nwb.run.places import check_apart, check_writable
    from ssc_to_nwb.run.record import read_record
    from ssc_to_nwb.run.resume import Decider
    from ssc_to_nwb.run.session_sources import SourceSearch, checked_metadata, find_chosen

    settings = RunSettings.of(request)
    output, options = settings.output, settings.options
    check_writable(output)
    sources, not_taken = find_chosen(request, SourceSearch(output=output, on_listing=request.on_listing))
    check_apart(output, sources)
    with system_errors_named(output):
        metadata = checked_metadata(sources, settings.metadata_files)
        decider = Decider(settings=settings, histories=read_record(output), metadata=metadata)
        decisions = [decider.decide(one) for one in sources]
        to_do = [decision for decision in decisions if decision.action == "convert"]
        sample = sample_frames(to_do, settings) if to_do and options.raw != "skip" else None
        ratio = frame_ratio(options, sample)
        planned = [_planned(decision, settings, sample, ratio=ratio) for decision in decisions]
        together = at_once(options, len(to_do))
        return Plan(
            sessions=tuple(session for session, _, _ in planned),
            output_bytes=sum(session.output_bytes for session, _, _ in planned),
            seconds=round(sum(data / together + frames for _, data, frames in planned), 1),
            sample=sample,
            room=room_for(to_do, settings, sample=sample),
            not_taken=not_taken,
        )


def _planned(
    decision: Decision, settings: RunSettings, sample: FrameSample | None, *, ratio: float
) -> tuple[PlannedSession, float, float]:
    """A session with the seconds for its data, which may overlap with others', and for its frames."""
    from ssc_to_nwb.run.estimate import seconds_for

    session = PlannedSession(
        session=decision.source.name,
        path=decision.source.path,
        action=decision.action,
        notes=decision.notes,
        problem=decision.problem,
    )
    if decision.job is None or decision.action != "convert":
        return session, 0.0, 0.0
    place = existing_folder(settings.work_folder or settings.output)
    allow_unmapped = settings.options.allow_unmapped
    checked_seconds = 0.0

    def check(context: SessionContext) -> None:
        nonlocal checked_seconds
        start = time.perf_counter()
        _check_convertible(context, allow_unmapped=allow_unmapped)
        checked_seconds = time.perf_counter() - start

    start = time.perf_counter()
    contents = summarize(
        decision.source,
        metadata_files=settings.metadata_files,
        place=place,
        allow_unmapped=allow_unmapped,
        check=check,
    )
    read_seconds = time.perf_counter() - start - checked_seconds
    data_seconds, frame_seconds = seconds_for(
        decision.sizes,
        read_seconds=read_seconds,
        frames_per_second=None if sample is None else sample.bytes_per_second,
        verify=settings.options.verify,
    )
    session = replace(
        session,
        action="convert" if contents.error is None else "refuse",
        why=decision.job.why,
        contents=contents,
        source_bytes=decision.sizes.source_bytes,
        unpack_bytes=decision.unpack_bytes,
        output_bytes=decision.sizes.output_bytes(ratio),
        seconds=round(data_seconds + frame_seconds, 1),
        problem=contents.error,
    )
    return session, data_seconds, frame_seconds


def _check_convertible(context: SessionContext, *, allow_unmapped: bool) -> None:
    """Meet what a conversion would refuse once the session is read.

    Raises unmapped-leaf, metadata-value-missing, metadata-text-unreadable.
    """
    from ssc_to_nwb.data_types.facts import SessionFacts
    from ssc_to_nwb.data_types.session.interface import nwbfile_fields, subject_fields
    from ssc_to_nwb.ledger.ledger import build_ledger

    build_ledger(SessionFacts(context), allow_unmapped=allow_unmapped, log=context.log)
    nwbfile_fields(context)
    subject_fields(context)
