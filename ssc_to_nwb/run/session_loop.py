"""Hands sessions to workers as the budget allows, takes what comes back, writes it down, and puts files in place."""

from __future__ import annotations

import contextlib
import pickle
from collections import deque
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field, replace
from functools import partial
from queue import Empty, SimpleQueue

from ssc_to_nwb import run_files
from ssc_to_nwb.json_lines import JsonLines
from ssc_to_nwb.nwb_file.results import Progress, SessionOutcome
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, SscError, error
from ssc_to_nwb.problems.system_errors import name_system_error
from ssc_to_nwb.run.events import OnEvent, RunEvent, now_text
from ssc_to_nwb.run.job import JobResult, RunSettings, SessionJob
from ssc_to_nwb.run.local_processes import WorkerDiedError
from ssc_to_nwb.run.output import RunCard, put_recorded_in_place
from ssc_to_nwb.run.record import Done, session_line
from ssc_to_nwb.run.resume import Decision
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


@dataclass(frozen=True, slots=True)
class StopSignal:
    """A message to the loop: this signal has come."""

    number: int


Message = Progress | Future[JobResult] | StopSignal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Session:
    """A session that waits or is under way; job: with the options of the whole run; started: the job that runs."""

    decision: Decision
    job: SessionJob
    tries_left: int
    started: str = ""


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
    _waiting: deque[_Session] = field(default_factory=deque)
    _running: dict[Future[JobResult], _Session] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)
    _silence: float = 0.0

    def run(self, decisions: list[Decision]) -> None:
        """Convert the sessions, the largest first, so that no long one is left to the end alone.

        Raises what `on_progress` and `on_event` raise, with all work stopped.
        """
        for decision in sorted(decisions, key=lambda decision: decision.source_bytes, reverse=True):
            if decision.job is not None:
                job = replace(decision.job, card=self.card)
                self._waiting.append(_Session(decision=decision, job=job, tries_left=self.settings.request.retry))
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
            session = self._waiting[0]
            others = [other.decision.source.mat_bytes for other in self._running.values()]
            if capacity is not None and not self.settings.budget.admits(session.decision.source.mat_bytes, others):
                return
            self._waiting.popleft()
            job = session.job
            if capacity is not None:
                at_once = min(capacity, len(self._running) + 1 + len(self._waiting))
                job = replace(job, options=self.settings.budget.share(job.options, at_once=at_once))
            future = self._submitted(job)
            self._running[future] = replace(session, started=now_text())
            future.add_done_callback(self.inbox.put)

    def _submitted(self, job: SessionJob) -> Future[JobResult]:
        try:
            return self.workers.submit(job)
        except Exception as failure:  # noqa: BLE001 - an executor that takes no work any more is a lost one
            refused: Future[JobResult] = Future()
            refused.set_exception(failure)
            return refused

    def _take_message(self) -> None:
        """Take the next message; where none comes, see whether the workers are there, and what they lack."""
        try:
            message = self.inbox.get(timeout=_LOOK_SECONDS)
        except Empty:
            self._silence += _LOOK_SECONDS
            if self.workers.lost() is not None:
                self._give_up()
            elif self._silence % _SILENCE_SECONDS == 0 and (lacking := self.workers.lacks()) is not None:
                self.on_event(RunEvent(name="waiting", fields={"for": lacking}))
            return
        self._silence = 0.0
        if isinstance(message, Progress):
            self._progress(message)
        elif isinstance(message, StopSignal):
            self._stop(message.number)
        elif message in self._running:
            self._ended(message)

    def _progress(self, progress: Progress) -> None:
        """Pass progress on, unless the session has ended: a step and the result may come by different ways."""
        if progress.session in self.outcomes:
            return
        self._has_begun(progress.session)
        if self.settings.request.on_progress is not None:
            self.settings.request.on_progress(progress)
        self.on_event(RunEvent.of_progress(progress))

    def _has_begun(self, session: str) -> None:
        """Say once that a session has begun: with its first progress, or with its result where that comes first."""
        if session not in self._seen:
            self._seen.add(session)
            self.on_event(RunEvent(name="session-started", session=session))

    def _ended(self, future: Future[JobResult]) -> None:
        session = self._running.pop(future)
        outcome = self._concluded(session, self._result(future, session))
        self._has_begun(outcome.session)
        if outcome.error is not None and outcome.error.kind in _PASSING and session.tries_left > 0:
            self.on_event(RunEvent(name="session-retried", session=outcome.session, fields=outcome.as_dict()))
            job = replace(session.job, attempt=session.job.attempt + 1)
            self._waiting.appendleft(replace(session, job=job, tries_left=session.tries_left - 1))
        else:
            self._finish(outcome)

    def _result(self, future: Future[JobResult], session: _Session) -> JobResult:
        """What came of a job; where no result came back, what is known of that."""
        lost = self.workers.lost()
        try:
            return future.result(timeout=0)
        except SscError as failure:
            return _without_result(session, failure.problem)
        except (ImportError, AttributeError, pickle.UnpicklingError) as failure:
            # A worker that cannot even load what it is to do has this package in another version, or not at all.
            return _without_result(session, error(kinds.WORKER_VERSION_DIFFERS, found=failure).problem)
        except CancelledError:
            how = "it was cancelled"
        except WorkerDiedError as failure:
            how = str(failure)
        except Exception as failure:  # noqa: BLE001 - a cluster has many ways to say that a worker is lost
            how = f"{type(failure).__name__}: {failure}"
        if lost is not None:
            return _without_result(session, error(kinds.CLUSTER_UNREACHABLE, found=lost).problem)
        return _without_result(session, error(kinds.WORKER_DIED, file=session.job.source.path, found=how).problem)

    def _concluded(self, session: _Session, result: JobResult) -> SessionOutcome:
        """Write a line into the record and put the finished file in place; the outcome, failed where that failed."""
        outcome = result.outcome
        failed = partial(session.job.source.failed, seconds=outcome.seconds)
        try:
            self.record.append(result.line)
        except OSError as failure:
            return failed(error(kinds.RECORD_UNWRITABLE, file=self.record.path, found=failure).problem)
        done = Done.from_line(result.line, self.settings.output)
        if done is None or outcome.status != "converted":
            return outcome
        earlier = None if session.decision.done is None else session.decision.done.output
        try:
            if not put_recorded_in_place(done, earlier=earlier):
                found = "the file that the worker has finished is not there"
                return failed(error(kinds.CLUSTER_SEES_NO_FILES, file=done.output, found=found).problem)
        except OSError as failure:
            return failed(name_system_error(failure, done.output).problem)
        return outcome

    def _finish(self, outcome: SessionOutcome) -> None:
        self.outcomes[outcome.session] = outcome
        self.on_event(RunEvent(name="session-finished", session=outcome.session, fields=outcome.as_dict()))

    def _give_up(self) -> None:
        """The workers are lost: what was under way and what waits has failed."""
        for future, session in list(self._running.items()):
            self._finish(self._concluded(session, self._result(future, session)))
        problem = error(kinds.CLUSTER_UNREACHABLE, found=self.workers.lost()).problem
        for session in self._waiting:
            self._finish(_without_result(session, problem).outcome)
        self._running.clear()
        self._waiting.clear()

    def _stop(self, number: int) -> None:
        """End the run: what is done counts, what is under way is ended, what waits is not begun."""
        self.stopped_by = number
        self.on_event(RunEvent(name="stopping", fields={"signal": number}))
        self._stop_workers()
        for future, session in self._running.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                self._finish(self._concluded(session, future.result()))
            else:
                problem = error(kinds.INTERRUPTED, file=session.job.source.path, found="under way").problem
                self._finish(self._concluded(session, _without_result(session, problem, status="interrupted")))
        for session in self._waiting:
            problem = error(kinds.INTERRUPTED, file=session.job.source.path, found="not begun").problem
            self._finish(_without_result(session, problem).outcome)
        self._running.clear()
        self._waiting.clear()

    def _stop_workers(self) -> None:
        """End what is under way; workers elsewhere see that the card is gone."""
        with contextlib.suppress(OSError):
            run_files.run_card(self.settings.output).unlink(missing_ok=True)
        self.workers.stop(self._running)


def _without_result(session: _Session, problem: Problem, *, status: str | None = None) -> JobResult:
    """A result in place of that of a job that gave none."""
    job = session.job
    outcome = job.source.failed(problem)
    line = session_line(
        outcome, work=job.work, attempt=job.attempt, started=session.started, status=status, why=job.why
    )
    return JobResult(outcome=outcome, line=line)
