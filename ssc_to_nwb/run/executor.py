"""The interface behind which sessions are converted: here, in processes of this machine, or on a cluster.

It is that of `concurrent.futures`, with what a run needs besides: how many sessions go at once, and a way to stop.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol

from ssc_to_nwb.nwb_file.results import OnProgress
from ssc_to_nwb.run.attempt import AttemptCall, AttemptResult, run_attempt


class WorkerDiedError(Exception):
    """The process that did an attempt is gone; the text says how."""


class SessionExecutor(Protocol):
    """Does attempts at sessions.

    capacity: how many at once; None where that is the executor's own business, and all are handed over at once.
    """

    capacity: int | None

    def submit(self, call: AttemptCall) -> Future[AttemptResult]:
        """Begin an attempt. The future's exception is WorkerDiedError where its process died."""

    def stop(self) -> None:
        """End the attempts under way, within seconds, and begin no others; their futures fail or are cancelled."""

    def close(self) -> None:
        """Give back what the executor holds. No attempt is under way."""

    def waits_for(self) -> str | None:
        """What the executor lacks to go on, None where it lacks nothing."""


class InProcess:
    """Does an attempt right here, in `submit`: for a run of one session, which needs no other process."""

    capacity: int | None = 1

    def __init__(self, report: OnProgress, *, running: Callable[[bool], None]) -> None:
        """`running` is told True before and False after each attempt."""
        self._report = report
        self._running = running

    def submit(self, call: AttemptCall) -> Future[AttemptResult]:
        """Do the attempt; the future is done. KeyboardInterrupt passes through."""
        future: Future[AttemptResult] = Future()
        self._running(True)
        try:
            future.set_result(run_attempt(call, report=self._report))
        finally:
            self._running(False)
        return future

    def stop(self) -> None:
        """There is nothing to stop: an attempt ends with the exception that interrupts it."""

    def close(self) -> None:
        """There is nothing to give back."""

    def waits_for(self) -> str | None:
        """It waits for nothing."""
        return None
