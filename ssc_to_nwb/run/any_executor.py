"""Any `concurrent.futures` executor as one for sessions: a queue of a cluster, MPI, or what else there is."""

from __future__ import annotations

from concurrent.futures import Executor, Future, wait

from ssc_to_nwb.converter.results import no_progress
from ssc_to_nwb.naming import attempt_marker
from ssc_to_nwb.run.attempt import AttemptCall, AttemptResult, run_attempt
from ssc_to_nwb.run.marker import read_marker

# How long an attempt may take to notice that it no longer counts.
NOTICE_SECONDS = 3.0


class AnyExecutor:
    """Hands all attempts over at once; such an executor has no way to send progress, so there is none.

    Stopping cancels what has not begun; an attempt under way finds out by itself that it no longer counts.
    """

    capacity: int | None = None

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._futures: list[tuple[AttemptCall, Future[AttemptResult]]] = []

    def submit(self, call: AttemptCall) -> Future[AttemptResult]:
        """Hand an attempt over."""
        future = self._executor.submit(run_attempt, call, report=no_progress)
        self._futures.append((call, future))
        return future

    def stop(self) -> None:
        """Cancel what has not begun, take the mark of what is under way away, and give it a moment to notice."""
        revoke(self._futures)
        wait([future for _, future in self._futures], timeout=NOTICE_SECONDS)

    def close(self) -> None:
        """The executor is its owner's to close."""


def revoke(futures: list[tuple[AttemptCall, Future[AttemptResult]]]) -> None:
    """Cancel attempts; those under way end within a second or two, when they miss their mark."""
    for call, future in futures:
        path = attempt_marker(call.output, call.work)
        if not future.cancel() and not future.done() and (read_marker(path) or {}).get("prepared") is None:
            path.unlink(missing_ok=True)
