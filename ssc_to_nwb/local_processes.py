"""Processes of this machine as an executor, each with a pipe of its own; and the signals that end a run.

The processes of a standard pool share queues: one that dies breaks the pool, and with it the work of all others.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import pickle
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for
from typing import TYPE_CHECKING, Any, TypeVar

from ssc_to_nwb.parallel import OBJECTS_BETWEEN_SEARCHES
from ssc_to_nwb.process_start import process_context, signals_held_back, stop_signals, without_main_module

if TYPE_CHECKING:
    # Not every system has both.
    from multiprocessing.context import ForkServerContext, SpawnContext

Result = TypeVar("Result")
# For a process that has nothing more to do.
_SECONDS_TO_END = 1.0


@contextmanager
def signals_to(take: Callable[[int], None]) -> Iterator[None]:
    """Hand these signals to a function while the block runs; in threads but the main one nothing is changed.

    The function must not raise: Python loses an exception that a handler raises while a finalizer or a weak reference
    is called back.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    earlier = {one: signal.signal(one, lambda number, _frame: take(number)) for one in stop_signals()}
    try:
        yield
    finally:
        for number, before in earlier.items():
            signal.signal(number, before)


class WorkerDiedError(Exception):
    """The process that had the work is gone; the text says how."""


class LocalProcesses(Executor):
    """A process for each piece of work under way, and a thread that waits for it and reports its progress.

    preloaded: modules that all processes have; report: called with progress, in these threads; reusable: whether a
    process may go on after a result.
    """

    def __init__(
        self,
        at_once: int,
        *,
        preloaded: Sequence[str],
        report: Callable[[Any], None] = lambda _: None,
        reusable: Callable[[Any], bool] = lambda _: True,
    ) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="process")
        self._report = report
        self._reusable = reusable
        self._context = process_context(preloaded)
        # Held where a process begins or ends: two who ask for an exit status at once would spoil it.
        self._lock = threading.Lock()
        self._workers: list[_Worker] = []
        self._idle: list[_Worker] = []
        self._is_over = False

    def submit(self, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Future[Result]:
        """Run in a process that is idle, or in a new one. The future's exception may be WorkerDiedError."""
        # What cannot be pickled fails here.
        return self._threads.submit(self._run, pickle.dumps(partial(fn, *args, **kwargs)))

    def _run(self, call: bytes) -> Any:
        worker, goes_on = self._taken(), False
        try:
            ended = worker.do(call, self._report)
            goes_on = ended.failure is None and self._reusable(ended.result)
        except (EOFError, OSError):
            raise WorkerDiedError(self._end(worker)) from None
        finally:
            if goes_on:
                self._idle.append(worker)
            else:
                self._end(worker)
        if ended.failure is not None:
            raise ended.failure
        return ended.result

    def _taken(self) -> _Worker:
        with self._lock:
            if self._is_over:
                raise WorkerDiedError("the run is over")
            while self._idle:
                worker = self._idle.pop()
                if worker.process.is_alive():
                    return worker
            worker = _Worker(self._context)
            self._workers.append(worker)
            return worker

    def _end(self, worker: _Worker) -> str:
        with self._lock:
            return worker.end()

    def kill(self) -> None:
        """End all processes, whatever they do, for good. What they have begun is left as it is."""
        with self._lock:
            self._is_over = True
            for worker in self._workers:
                worker.process.kill()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """End the processes, once they have done their work or were killed; it is waited for in any case."""
        self._threads.shutdown(cancel_futures=cancel_futures)
        for worker in self._workers:
            self._end(worker)


@contextmanager
def processes(at_once: int, *, preloaded: Sequence[str]) -> Iterator[LocalProcesses]:
    """So many processes for the block; at its end they end at once, whatever they are doing."""
    pool = LocalProcesses(at_once, preloaded=preloaded)
    try:
        yield pool
    finally:
        pool.kill()
        pool.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ended:
    """How a piece of work ended."""

    result: Any = None
    failure: Exception | None = None


class _Worker:
    """A process, and the pipe through which it gets its work and sends progress and results."""

    def __init__(self, context: SpawnContext | ForkServerContext) -> None:
        self._pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs,))
        with without_main_module(), signals_held_back():
            self.process.start()
        # With no other copy of its end, the death of the process ends the reading on ours.
        theirs.close()

    def do(self, call: bytes, report: Callable[[Any], None]) -> _Ended:
        """Have a pickled function called. Raises EOFError and OSError where the process is gone."""
        self._pipe.send_bytes(call)
        while not isinstance(answer := self._pipe.recv(), _Ended):
            report(answer)
        return answer

    def end(self) -> str:
        """Close the pipe, without which the process ends, or is made to; how it ended."""
        self._pipe.close()
        self.process.join(_SECONDS_TO_END)
        self.process.kill()
        self.process.join()
        code = self.process.exitcode
        if code is not None and code < 0:
            with contextlib.suppress(ValueError):
                return f"ended by signal {signal.Signals(-code).name}"
        return f"ended with status {code}"


def _serve(pipe: Connection) -> None:
    """Do one piece of work after the other; only the run ends it, or the death of that."""
    PipeReport.pipe = pipe
    gc.set_threshold(OBJECTS_BETWEEN_SEARCHES)
    for number in stop_signals():
        signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, stop_signals())
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), name="parent", daemon=True).start()
    with contextlib.suppress(EOFError, OSError):
        while True:
            pipe.send_bytes(_answer(pipe.recv_bytes()))


def _answer(call: bytes) -> bytes:
    """Call a pickled function; how that ended, pickled."""
    try:
        return pickle.dumps(_Ended(result=pickle.loads(call)()))
    except Exception as failure:  # noqa: BLE001 - it is raised where the work was handed over
        failure.add_note(traceback.format_exc())
        return pickle.dumps(_Ended(failure=failure))


def _end_with(sentinel: int) -> None:
    wait_for([sentinel])
    os._exit(1)


class PipeReport:
    """Sends progress of what a process does through its pipe."""

    pipe: Connection | None = None

    def __call__(self, progress: Any) -> None:
        """Send it. The run has its own way to end this process, so a broken pipe is no matter."""
        if self.pipe is not None:
            with contextlib.suppress(OSError):
                self.pipe.send(progress)
