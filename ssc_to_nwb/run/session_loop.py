"""Hands sessions to workers as the budget allows, takes what comes back, writes it down, and puts files in place."""

from __future__ import annotations

import contextlib
import pickle
from collections import Counter, deque
from collections.abc import Iterable
from concurrent.futures import CancelledError, Future
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from queue import Empty, SimpleQueue

from ssc_to_nwb import run_files
from ssc_to_nwb.json_lines import JsonLines
from ssc_to_nwb.local_processes import WorkerDiedError
from ssc_to_nwb.nwb_file.results import Progress, SessionOutcome
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, SscError, error
from ssc_to_nwb.problems.system_errors import name_system_error
from ssc_to_nwb.run.events import OnEvent, RunEvent, now_text
from ssc_to_nwb.run.job import JobResult, RunSettings, SessionJob
from ssc_to_nwb.run.machine import admits, share_of
from ssc_to_nwb.run.output import RunCard, put_recorded_in_place
from ssc_to_nwb.run.record import Done, session_line
from ssc_to_nwb.run.workers import Workers

# Failures that may pass by themselves; what is wrong with a file or with metadata will be so again.
_PASSING = (
    kinds.WORKER_DIED,
    kinds.SOURCE_CHANGED_MEANWHILE,
    kinds.SYSTEM_REFUSED,
    kinds.SOURCE_NOT_READABLE,
)
# How often it is seen whether the workers are still to be reached; after so long without a message, what they lack.
_LOOK_SECONDS = 1.0
_SILENCE_SECONDS = 30.0


# A number is that of a signal that has come.
Message = Progress | Future[JobResult] | int


@dataclass(slots=True, kw_only=True)
class SessionLoop:
    """The sessions of a run that have to be converted, and how far they have come.

    inbox: where progress, futures that are done, and signals come in, from any thread; outcomes: by session, filled as
    they come; stopped_by: the signal that ended the run before its time.
    """

    settings: RunSettings
    workers: Workers
    inbox: SimpleQueue[Message]
    card: RunCard
    record: JsonLines
    on_event: OnEvent
    outcomes: dict[str, SessionOutcome] = field(default_factory=dict)
    stopped_by: int | None = None
    _waiting: deque[SessionJob] = field(default_factory=deque)
    _running: dict[Future[JobResult], SessionJob] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)
    _repeats: Counter[str] = field(default_factory=Counter)
    _silence: float = 0.0

    def run(self, jobs: Iterable[SessionJob]) -> None:
        """Convert the sessions, in this order. Raises what the functions of the caller raise, with all work stopped."""
        self._waiting.extend(jobs)
        try:
            while self._waiting or self._running:
                self._begin_some()
                self._take_message()
        except BaseException:
            self._stop_workers()
            raise

    def _begin_some(self) -> None:
        """Begin as many sessions as may go at once."""
        capacity = self.workers.capacity
        while self._waiting and (capacity is None or len(self._running) < capacity):
            mat_bytes = self._waiting[0].source.mat_bytes
            others = [other.source.mat_bytes for other in self._running.values()]
            if capacity is not None and not admits(self.settings.options, mat_bytes, others):
                return
            job = replace(self._waiting.popleft(), started=now_text())
            options = job.options
            if capacity is not None:
                at_once = min(capacity, len(self._running) + 1 + len(self._waiting))
                options = share_of(options, at_once=at_once)
            future = self.workers.submit(replace(job, options=options), self.card)
            self._running[future] = job
            future.add_done_callback(self.inbox.put)

    def _take_message(self) -> None:
        """Take the next message; where none comes, see whether the workers are there, and what they lack."""
        try:
            message = self.inbox.get(timeout=_LOOK_SECONDS)
        except Empty:
            self._silence += _LOOK_SECONDS
            if (lost := self.workers.lost()) is not None:
                self._end_all(error(kinds.CLUSTER_UNREACHABLE, found=lost).problem)
            elif self._silence % _SILENCE_SECONDS == 0 and (lacking := self.workers.lacks()) is not None:
                self.on_event(RunEvent(name="waiting", fields={"for": lacking}))
            return
        self._silence = 0.0
        if isinstance(message, Progress):
            self._progress(message)
        elif isinstance(message, int):
            self._stop(message)
        elif message in self._running:
            self._ended(message)

    def _progress(self, progress: Progress) -> None:
        """Pass progress on, unless the session has ended: a step and the result may come by different ways."""
        if progress.session in self.outcomes:
            return
        self._has_begun(progress.session)
        fields = asdict(progress)
        self.on_event(RunEvent(name="progress", session=fields.pop("session"), fields=fields))

    def _has_begun(self, session: str) -> None:
        """Say once that a session has begun: with its first progress, or with its result where that comes first."""
        if session not in self._seen:
            self._seen.add(session)
            self.on_event(RunEvent(name="session-started", session=session))

    def _ended(self, future: Future[JobResult]) -> None:
        job = self._running.pop(future)
        session = job.source.name
        outcome = self._concluded(job, self._result(future, job))
        self._has_begun(session)
        again = outcome.error is not None and outcome.error.kind in _PASSING
        if again and self._repeats[session] < self.settings.request.retry:
            self._repeats[session] += 1
            self.on_event(RunEvent(name="session-retried", session=session, fields=outcome.as_dict()))
            self._waiting.appendleft(replace(job, attempt=job.attempt + 1))
        else:
            self._finish(outcome)

    def _result(self, future: Future[JobResult], job: SessionJob) -> JobResult:
        """What came of a job; where no result came back, what is known of that."""
        lost = self.workers.lost()
        try:
            return future.result(timeout=0)
        except SscError as failure:
            problem = failure.problem
        except (ImportError, AttributeError, pickle.UnpicklingError) as failure:
            # A worker that cannot even load what it is to do has this package in another version, or not at all.
            problem = error(kinds.WORKER_VERSION_DIFFERS, found=failure).problem
        except Exception as failure:  # noqa: BLE001 - a cluster has many ways to say that a worker is lost
            how = f"{type(failure).__name__}: {failure}"
            if isinstance(failure, CancelledError | WorkerDiedError):
                how = str(failure) or "it was cancelled"
            if lost is not None:
                problem = error(kinds.CLUSTER_UNREACHABLE, found=lost).problem
            else:
                problem = error(kinds.WORKER_DIED, file=job.source.path, found=how).problem
        return _without_result(job, problem)

    def _concluded(self, job: SessionJob, result: JobResult) -> SessionOutcome:
        """Write a line into the record and put the finished file in place; the outcome, failed where that failed."""
        outcome, line = result
        failed = partial(job.source.failed, seconds=outcome.seconds)
        try:
            self.record.append(line)
        except OSError as failure:
            return failed(error(kinds.RECORD_UNWRITABLE, file=self.record.path, found=failure).problem)
        done = Done.from_line(line, self.settings.output)
        if done is None or outcome.status != "converted":
            return outcome
        try:
            if not put_recorded_in_place(done, before=job.done):
                found = "the file that the worker has finished is not there"
                return failed(error(kinds.CLUSTER_SEES_NO_FILES, file=done.output, found=found).problem)
        except OSError as failure:
            return failed(name_system_error(failure, done.output).problem)
        return outcome

    def _finish(self, outcome: SessionOutcome) -> None:
        self.outcomes[outcome.session] = outcome
        self.on_event(RunEvent(name="session-finished", session=outcome.session, fields=outcome.as_dict()))

    def _stop(self, number: int) -> None:
        """End the run: what is done counts, what is under way is ended, what waits is not begun."""
        self.stopped_by = number
        self.on_event(RunEvent(name="stopping", fields={"signal": number}))
        self._stop_workers()
        self._end_all()

    def _end_all(self, problem: Problem | None = None) -> None:
        """Nothing more comes: what is done counts, the rest has this problem; None: it was interrupted."""

        def why(job: SessionJob, state: str) -> Problem:
            return problem or error(kinds.INTERRUPTED, file=job.source.path, found=state).problem

        for future, job in self._running.items():
            result = _given_by(future) or _without_result(job, why(job, "under way"))
            self._finish(self._concluded(job, result))
        for job in self._waiting:
            self._finish(job.source.failed(why(job, "not begun")))
        self._running.clear()
        self._waiting.clear()

    def _stop_workers(self) -> None:
        """End what is under way; workers elsewhere see that the card is gone."""
        with contextlib.suppress(OSError):
            run_files.run_card(self.settings.output).unlink(missing_ok=True)
        self.workers.stop(self._running)


def _given_by(future: Future[JobResult]) -> JobResult | None:
    """What a job gave that came to its end by itself; one that saw that its run is over did not."""
    if not future.done() or future.cancelled() or future.exception() is not None:
        return None
    result = future.result()
    problem = result[0].error
    return None if problem is not None and problem.kind == kinds.RUN_OVER else result


def _without_result(job: SessionJob, problem: Problem) -> JobResult:
    """A result in place of that of a job that gave none."""
    outcome = job.source.failed(problem)
    status = "interrupted" if problem.kind == kinds.INTERRUPTED else outcome.status
    return outcome, session_line(outcome, job, started=job.started, why=job.why, status=status)
