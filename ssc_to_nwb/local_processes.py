"""Processes of this machine as an executor, each the only one of a standard pool; and the signals that end a run.

A process that dies breaks its pool; with a pool of its own for each, that costs its own work and no other.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import pickle
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

from ssc_to_nwb.parallel import OBJECTS_BETWEEN_SEARCHES, without_main_module
from ssc_to_nwb.run_files import run_record

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
Result = TypeVar("Result")
# What sessions are converted with.
CONVERSION = ("ssc_to_nwb.run.preloaded",)
# What Linux takes as the path of a socket, and what multiprocessing adds to the folder for temporary files.
_SOCKET_PATH_CHARACTERS = 107
_SOCKET_NAME_CHARACTERS = 40


def stop_signals() -> tuple[signal.Signals, ...]:
    """The signals that end a run on this system. A hangup that the caller has chosen to ignore (`nohup`) is none."""
    there = [signal.Signals[name] for name in _NAMES if hasattr(signal, name)]
    return tuple(one for one in there if one.name != "SIGHUP" or signal.getsignal(one) is not signal.SIG_IGN)


@contextmanager
def signals_to(take: Callable[[int], None]) -> Iterator[None]:
    """Hand these signals to a function while the block runs; in threads but the main one nothing is changed.

    The function must not raise: Python loses an exception that a handler raises while a finalizer or a weak reference
    is called back.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handler(number: int, _frame: FrameType | None) -> None:
        take(number)

    earlier = {number: signal.signal(number, handler) for number in stop_signals()}
    try:
        yield
    finally:
        for number, before in earlier.items():
            signal.signal(number, before)


@contextmanager
def signals_held_back() -> Iterator[None]:
    """Have processes that are started in the block begin with these signals blocked.

    Ctrl-C and `timeout` signal all processes of a run at once. The one that the others are forked from must neither
    die of that nor print a traceback while it loads modules.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Where it starts its own process, the tracker unblocks them.
    resource_tracker.ensure_running()
    earlier = signal.pthread_sigmask(signal.SIG_BLOCK, stop_signals())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, earlier)


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
        self._context = _context(preloaded)
        self._lock = threading.Lock()
        # All that were begun, and those of them that do nothing. Kept until the end: a broken pool holds its lock while
        # it says so, and waits for that lock where it is collected meanwhile (Python 3.13).
        self._processes: list[_Process] = []
        self._idle: list[_Process] = []
        self._is_over = False

    def submit(self, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Future[Result]:
        """Run in a process that is idle, or in a new one. The future's exception may be WorkerDiedError."""
        # What cannot be pickled fails here: the process would wait for it, and its thread for that.
        return self._threads.submit(self._run, pickle.dumps(partial(fn, *args, **kwargs)))

    def _run(self, call: bytes) -> Any:
        process, future = self._begun(call)
        goes_on = False
        try:
            result = process.followed(future, self._report)
            goes_on = self._reusable(result)
        except BrokenProcessPool:
            # The pool's own thread asks for the exit status: two at once would spoil it.
            process.pool.shutdown()
            raise WorkerDiedError(process.how_it_ended()) from None
        finally:
            if goes_on:
                self._idle.append(process)
            else:
                process.let_go()
        return result

    def _begun(self, call: bytes) -> tuple[_Process, Future[Any]]:
        # One at a time: a process is known by being new.
        with self._lock:
            if self._is_over:
                raise WorkerDiedError("the run is over")
            while self._idle:
                process = self._idle.pop()
                try:
                    return process, process.begin(call)
                except BrokenProcessPool:
                    # It died while it did nothing.
                    process.let_go()
            process = _Process(self._context)
            self._processes.append(process)
            return process, process.begin(call)

    def kill(self) -> None:
        """End all processes, whatever they do, for good. What they have begun is left as it is."""
        with self._lock:
            self._is_over = True
            for process in self._processes:
                process.kill()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes, which do nothing any more or were killed."""
        self._threads.shutdown(wait, cancel_futures=cancel_futures)
        for process in self._processes:
            process.pool.shutdown(wait)


class _Process:
    """A pool of one process, and the pipe through which its progress comes."""

    def __init__(self, context: BaseContext) -> None:
        self._pipe, self._theirs = context.Pipe(duplex=False)
        self._process: BaseProcess | None = None
        self.pool = ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=(self._theirs,))

    def begin(self, call: bytes) -> Future[Any]:
        if self._theirs.closed:
            return self.pool.submit(_call, call)
        there = set(multiprocessing.active_children())
        with without_main_module(), signals_held_back():
            future = self.pool.submit(_call, call)
        begun = set(multiprocessing.active_children()) - there
        # Where somebody else's thread has begun one of its own just now, this one cannot be killed, but ends by itself.
        self._process = begun.pop() if len(begun) == 1 else None
        # With no other copy of its end, the death of the process ends the reading on ours.
        self._theirs.close()
        return future

    def followed(self, future: Future[Any], report: Callable[[Any], None]) -> Any:
        """The result, once all progress before it was reported. Raises BrokenProcessPool where the process is gone."""
        with contextlib.suppress(EOFError, OSError):
            while (progress := self._pipe.recv()) is not None:
                report(progress)
        return future.result()

    def let_go(self) -> None:
        """It gets no more work; the pipe of every process that was given up would stay open until the run ends."""
        self.pool.shutdown(wait=False)
        self._pipe.close()

    def how_it_ended(self) -> str:
        if self._process is None:
            return "it is not known how"
        code = self._process.exitcode
        if code is not None and code < 0:
            with contextlib.suppress(ValueError):
                return f"ended by signal {signal.Signals(-code).name}"
        return f"ended with status {code}"

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()


def _call(call: bytes) -> Any:
    """Call a pickled function, and send that no more progress of it comes."""
    try:
        return pickle.loads(call)()
    finally:
        PipeReport()(None)


class PipeReport:
    """Progress of what a process of LocalProcesses does, through the pipe that the process was given."""

    pipe: Connection | None = None

    def __call__(self, progress: Any) -> None:
        """Send it, or None for the end of it.

        The run has its own way to end this process, so a broken pipe is no matter.
        """
        if self.pipe is not None:
            with contextlib.suppress(OSError):
                self.pipe.send(progress)


def _begin(pipe: Connection) -> None:
    """Prepare a process: only its run ends it, or the death of that."""
    PipeReport.pipe = pipe
    gc.set_threshold(OBJECTS_BETWEEN_SEARCHES)
    for number in stop_signals():
        signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, stop_signals())
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), name="parent", daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait_for([sentinel])
    os._exit(1)


def _context(preloaded: Sequence[str]) -> BaseContext:
    """Processes free of this one's threads; on Linux forked from one that has loaded all modules.

    Elsewhere the system's own libraries may not be used any more after a fork. The one that forks is asked through a
    socket in the folder for temporary files, whose path may be too long for that.
    """
    too_long = len(tempfile.gettempdir()) + _SOCKET_NAME_CHARACTERS > _SOCKET_PATH_CHARACTERS
    if not sys.platform.startswith("linux") or too_long:
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(preloaded))
    return context


def load_ahead(source: Path, output: Path) -> None:
    """Have the process that forks all others load its modules now, while this one does something else.

    Only where there is surely something to convert, and without effect on systems whose processes are not forked.
    """
    # Unlike `Path.exists`, this takes a name that is too long for one of nothing.
    is_to_do = os.path.exists(source) and not os.path.exists(run_record(output))  # noqa: PTH110
    # Else numpy's OpenBLAS starts threads here, there and at each fork: a tenth of a second, and nothing uses them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if is_to_do and _context(CONVERSION).get_start_method() == "forkserver":
        with without_main_module(), signals_held_back():
            forkserver.ensure_running()
