"""Processes of this machine as an executor, each the only one of a standard pool; and the signals that end a run.

A process that dies breaks its pool; with a pool of its own for each, that costs its own session and no other.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar

from ssc_to_nwb.parallel import without_main_module
from ssc_to_nwb.run_files import run_record

if TYPE_CHECKING:
    from ssc_to_nwb.nwb_file.results import OnProgress, Progress

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
Result = TypeVar("Result")
_PRELOADED = ["ssc_to_nwb.run.preloaded"]
# A session makes hundreds of thousands of objects that stay until its end: to search them for cycles again and again
# takes a tenth of the whole time.
_OBJECTS_BETWEEN_SEARCHES = 50_000
_END_SECONDS = 3.0
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
    """The process that worked on a session is gone; the text says how."""


class LocalProcesses(Executor):
    """As many processes as there are sessions under way.

    report: called with progress, in threads of this process; reusable: whether a process may go on after a result.
    """

    def __init__(self, *, report: OnProgress, reusable: Callable[[Any], bool]) -> None:
        self._report = report
        self._reusable = reusable
        self._context = _context()
        self._lock = threading.Lock()
        # All that were begun, kept until the end: a broken pool holds its lock while it says so, and waits for that
        # lock where it is shut down or collected meanwhile (Python 3.13).
        self._processes: list[_Process] = []
        self._idle: list[_Process] = []

    def submit(self, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Future[Result]:
        """Begin in a process that is idle, or in a new one. The future's exception may be WorkerDiedError."""
        process, begun = self._begun(fn, *args, **kwargs)
        future: Future[Result] = Future()
        future.set_running_or_notify_cancel()

        def take(done: Future[Result]) -> None:
            failure = done.exception()
            died = isinstance(failure, BrokenProcessPool)
            if not died:
                process.take_all_progress()
            if failure is None and self._reusable(done.result()):
                with self._lock:
                    self._idle.append(process)
            elif not died:
                # This is the pool's own thread, which cannot wait for itself.
                process.pool.shutdown(wait=False)
            if failure is None:
                future.set_result(done.result())
            else:
                future.set_exception(WorkerDiedError(process.how_it_ended()) if died else failure)

        begun.add_done_callback(take)
        return future

    def _begun(self, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> tuple[_Process, Future[Result]]:
        while True:
            with self._lock:
                idle = bool(self._idle)
                process = self._idle.pop() if idle else _Process(self._context, self._report)
                if not idle:
                    self._processes.append(process)
            try:
                return process, process.submit(fn, *args, **kwargs)
            except BrokenProcessPool:
                # It died while it did nothing.
                if not idle:
                    raise

    def kill(self) -> None:
        """End all processes, whatever they do. What they have begun is left as it is."""
        with self._lock:
            processes = list(self._processes)
        for process in processes:
            process.kill()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """End the processes, which do nothing any more or were killed."""
        with self._lock:
            processes, self._processes, self._idle = self._processes, [], []
        for process in processes:
            process.pool.shutdown()


class _Process:
    """A pool of one process, and the pipe through which its progress comes."""

    def __init__(self, context: BaseContext, report: OnProgress) -> None:
        self._report = report
        self._pipe, self._theirs = context.Pipe(duplex=False)
        self._process: BaseProcess | None = None
        self._all_taken = threading.Semaphore(0)
        self.pool = ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=(self._theirs,))

    def submit(self, fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Future[Result]:
        if self._theirs.closed:
            return self.pool.submit(_call, fn, *args, **kwargs)
        there = set(multiprocessing.active_children())
        with without_main_module(), signals_held_back():
            future = self.pool.submit(_call, fn, *args, **kwargs)
        begun = set(multiprocessing.active_children()) - there
        # Where another thread has begun one of its own just now, this one cannot be killed, but ends by itself.
        self._process = begun.pop() if len(begun) == 1 else None
        # With no other copy of its end, the death of the process ends the reading on ours.
        self._theirs.close()
        threading.Thread(target=self._read, name="progress", daemon=True).start()
        return future

    def _read(self) -> None:
        with contextlib.suppress(EOFError, OSError), self._pipe:
            while True:
                progress = self._pipe.recv()
                if progress is None:
                    self._all_taken.release()
                else:
                    self._report(progress)

    def take_all_progress(self) -> None:
        """Wait until all progress of a call that has ended was reported: its result comes another way."""
        self._all_taken.acquire(timeout=_END_SECONDS)

    def how_it_ended(self) -> str:
        if self._process is None:
            return "it is not known how"
        self._process.join(_END_SECONDS)
        code = self._process.exitcode
        if code is not None and code < 0:
            with contextlib.suppress(ValueError):
                return f"ended by signal {signal.Signals(-code).name}"
        return f"ended with status {code}"

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()


def _call(fn: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Result:
    """Call a function, and send that no more progress of it comes."""
    try:
        return fn(*args, **kwargs)
    finally:
        PipeReport()(None)


class PipeReport:
    """Progress of a session in a process of LocalProcesses, through the pipe that the process was given."""

    pipe: Connection | None = None

    def __call__(self, progress: Progress | None) -> None:
        """Send it, or None for the end of it.

        The run has its own way to end this process, so a broken pipe is no matter.
        """
        if self.pipe is not None:
            with contextlib.suppress(OSError):
                self.pipe.send(progress)


def _begin(pipe: Connection) -> None:
    """Prepare a process: only its run ends it, or the death of that."""
    PipeReport.pipe = pipe
    gc.set_threshold(_OBJECTS_BETWEEN_SEARCHES)
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


def _context() -> BaseContext:
    """Processes free of this one's threads; on Linux forked from one that has loaded all modules.

    Elsewhere the system's own libraries may not be used any more after a fork. The one that forks is asked through a
    socket in the folder for temporary files, whose path may be too long for that.
    """
    too_long = len(tempfile.gettempdir()) + _SOCKET_NAME_CHARACTERS > _SOCKET_PATH_CHARACTERS
    if not sys.platform.startswith("linux") or too_long:
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


def load_ahead(source: Path, output: Path) -> None:
    """Have the process that forks all others load its modules now, while this one does something else.

    Only where there is surely something to convert, and without effect on systems whose processes are not forked.
    """
    context = _context()
    if context.get_start_method() == "forkserver" and source.exists() and not run_record(output).exists():
        with without_main_module(), signals_held_back():
            forkserver.ensure_running()
