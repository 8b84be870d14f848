"""What a worker does with a session, in whatever process: from its source to a whole, verified file."""

from __future__ import annotations

import math
import os
import pickle
import socket
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ssc_to_nwb._version import __version__
from ssc_to_nwb.data_types.registry import registered
from ssc_to_nwb.nwb_file.results import OnProgress, Progress, SessionOutcome, SessionTask, Stage, timed
from ssc_to_nwb.options.conversion import ConversionOptions
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, ProblemLog, SscError, error
from ssc_to_nwb.run.events import now_text
from ssc_to_nwb.run.inputs import FileStates, changes, content_changes, state_lines, take_state
from ssc_to_nwb.run.job import JobResult, SessionJob
from ssc_to_nwb.run.output import RunCard
from ssc_to_nwb.run.record import Done, OutputState, session_line, state_of, state_of_output
from ssc_to_nwb.run.session_sources import unpacked_session
from ssc_to_nwb.run.verification import verify_finished
from ssc_to_nwb.source_files.checksums import Checksum, check_files, find_checksums
from ssc_to_nwb.source_files.session_files import SessionFile

if TYPE_CHECKING:
    from ssc_to_nwb.output_files import InProgress

# Progress of one stage is passed on this often at most; and this often it is seen whether the run is still there.
_PROGRESS_SECONDS = 0.1
_CHECK_SECONDS = 1.0


class _RunOverError(BaseException):
    """The run is not there any more: no problem of the session, and nothing that a check of it may take for one."""


def do_job(version: str, pickled: bytes, report: OnProgress) -> JobResult:
    """Do a job of a run of this version of the package; a failure is a result, not an exception.

    The job comes pickled, so that a worker of another version says that it is one, and no more. Raises SscError:
    worker-version-differs, cluster-sees-no-files. KeyboardInterrupt and SystemExit pass through, with nothing left
    behind.
    """
    if version != __version__:
        raise error(kinds.WORKER_VERSION_DIFFERS, expected=version, found=__version__)
    job, card = pickle.loads(pickled)
    if not job.output.is_dir():
        raise error(kinds.CLUSTER_SEES_NO_FILES, file=job.output)
    work = _Work(job=job, card=card, report=report)
    try:
        with registered(job.data_types):
            return work.run()
    except SscError as failure:
        return work.failed(failure)
    except _RunOverError:
        return work.failed(error(kinds.RUN_OVER, file=job.output))
    except Exception as failure:  # noqa: BLE001 - a defect must not stop the other sessions; it is reported whole
        found = f"{type(failure).__name__}: {failure}"
        return work.failed(error(kinds.INTERNAL_ERROR, file=job.source.path, found=found))


@dataclass(slots=True, kw_only=True)
class _Work:
    """A job under way: what is known of it so far. written: what the record says of the file that waits whole."""

    job: SessionJob
    card: RunCard
    report: OnProgress
    started: str = field(default_factory=now_text)
    state: FileStates | None = None
    written: dict[str, Any] | None = None
    why: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    next_check: float = 0.0
    reported: tuple[str, float] = ("", 0.0)

    @property
    def unpacked(self) -> Path:
        """The folder of this session's unpacked parts."""
        return Path(self.card.unpacking_folder) / self.job.work

    def run(self) -> JobResult:
        job = self.job
        existing = None if job.check is None else job.done
        self.why = job.why
        self.state = state = job.source_state()
        raw = job.raw or (existing is not None and existing.raw)
        with unpacked_session(job.source, self.unpacked, raw=raw, on_bytes=partial(self._say, "unpack")) as file:
            if existing is not None and self._may_stay(existing, file):
                return self._kept(existing)
            return self._converted(file, state, unread_lists=self._check_sums(file))

    def _kept(self, existing: Done) -> JobResult:
        """Leave the file that is there; the record gets the state of the files that it is made from."""
        if existing.raw != self.job.raw:
            self.state = self.job.source_state(raw=existing.raw)
        output = self._recorded_output(existing.output, state_of_output(existing.output))
        outcome = existing.outcome(self.job.source, seconds=self.seconds, notes=self.job.notes)
        return self._result(outcome, output=output, kept=existing)

    def _converted(self, file: SessionFile, state: FileStates, *, unread_lists: Sequence[Problem]) -> JobResult:
        from ssc_to_nwb.nwb_file.session_file import convert_session

        job, source = self.job, self.job.source
        task = SessionTask(session_file=file, output=job.output, metadata=job.metadata, options=job.options)
        finish = partial(self._finish, state)
        outcome = convert_session(task, on_progress=self._progress, verify=verify_finished, finish=finish)
        problems = tuple(self._at_origin(problem) for problem in (*unread_lists, *outcome.problems))
        if self.why:
            redone = error(kinds.SESSION_REDONE, file=source.path, found="; ".join(self.why)).problem
            problems = (redone, *problems)
        outcome = replace(
            outcome,
            session=source.name,
            source=source.path,
            seconds={**self.seconds, **outcome.seconds},
            problems=problems,
            error=None if outcome.error is None else self._at_origin(outcome.error),
            left_out=tuple((source.origin(name, self.unpacked), reason) for name, reason in outcome.left_out),
        )
        return self._result(outcome, output=self.written if outcome.ok else None)

    def _finish(self, state: FileStates, _outcome: SessionOutcome, place: InProgress) -> None:
        """Leave the whole file under its unfinished name: the run gives it its own. The source must be as it was."""
        job = self.job
        metadata_state = take_state(Path(), map(Path, job.metadata_state))
        found = (*changes(state, job.source_state()), *changes(job.metadata_state, metadata_state))
        if found:
            raise error(kinds.SOURCE_CHANGED_MEANWHILE, file=job.source.path, found="; ".join(found))
        self._check_run()
        built = state_of(place.building, videos=place.building_videos)
        self.written = self._recorded_output(place.final, built, token=place.token)
        # From here on the run decides, whatever becomes of it.
        self.next_check = math.inf

    def _recorded_output(self, nwb: Path, state: OutputState | None, *, token: str | None = None) -> dict[str, Any]:
        path = nwb.relative_to(self.job.output).as_posix()
        return {"path": path, "state": state, "token": token}

    def _at_origin(self, problem: Problem) -> Problem:
        if problem.file is None:
            return problem
        return replace(problem, file=self.job.source.origin(problem.file, self.unpacked))

    def _may_stay(self, done: Done, file: SessionFile) -> bool:
        """Whether the file that is there may stay. Raises output-changed where somebody else has worked on it."""
        self._say("check")
        options = self.job.options
        with timed(self.seconds, "check"):
            if self.job.check == "source":
                self.why = (*self.why, *_content_changes(done, file, workers=options.workers))
            elif not _has_content(done.output, done.digest, options=options):
                raise error(kinds.OUTPUT_CHANGED, file=done.output, found="other content than was written")
        return not self.why

    def _check_sums(self, file: SessionFile) -> tuple[Problem, ...]:
        """Compare the source with lists of checksums beside it; what is wrong with those. Raises checksum-differs."""
        log = ProblemLog()
        checksums = _checksums_of(self.job, file, log=log)
        if checksums:
            self._say("check")
            with timed(self.seconds, "check"):
                check_files(checksums, workers=self.job.options.workers)
        return tuple(log.problems)

    def _say(self, stage: Stage, done: int = 0, total: int = 0) -> None:
        self._progress(Progress(session=self.job.source.name, stage=stage, done_bytes=done, total_bytes=total))

    def _progress(self, progress: Progress) -> None:
        """Pass progress on, not too often; now and then see that the run is still there. Raises _RunOverError."""
        now = time.monotonic()
        if now >= self.next_check:
            self._check_run()
            self.next_check = now + _CHECK_SECONDS
        stage, last = self.reported
        if progress.stage != stage or now - last >= _PROGRESS_SECONDS:
            self.reported = (progress.stage, now)
            self.report(replace(progress, worker=f"{socket.gethostname()}:{os.getpid()}"))

    def _check_run(self) -> None:
        if not self.card.is_shown(self.job.output):
            raise _RunOverError

    def failed(self, failure: SscError) -> JobResult:
        """The result of a job that failed outside the conversion; while what it failed of is handled."""
        problem = self._at_origin(failure.problem)
        outcome = self.job.source.failed(problem, traceback=traceback.format_exc(), seconds=self.seconds)
        return self._result(outcome, output=None)

    def _result(self, outcome: SessionOutcome, *, output: dict[str, Any] | None, kept: Done | None = None) -> JobResult:
        """The outcome with its line for the record; a file that stays has what it was made with."""
        made_with = self.job.made_with if kept is None else kept.inputs
        line = session_line(
            outcome,
            self.job,
            started=self.started,
            inputs=None if self.state is None else made_with.with_source(self.state),
            kept=kept,
            sources=() if self.state is None or output is None else state_lines(self.state),
            output=output,
            why=self.why,
        )
        return outcome, line


def _content_changes(done: Done, file: SessionFile, *, workers: int) -> tuple[str, ...]:
    """What the source files don't hold as they did when the session was done, in words. Raises source-not-readable."""
    folders = (file.raw_folder,) if done.raw and file.raw_folder is not None else ()
    root = file.path.parent
    state = take_state(root, (file.path, *folders))
    try:
        hashes = done.source_hashes()
    except SscError:
        return ("no hashes of the source files are on record",)
    return content_changes(root, state, hashes, workers=workers)


def _has_content(output: Path, digest: str | None, *, options: ConversionOptions) -> bool:
    """Whether an NWB file has the content of this digest; a file that cannot be read has not."""
    from ssc_to_nwb.proof.digest import content_digest

    try:
        return content_digest(output, workers=options.workers, memory_mb=options.memory_mb) == digest
    except SscError:
        return False


def _checksums_of(job: SessionJob, file: SessionFile, *, log: ProblemLog) -> list[Checksum]:
    """What lists beside and above a session say of the files it is made from; packed ones as they are and unpacked.

    Raises source-not-readable.
    """
    source, raw_folder = job.source, file.raw_folder if job.raw else None
    folders = [folder for folder in source.path.parents if folder.is_relative_to(source.top)]
    folders += [file.path.parent, *(() if raw_folder is None else (raw_folder,))]
    packed = source.sources(raw=job.raw) if source.packed is not None else ()
    return [
        checksum
        for checksum in find_checksums(dict.fromkeys(folders), log=log)
        if checksum.path == file.path
        or checksum.path in packed
        or (raw_folder is not None and raw_folder in checksum.path.parents)
    ]
