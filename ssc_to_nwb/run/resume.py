"""Decides for each session whether it is done, has to be done, or must be left to a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ssc_to_nwb import run_files
from ssc_to_nwb.converter.options import ConversionOptions
from ssc_to_nwb.metadata.loader import MetadataFiles, read_metadata_files
from ssc_to_nwb.problems import run_kinds as kinds
from ssc_to_nwb.problems.model import Problem, SscError, error
from ssc_to_nwb.run.attempt import AttemptCall
from ssc_to_nwb.run.inputs import metadata_hashes
from ssc_to_nwb.run.output_state import opens, state_of_output
from ssc_to_nwb.run.recorded import DONE_STATUSES, Done, last_lines
from ssc_to_nwb.run.source_state import SourceState, take_state

if TYPE_CHECKING:
    from ssc_to_nwb.run.session_sources import SessionSource

_VERIFIED_RANK = {"off": 0, "sample": 1, "full": 2}

Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is to be done with a session.

    action: `skip` (done, and nothing changed), `convert`, `refuse` (see `problem`); call: for `convert`; done: what
    the record has; source_bytes: of its own files, unpacked; unpack_bytes: of those that are packed.
    """

    source: SessionSource
    action: Literal["skip", "convert", "refuse"]
    call: AttemptCall | None = None
    done: Done | None = None
    problem: Problem | None = None
    source_bytes: int = 0
    unpack_bytes: int = 0

    @property
    def mat_bytes(self) -> int:
        """Bytes of the session file."""
        return self.source.mat_bytes


@dataclass(slots=True, kw_only=True)
class Decider:
    """Knows the record, the options and the metadata files of a run; decides session by session.

    rehash: judge source files by their content, not by size and time; work_folder: where packed sessions go.
    """

    output: Path
    options: ConversionOptions
    metadata_files: Sequence[Path]
    rehash: bool
    work_folder: Path
    lines: dict[str, list[Line]]
    _metadata: dict[str, MetadataFiles] = field(default_factory=dict)

    @classmethod
    def of_record(
        cls,
        lines: Sequence[Line],
        *,
        output: Path,
        options: ConversionOptions,
        metadata_files: Sequence[Path],
        rehash: bool,
        work_folder: Path,
    ) -> Decider:
        """A decider that goes by these lines of the record."""
        return cls(
            output=output,
            options=options,
            metadata_files=metadata_files,
            rehash=rehash,
            work_folder=work_folder,
            lines=last_lines(lines),
        )

    def decide(self, source: SessionSource) -> Decision:
        """What is to be done with one session; a source or metadata that can't be used is a refusal."""
        if source.problem is not None:
            return Decision(source=source, action="refuse", problem=source.problem)
        try:
            call = self._call(source)
            state = call.source_state()
        except SscError as failure:
            return Decision(source=source, action="refuse", problem=failure.problem)
        return self._judge(call, state)

    def _judge(self, call: AttemptCall, state: SourceState) -> Decision:
        done = self._done(call.work)
        packed = call.source.packed
        convert = Decision(
            source=call.source,
            action="convert",
            call=call,
            done=done,
            source_bytes=state.byte_size,
        )
        if packed is not None:
            unpacked = packed.unpacked_size(raw=call.raw)
            beside = 0 if packed.mat is not None else call.source.mat_bytes
            convert = replace(convert, source_bytes=unpacked + beside, unpack_bytes=unpacked)
        if done is None or call.options.overwrite:
            return convert
        call = replace(call, options=replace(call.options, overwrite=True))
        current = state_of_output(done.output)
        if current is None:
            return replace(convert, call=replace(call, why=("the NWB file is gone",)))
        if current != done.state and (self._was_ready(call.work) or not opens(done.output)):
            return replace(convert, call=replace(call, why=("the NWB file is damaged",)))
        why = self._changes(call, state, done)
        if not current.same_videos(done.state):
            why = ("the folder of videos is not as it was", *why)
        if not current.same_file(done.state):
            if done.digest is None:
                return replace(convert, action="refuse", problem=error(kinds.OUTPUT_CHANGED, file=done.output).problem)
            return replace(convert, call=replace(call, why=why, standing=done, compare="output"))
        if not why and not self.rehash:
            return replace(convert, action="skip")
        if why:
            return replace(convert, call=replace(call, why=why))
        return replace(convert, call=replace(call, standing=done, compare="source"))

    def _changes(self, call: AttemptCall, state: SourceState, done: Done) -> tuple[str, ...]:
        """What the session depends on that is not as it was, in words."""
        now = call.inputs(state)
        changes = now.changes_since(done.inputs)
        if now.source != done.inputs.source and not self.rehash:
            changes = (*self._source_changes(call, state, done), *changes)
        asked = "off" if call.options.stub else call.options.verify
        if _VERIFIED_RANK[done.verified] < _VERIFIED_RANK[asked]:
            changes = (*changes, f"verification: {done.verified} then, {asked} now")
        return changes

    def _source_changes(self, call: AttemptCall, state: SourceState, done: Done) -> tuple[str, ...]:
        path = run_files.source_list(self.output, call.work)
        try:
            earlier = SourceState.from_lines(path.read_text("utf-8", "surrogateescape"), root=state.root)
        except (OSError, ValueError):
            return ("source files",)
        known = earlier.digest == done.inputs.source
        return state.changes_since(earlier) if known else ("source files",)

    def _done(self, work: str) -> Done | None:
        """The last time that a session was done."""
        for line in reversed(self.lines.get(work, [])):
            done = Done.from_line(line, self.output)
            if done is not None:
                return done
        return None

    def _was_ready(self, work: str) -> bool:
        """Whether an attempt was killed while it put its file in place of the one that is on record as done."""
        for line in reversed(self.lines.get(work, [])):
            if line.get("status") in DONE_STATUSES:
                return False
            if line.get("was_ready"):
                return True
        return False

    def _call(self, source: SessionSource) -> AttemptCall:
        work = run_files.work_name(source.name, backend=self.options.backend, stub=self.options.stub)
        files = self._files_of(source.dataset)
        metadata = files.of_session(session=source.name, subject=source.subject)
        return AttemptCall(
            source=source,
            work=work,
            output=self.output,
            work_folder=self.work_folder,
            options=self.options,
            attempt=len(self.lines.get(work, [])) + 1,
            metadata=metadata_hashes(metadata),
            metadata_state=take_state(Path(), files.own_paths),
            metadata_files=tuple(self.metadata_files),
        )

    def _files_of(self, dataset: str) -> MetadataFiles:
        if dataset not in self._metadata:
            self._metadata[dataset] = read_metadata_files(dataset=dataset, files=self.metadata_files)
        return self._metadata[dataset]
