"""One attempt at a session, from its source to its line in the record, in whatever process it is done."""

from __future__ import annotations

import math
import time
import traceback
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ssc_to_nwb.naming import FILE_LAYOUT
from ssc_to_nwb.nwb_file.options import ConversionOptions
from ssc_to_nwb.nwb_file.results import OnProgress, Progress, SessionOutcome, Stage, timed
from ssc_to_nwb.nwb_file.task import SessionTask
from ssc_to_nwb.problems import output_kinds
from ssc_to_nwb.problems import run_kinds as kinds
from ssc_to_nwb.problems.model import Problem, SscError, error
from ssc_to_nwb.run.attempt_line import attempt_line
from ssc_to_nwb.run.clock_text import now_text
from ssc_to_nwb.run.inputs import SessionInputs, content_options
from ssc_to_nwb.run.marker import Marker, read_marker, write_whole
from ssc_to_nwb.run.output_state import state_of, state_of_output
from ssc_to_nwb.run.recorded import Done
from ssc_to_nwb.run.session_sources import SessionSource
from ssc_to_nwb.run.settle import finished_line
from ssc_to_nwb.run.source_state import SourceState, take_state
from ssc_to_nwb.run.standing import checksums_of, content_changes, has_content
from ssc_to_nwb.run.unpacking import origin, unpacked_session
from ssc_to_nwb.run.verification import verify_finished
from ssc_to_nwb.run_files import attempt_marker, source_list
from ssc_to_nwb.source_files.checksums import check_files
from ssc_to_nwb.source_files.session_files import SessionFile

if TYPE_CHECKING:
    from ssc_to_nwb.nwb_file.in_progress import InProgress
    from ssc_to_nwb.nwb_file.zarr_fills import PlaneFiller

# How often an attempt looks whether it still counts.
_CHECK_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptCall:
    """What an attempt needs to know; can be pickled.

    work: the session's name as a piece of work; metadata, given: hashes of its metadata's sections, and of what the
    user's files give of them; metadata_files: the
    user's; metadata_state: theirs and of what they extend, the packaged ones go with the version; why: what changed
    since the session was done; standing: the file that is there, where it may stand if its content
    (`compare="output"`) or that of the source files (`"source"`) is what it was.
    """

    source: SessionSource
    work: str
    output: Path
    work_folder: Path
    options: ConversionOptions
    attempt: int
    metadata: dict[str, str]
    given: dict[str, str]
    metadata_state: SourceState
    metadata_files: tuple[Path, ...] = ()
    why: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    standing: Done | None = None
    compare: Literal["output", "source"] = "source"

    @property
    def raw(self) -> bool:
        """Whether raw files are looked at."""
        return self.options.raw != "skip"

    def source_state(self, *, raw: bool | None = None) -> SourceState:
        """The state of the source now; raw: with the raw files, as the options say where None.

        Raises source-not-readable.
        """
        return take_state(self.source.path.parent, self.source.sources(raw=self.raw if raw is None else raw))

    def metadata_now(self) -> SourceState:
        """The state of the user's metadata files now. Raises source-not-readable."""
        return take_state(Path(), [Path(file.name) for file in self.metadata_state.files])

    @property
    def made_with(self) -> SessionInputs:
        """What the session is made with, without its source."""
        return SessionInputs(metadata=self.metadata, given=self.given, options=content_options(self.options))

    def inputs(self, state: SourceState) -> SessionInputs:
        """What the session is made from, with its source in this state."""
        return self.made_with.with_source(state)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptResult:
    """What came of an attempt, and what the record says of it."""

    outcome: SessionOutcome
    line: dict[str, Any]


def run_attempt(call: AttemptCall, *, report: OnProgress, fill_planes: PlaneFiller | None = None) -> AttemptResult:
    """Convert a session, unpacked first where it is packed; a failure is a result, not an exception.

    fill_planes: writes the frames of planes elsewhere, for the Zarr backend. KeyboardInterrupt and SystemExit pass
    through, with nothing left behind.
    """
    # A cluster begins anew what is done already, where the answer was lost with the worker that had it.
    finished = finished_attempt(call, read_marker(attempt_marker(call.output, call.work)) or {})
    if finished is not None:
        return finished
    attempt = _Attempt(call=call, report=report, fill_planes=fill_planes)
    try:
        outcome = attempt.run()
    except SscError as failure:
        outcome = attempt.failed(failure)
    except (KeyboardInterrupt, SystemExit):
        raise
    except Exception as failure:  # noqa: BLE001 - a defect must not stop the other sessions; it is reported whole
        found = f"{type(failure).__name__}: {failure}"
        outcome = attempt.failed(error(output_kinds.INTERNAL_ERROR, file=call.source.path, found=found))
    return AttemptResult(outcome=outcome, line=attempt.line(outcome))


def finished_attempt(call: AttemptCall, marker: dict[str, Any]) -> AttemptResult | None:
    """The result of an attempt that has put its file in place, from the mark it left; None where it has not."""
    line = finished_line(marker, call.output)
    done = None if line is None else Done.from_line(line, call.output)
    if line is None or done is None:
        return None
    outcome = done.outcome(session=call.source.name, source=call.source.path)
    return AttemptResult(outcome=replace(outcome, status="converted"), line=line)


@dataclass(slots=True, kw_only=True)
class _Attempt:
    """An attempt under way: what is known of it so far."""

    call: AttemptCall
    report: OnProgress
    fill_planes: PlaneFiller | None
    started: str = field(default_factory=now_text)
    marker: Marker | None = None
    state: SourceState | None = None
    why: tuple[str, ...] = ()
    unread_lists: tuple[Problem, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    next_check: float = 0.0

    def run(self) -> SessionOutcome:
        call = self.call
        self.why = call.why
        self.marker = Marker.begin(call.output, call.work, session=call.source.name, attempt=call.attempt)
        self.state = call.source_state()
        raw = call.raw or (call.standing is not None and call.standing.raw)
        with unpacked_session(call.source, call.work_folder, work=call.work, raw=raw, on_bytes=self._unpacking) as file:
            if call.standing is not None and self._stands(call.standing, file):
                return call.standing.outcome(
                    session=call.source.name, source=call.source.path, seconds=self.seconds, notes=call.notes
                )
            self._check_sums(file)
            return self._convert(file)

    def _convert(self, file: SessionFile) -> SessionOutcome:
        from ssc_to_nwb.nwb_file.session_file import convert_session
        from ssc_to_nwb.nwb_file.zarr_fills import fill_in_threads

        call = self.call
        task = SessionTask(
            session_file=file, output=call.output, metadata_files=call.metadata_files, options=call.options
        )
        outcome = convert_session(
            task,
            on_progress=self._progress,
            verify=verify_finished,
            before_rename=self._before_rename,
            fill_planes=self.fill_planes or fill_in_threads,
        )
        return self._completed(outcome)

    def _completed(self, outcome: SessionOutcome) -> SessionOutcome:
        """The outcome of the conversion with what only the attempt knows."""
        source = self.call.source
        problems = tuple(self._at_origin(problem) for problem in (*self.unread_lists, *outcome.problems))
        if self.why:
            redone = error(kinds.SESSION_REDONE, file=source.path, found="; ".join(self.why)).problem
            problems = (redone, *problems)
        return replace(
            outcome,
            session=source.name,
            source=source.path,
            seconds={**self.seconds, **outcome.seconds},
            problems=problems,
            error=None if outcome.error is None else self._at_origin(outcome.error),
            left_out=tuple((self._origin(file), reason) for file, reason in outcome.left_out),
        )

    def _at_origin(self, problem: Problem) -> Problem:
        return problem if problem.file is None else replace(problem, file=self._origin(problem.file))

    def _origin(self, file: str) -> str:
        return origin(file, self.call.source, self.call.work_folder / self.call.work)

    def _before_rename(self, outcome: SessionOutcome, place: InProgress) -> None:
        """The source must be as it was, and the record must be able to tell whose file this is."""
        if self.marker is None or self.state is None:
            raise ValueError("the attempt has not begun")
        changes = (
            *self.call.source_state().changes_since(self.state),
            *self.call.metadata_now().changes_since(self.call.metadata_state),
        )
        if changes:
            raise error(kinds.SOURCE_CHANGED, file=self.call.source.path, found="; ".join(changes))
        write_whole(source_list(self.call.output, self.call.work), self.state.as_lines(), durable=False)
        state = state_of(place.building, videos=place.building_videos)
        self.marker.prepare(self.line(self._completed(outcome), output_state=state.as_dict()))
        # From here on the attempt has won, whatever becomes of its mark.
        self.next_check = math.inf

    def _stands(self, done: Done, file: SessionFile) -> bool:
        """Whether the file that is there may stand. Raises output-changed where somebody else has worked on it."""
        self._say("check")
        options = self.call.options
        with timed(self.seconds, "check"):
            if self.call.compare == "source":
                self.why = (*self.why, *content_changes(done, file, workers=options.workers))
            elif not has_content(done.output, done.digest, options=options):
                raise error(kinds.OUTPUT_CHANGED, file=done.output, found="other content than was written")
        return not self.why

    def _check_sums(self, file: SessionFile) -> None:
        """Compare the source with the lists of checksums beside it. Raises checksum-differs."""
        found = checksums_of(self.call.source, file, raw=self.call.raw)
        self.unread_lists = found.problems
        if found.checksums:
            self._say("check")
            with timed(self.seconds, "check"):
                check_files(found.checksums, workers=self.call.options.workers)

    def _say(self, stage: Stage) -> None:
        self._progress(Progress(session=self.call.source.name, stage=stage))

    def _unpacking(self, done: int, total: int) -> None:
        self._progress(Progress(session=self.call.source.name, stage="unpack", done_bytes=done, total_bytes=total))

    def _progress(self, progress: Progress) -> None:
        """Pass progress on; every now and then make sure that this attempt still counts. Raises attempt-superseded."""
        now = time.monotonic()
        if self.marker is not None and now >= self.next_check:
            self.marker.check()
            self.next_check = now + _CHECK_SECONDS
        self.report(progress)

    def failed(self, failure: SscError) -> SessionOutcome:
        """The outcome of an attempt that ended outside the conversion."""
        return SessionOutcome(
            session=self.call.source.name,
            source=self.call.source.path,
            status="failed",
            error=self._at_origin(failure.problem),
            traceback=traceback.format_exc(),
            seconds=self.seconds,
        )

    def _inputs(self, standing: Done | None) -> dict[str, Any] | None:
        """What the NWB file is made from; one that stands has what it was made with, from the source as it is now."""
        if self.state is None:
            return None
        if standing is None:
            return self.call.inputs(self.state).as_dict()
        state = self.state if standing.raw == self.call.raw else self.call.source_state(raw=standing.raw)
        return standing.inputs.with_source(state).as_dict()

    def line(self, outcome: SessionOutcome, *, output_state: dict[str, int] | None = None) -> dict[str, Any]:
        """What the record says of this attempt; output_state: of the NWB file, looked up where None."""
        output = None
        if outcome.ok and outcome.output is not None:
            if output_state is None:
                state = state_of_output(outcome.output)
                output_state = None if state is None else state.as_dict()
            output = {"path": outcome.output.relative_to(self.call.output).as_posix(), "state": output_state}
        standing = self.call.standing if outcome.status == "skipped" else None
        return attempt_line(
            work=self.call.work,
            attempt=self.call.attempt,
            token=None if self.marker is None else self.marker.token,
            started=self.started,
            finished=now_text(),
            outcome=outcome,
            status=None if standing is None else "confirmed",
            inputs=self._inputs(standing),
            overcome=None if standing is None else standing.overcome,
            layout=FILE_LAYOUT if standing is None else standing.layout,
            output=output,
            why=self.why,
        )
