"""Decides for each session whether it is done, has to be done, or must be left to a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, SscError, error
from ssc_to_nwb.quantities import listed
from ssc_to_nwb.run.differences import Comparison, Difference
from ssc_to_nwb.run.estimate import SourceSizes, sizes_of
from ssc_to_nwb.run.inputs import (
    FileStates,
    SessionInputs,
    changes,
    section_hashes,
    state_digest,
    state_of_lines,
    take_state,
)
from ssc_to_nwb.run.job import SessionJob
from ssc_to_nwb.run.record import Done, History, opens, state_of_output
from ssc_to_nwb.run_files import work_name

if TYPE_CHECKING:
    from ssc_to_nwb.metadata.loader import MetadataFiles
    from ssc_to_nwb.nwb_file.results import SessionOutcome
    from ssc_to_nwb.run.job import RunSettings
    from ssc_to_nwb.run.session_sources import SessionSource

# Differences that a message names; the others are counted.
_SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is to be done with a session, and the problem where it is refused.

    job: None where the source or the metadata can't be used; sizes: of its source files, unpacked.
    """

    source: SessionSource
    action: Literal["skip", "convert", "refuse"]
    job: SessionJob | None = None
    problem: Problem | None = None
    sizes: SourceSizes = field(default_factory=SourceSizes)

    @property
    def unpack_bytes(self) -> int:
        """Bytes that unpacking takes."""
        packed = self.source.packed
        return 0 if packed is None or self.job is None else packed.unpacked_size(raw=self.job.raw)

    @property
    def notes(self) -> tuple[str, ...]:
        """What differs, without effect, from what a session that is skipped was made with."""
        return self.job.notes if self.job is not None and self.action == "skip" else ()

    def outcome(self) -> SessionOutcome | None:
        """What comes of a session that is not to be converted."""
        if self.action == "skip" and self.job is not None and self.job.done is not None:
            return self.job.done.outcome(self.source, notes=self.notes)
        return None if self.action == "convert" else self.source.failed(self.problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """Knows the record, what was asked of a run, and the metadata by data set; decides session by session."""

    settings: RunSettings
    histories: Mapping[str, History]
    metadata: Mapping[str, MetadataFiles]

    def decide(self, source: SessionSource) -> Decision:
        """What is to be done with one session; a source or metadata that can't be used is a refusal."""
        if source.problem is not None:
            return Decision(source=source, action="refuse", problem=source.problem)
        try:
            job = self._job(source)
            return self._judge(job, job.source_state())
        except SscError as failure:
            return Decision(source=source, action="refuse", problem=failure.problem)

    def _judge(self, job: SessionJob, state: FileStates) -> Decision:
        done = job.done
        decision = Decision(source=job.source, action="convert", job=job, sizes=sizes_of(job, state))
        if done is None or job.options.overwrite:
            return decision

        def again(*why: str, **facts: Any) -> Decision:
            options = replace(job.options, overwrite=True)
            return replace(decision, job=replace(job, options=options, why=why, **facts))

        current = state_of_output(done.output)
        if current is None:
            return again("the NWB file is gone")
        differences = tuple(Comparison(job=job, done=done).differences())
        source_changes = self._source_changes(job, state, done)
        if any(one.effect == "contents" for one in differences):
            problem = _would_change(done, differences, source_changes)
            return replace(decision, action="refuse", problem=problem)
        if not (current.same_file(done.state) and current.same_videos(done.state)) and not opens(done.output):
            return again("the NWB file is damaged")
        notes = tuple(one.text for one in differences if one.effect == "none")
        why = (*source_changes, *(one.text for one in differences if one.effect == "again"))
        if not current.same_videos(done.state):
            why = ("the folder of videos is not as it was", *why)
        reasons = (*why, *notes) if why else ()
        if not current.same_file(done.state):
            if done.digest is None:
                problem = error(kinds.OUTPUT_CHANGED, file=done.output).problem
                return replace(decision, action="refuse", problem=problem)
            return again(*reasons, notes=notes, check="output")
        if why or self.settings.request.rehash:
            return again(*reasons, notes=notes, check=None if why else "source")
        return replace(again(notes=notes), action="skip")

    def _source_changes(self, job: SessionJob, state: FileStates, done: Done) -> tuple[str, ...]:
        """What is not as it was in the source files that were looked at then, by size and time, in words."""
        if self.settings.request.rehash:
            return ()
        if done.raw != job.raw:
            state = job.source_state(raw=done.raw)
        if state_digest(state) == done.inputs.source:
            return ()
        try:
            earlier = state_of_lines(done.sources)
        except ValueError:
            return ("source files",)
        return changes(earlier, state) if state_digest(earlier) == done.inputs.source else ("source files",)

    def _job(self, source: SessionSource) -> SessionJob:
        files, options = self.metadata[source.dataset], self.settings.options
        metadata = files.of_session(session=source.name, subject=source.subject)
        work = work_name(source.name, stub=options.stub)
        history = self.histories.get(work, History())
        return SessionJob(
            source=source,
            work=work,
            output=self.settings.output,
            options=options,
            attempt=history.attempts + 1,
            done=history.done[-1] if history.done else None,
            made_with=SessionInputs(
                metadata=section_hashes(metadata.contents()),
                given=section_hashes(files.given_for_session(session=source.name, subject=source.subject)),
                options=options.recorded(),
            ),
            metadata_state=take_state(Path(), files.own_paths),
            metadata=metadata,
        )


def _would_change(done: Done, differences: Sequence[Difference], source_changes: Sequence[str]) -> Problem:
    """That a finished file is not changed unasked: by what it would be changed, and what it would lose or gain."""
    changing = [one for one in differences if one.effect == "contents"]
    lost = [what for one in changing for what in one.lost]
    gained = [what for one in changing for what in one.gained]
    effects = [
        f"{verb} {listed(what, most=_SHOWN)}" for verb, what in (("would lose", lost), ("would gain", gained)) if what
    ]
    return error(
        kinds.SESSION_WOULD_CHANGE,
        file=done.output,
        found=listed([*(one.text for one in changing), *source_changes], most=_SHOWN, separator="; "),
        detail="; ".join(effects) or "nothing would be lost",
    ).problem
