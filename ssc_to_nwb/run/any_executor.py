"""Any `concurrent.futures` executor as one for sessions: a queue of a cluster, MPI, or what else there is."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, wait
from functools import partial

from ssc_to_nwb.nwb_file.results import no_progress
from ssc_to_nwb.run.attempt import AttemptCall, AttemptResult, run_attempt
from ssc_to_nwb.run.marker import read_marker
from ssc_to_nwb.run_files import attempt_marker

# How long an attempt may take to notice that it no longer counts.
NOTICE_SECONDS = 3.0


class AnyExecutor:
    """Hands all attempts over at once; such an executor has no way to send progress, so there is none.

    Stopping cancels what has not begun; an attempt under way finds out by itself that it no longer counts.
    """

    capacity: int | None = None

    def __init__(self, executor: Executor, *, run: Callable[[AttemptCall], AttemptResult] | None = None) -> None:
        """`run` is what the executor's workers are given to do; it must be picklable."""
        self._executor = executor
        self._run = run or partial(run_attempt, report=no_progress)
        self._calls: dict[Future[AttemptResult], AttemptCall] = {}

    def submit(self, call: AttemptCall) -> Future[AttemptResult]:
        """Hand an attempt over."""
        future = self._executor.submit(self._run, call)
        self._calls[future] = call
        # Dask does again what is done, if a worker dies that holds a result somebody still refers to.
        future.add_done_callback(lambda done: self._calls.pop(done, None))
        return future

    def stop(self) -> None:
        """Cancel what has not begun, take the mark of what is under way away, and give it a moment to notice."""
        under_way = dict(self._calls)
        for future, call in under_way.items():
            path = attempt_marker(call.output, call.work)
            if not future.cancel() and not future.done() and (read_marker(path) or {}).get("prepared") is None:
                path.unlink(missing_ok=True)
        wait(list(under_way), timeout=NOTICE_SECONDS)

    def close(self) -> None:
        """The executor is its owner's to close."""

    def waits_for(self) -> str | None:
        """Nothing is known of the executor's workers."""
        return None
