"""Hands sessions to an executor as the budget allows, takes what comes back, and writes it down."""

from __future__ import annotations

from collections import deque
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue

from ssc_to_nwb.nwb_file.in_progress import name_system_error
from ssc_to_nwb.nwb_file.results import OnProgress, Progress, SessionOutcome
from ssc_to_nwb.problems import output_kinds
from ssc_to_nwb.problems import run_kinds as kinds
from ssc_to_nwb.problems.model import Problem, ProblemKind, SscError, error
from ssc_to_nwb.run.attempt import AttemptCall, AttemptResult, finished_attempt
from ssc_to_nwb.run.attempt_line import attempt_line
from ssc_to_nwb.run.budget import Budget
from ssc_to_nwb.run.clock_text import now_text
from ssc_to_nwb.run.events import OnEvent, RunEvent
from ssc_to_nwb.run.executor import SessionExecutor, WorkerDiedError
from ssc_to_nwb.run.marker import read_marker
from ssc_to_nwb.run.record import RunRecord
from ssc_to_nwb.run.resume import Decision
from ssc_to_nwb.run.settle import remove_superseded
from ssc_to_nwb.run.signals import StopRequested
from ssc_to_nwb.run_files import attempt_marker

# Failures that may pass by themselves; what is wrong with a file or with metadata will be so again.
_PASSING = (kinds.WORKER_DIED, kinds.SOURCE_CHANGED, output_kinds.SYSTEM_REFUSED, output_kinds.SOURCE_NOT_READABLE)
# After so long without a message it is asked whether the executor lacks anything.
_SILENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class StopSignal:
    """A message to the loop: this signal has come."""

    number: int


Message = Progress | Future | StopSignal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    """A session that waits or is under way; call: with the options of the whole run; started: of this attempt."""

    decision: Decision
    call: AttemptCall
    started: str
    tries_left: int


@dataclass(slots=True, kw_only=True)
class SessionLoop:
    """The sessions of a run that have to be converted, and how far they have come.

    inbox: where progress from other threads, futures that are done, and signals come in; outcomes: by session, filled
    as they come; stopped_by: the signal that ended the run before its time.
    """

    executor: SessionExecutor
    record: RunRecord
    budget: Budget
    retry: int
    inbox: SimpleQueue[Message]
    on_progress: OnProgress
    on_event: OnEvent
    outcomes: dict[str, SessionOutcome] = field(default_factory=dict)
    stopped_by: int | None = None
    _waiting: deque[_Running] = field(default_factory=deque)
    _running: dict[Future[AttemptResult], _Running] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    def run(self, decisions: list[Decision]) -> None:
        """Convert the sessions, the largest first, so that no long one is left to the end alone.

        Raises what `on_progress` and `on_event` raise, with all work stopped.
        """
        for decision in sorted(decisions, key=lambda decision: decision.source_bytes, reverse=True):
            if decision.call is not None:
                self._waiting.append(_Running(decision=decision, call=decision.call, started="", tries_left=self.retry))
        try:
            while (self._waiting or self._running) and self.stopped_by is None:
                self._begin_some()
                if self._running:
                    self._wait()
        except StopRequested as request:
            self._stop(request.number)
        except BaseException:
            self.executor.stop()
            raise

    def _begin_some(self) -> None:
        """Begin as many sessions as may go at once."""
        capacity = self.executor.capacity
        while self._waiting and (capacity is None or len(self._running) < capacity):
            running = self._waiting[0]
            others = [other.decision.mat_bytes for other in self._running.values()]
            if capacity is not None and not self.budget.admits(running.decision.mat_bytes, others):
                return
            self._waiting.popleft()
            call = running.call
            if capacity is not None:
                at_once = min(capacity, len(self._running) + 1 + len(self._waiting))
                call = replace(call, options=self.budget.share(call.options, at_once=at_once))
            self._begin(replace(running, started=now_text()), call)

    def _begin(self, running: _Running, call: AttemptCall) -> None:
        # An attempt in this very process is over, one way or the other, when `submit` returns.
        placeholder: Future[AttemptResult] = Future()
        self._running[placeholder] = running
        future = self.executor.submit(call)
        del self._running[placeholder]
        self._running[future] = running
        future.add_done_callback(self.inbox.put)

    def _wait(self) -> None:
        """Take the next message; where none comes for long, say what the executor waits for."""
        try:
            message = self.inbox.get(timeout=_SILENCE_SECONDS)
        except Empty:
            lacking = self.executor.waits_for()
            if lacking is not None:
                self.on_event(RunEvent(name="waiting", fields={"for": lacking}))
        else:
            self._take(message)

    def _take(self, message: Message) -> None:
        if isinstance(message, Progress):
            self.progress(message)
        elif isinstance(message, StopSignal):
            self._stop(message.number)
        elif message in self._running:
            self._ended(message)

    def progress(self, progress: Progress) -> None:
        """Pass progress on; the first of a session tells that it has begun."""
        if progress.session not in self._seen:
            self._seen.add(progress.session)
            self.on_event(RunEvent(name="session-started", session=progress.session))
        self.on_progress(progress)
        self.on_event(RunEvent.of_progress(progress))

    def _ended(self, future: Future[AttemptResult]) -> None:
        running = self._running.pop(future)
        outcome = self._written_down(running, self._result(future, running))
        if outcome.error is not None and outcome.error.kind in _PASSING and running.tries_left > 0:
            self.on_event(RunEvent(name="session-retried", session=outcome.session, fields=outcome.as_dict()))
            call = replace(running.call, attempt=running.call.attempt + 1)
            self._waiting.appendleft(replace(running, call=call, tries_left=running.tries_left - 1))
        else:
            self._finish(outcome)

    def _result(self, future: Future[AttemptResult], running: _Running) -> AttemptResult:
        try:
            return future.result()
        except CancelledError:
            return _without_result(running, "it was cancelled", status="died")
        except WorkerDiedError as failure:
            return _without_result(running, str(failure), status="died")
        except Exception as failure:  # noqa: BLE001 - a cluster has many ways to say that a worker is lost
            return _without_result(running, f"{type(failure).__name__}: {failure}", status="died")

    def _written_down(self, running: _Running, result: AttemptResult) -> SessionOutcome:
        """Put an attempt into the record, and take its mark away; the outcome, with a problem where that failed."""
        outcome, line = result.outcome, result.line
        try:
            self.record.append(line)
        except SscError as failure:
            return _with_problem(outcome, error(kinds.RECORD_LINE_LOST, found=failure.problem.found).problem)
        call, done = running.call, running.decision.done
        try:
            remove_superseded(line, None if done is None else done.output, call.output)
            attempt_marker(call.output, call.work).unlink(missing_ok=True)
        except OSError as failure:
            return _with_problem(outcome, name_system_error(failure, call.output).problem)
        return outcome

    def _finish(self, outcome: SessionOutcome) -> None:
        self.outcomes[outcome.session] = outcome
        self.on_event(RunEvent(name="session-finished", session=outcome.session, fields=outcome.as_dict()))

    def _stop(self, number: int) -> None:
        """End the run: what is done counts, what is under way is ended, what waits is not begun."""
        self.stopped_by = number
        self.on_event(RunEvent(name="stopping", fields={"signal": number}))
        self.executor.stop()
        for future, running in self._running.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                self._finish(self._written_down(running, future.result()))
            else:
                result = _without_result(running, "under way", status="interrupted", kind=output_kinds.INTERRUPTED)
                self._finish(self._written_down(running, result))
        self._running.clear()
        for running in self._waiting:
            self._finish(_without_result(running, "not begun", status="", kind=output_kinds.INTERRUPTED).outcome)
        self._waiting.clear()


def _without_result(
    running: _Running, how: str, *, status: str, kind: ProblemKind = kinds.WORKER_DIED
) -> AttemptResult:
    """What stands for the result of an attempt that gave none."""
    call = running.call
    marker = read_marker(attempt_marker(call.output, call.work)) or {}
    finished = finished_attempt(call, marker)
    if finished is not None:
        # It was lost between putting its file in place and saying so.
        return finished
    outcome = SessionOutcome(
        session=call.source.name,
        source=call.source.path,
        status="failed",
        error=error(kind, file=call.source.path, found=how).problem,
    )
    line = attempt_line(
        work=call.work,
        attempt=call.attempt,
        token=marker.get("token"),
        started=marker.get("started", running.started),
        finished=now_text(),
        outcome=outcome,
        status=status,
        why=call.why,
        was_ready=marker.get("prepared") is not None,
    )
    return AttemptResult(outcome=outcome, line=line)


def _with_problem(outcome: SessionOutcome, problem: Problem) -> SessionOutcome:
    return replace(outcome, problems=(*outcome.problems, problem))
