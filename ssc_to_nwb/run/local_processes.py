"""Sessions in processes of this machine, each with a pipe of its own.

A process that dies takes nothing with it but its own attempt: no pipe, lock or queue is shared between processes.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType

from ssc_to_nwb.nwb_file.results import OnProgress, Progress
from ssc_to_nwb.run.attempt import AttemptCall, AttemptResult
from ssc_to_nwb.run.executor import WorkerDiedError
from ssc_to_nwb.run.local_worker import Stopped, serve

# How long processes may take to remove what they have begun, once they were asked to end.
_STOP_SECONDS = 3.0
_PRELOADED = ["ssc_to_nwb.run.local_worker", "ssc_to_nwb.nwb_file.session_file"]


class LocalProcesses:
    """A pool of processes. `report` is called with progress, in threads of the pool."""

    def __init__(self, count: int, *, output: Path, report: OnProgress) -> None:
        self.capacity: int | None = count
        self._output = output
        self._report = report
        self._context = _context()
        self._threads = ThreadPoolExecutor(max_workers=count, thread_name_prefix="sessions")
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._lock = threading.Lock()
        self._stopping = False

    def submit(self, call: AttemptCall) -> Future[AttemptResult]:
        """Begin an attempt in an idle process, or in a new one."""
        return self._threads.submit(self._do, call)

    def _do(self, call: AttemptCall) -> AttemptResult:
        worker = self._take()
        try:
            result = worker.do(call, self._report)
        except WorkerDiedError:
            with self._lock:
                self._busy.discard(worker)
            raise
        with self._lock:
            self._busy.discard(worker)
            if result.outcome.ok:
                self._idle.append(worker)
        if not result.outcome.ok:
            # A failure inside a library may have left it in any state.
            worker.end()
        return result

    def _take(self) -> _Worker:
        with self._lock:
            if self._stopping:
                raise WorkerDiedError("the run is being stopped")
            worker = self._idle.pop() if self._idle else _Worker.start(self._context, self._output)
            self._busy.add(worker)
            return worker

    def stop(self) -> None:
        """Ask the processes to end, and kill those that do not within seconds."""
        with self._lock:
            self._stopping = True
            workers = [*self._busy, *self._idle]
        for worker in workers:
            worker.process.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        for worker in workers:
            worker.process.join(max(0.0, deadline - time.monotonic()))
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def close(self) -> None:
        """End the idle processes: they end when their pipe is closed."""
        with self._lock:
            self._stopping = True
            workers, self._idle = self._idle, []
        for worker in workers:
            worker.pipe.close()
        for worker in workers:
            worker.end()
        self._threads.shutdown(wait=True)

    def waits_for(self) -> str | None:
        """A process that dies is replaced at once."""
        return None


class _Worker:
    """A process and this end of its pipe."""

    def __init__(self, process: BaseProcess, pipe: Connection) -> None:
        self.process = process
        self.pipe = pipe

    @classmethod
    def start(cls, context: BaseContext, output: Path) -> _Worker:
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs, output), daemon=True)  # type: ignore[attr-defined]
        with _without_main_module(), signals_held_back():
            process.start()
        # With no other copy of its end, the death of the process ends the reading on ours.
        theirs.close()
        return cls(process, ours)

    def end(self) -> None:
        """End the process, which does nothing: it ends when its pipe is closed."""
        self.pipe.close()
        self.process.join(_STOP_SECONDS)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()

    def do(self, call: AttemptCall, report: OnProgress) -> AttemptResult:
        """Have an attempt done. Raises WorkerDiedError."""
        try:
            self.pipe.send(call)
            while True:
                message = self.pipe.recv()
                if isinstance(message, Progress):
                    report(message)
                elif isinstance(message, AttemptResult):
                    return message
                elif isinstance(message, Stopped):
                    raise WorkerDiedError("it was asked to end")
        except (EOFError, OSError) as failure:
            self.process.join()
            raise WorkerDiedError(_how_it_ended(self.process.exitcode)) from failure


@contextmanager
def signals_held_back() -> Iterator[None]:
    """Have processes that are started in the block begin with SIGINT and SIGTERM blocked.

    Ctrl-C and `timeout` signal all processes of a run at once. The one that the others are forked from must neither
    die of that nor print a traceback while it loads modules; the others unblock what they have a handler for.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Where it starts its own process, the tracker unblocks both signals.
    resource_tracker.ensure_running()
    earlier = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, earlier)


def _how_it_ended(code: int | None) -> str:
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return f"ended by signal {signal.Signals(-code).name}"
    return f"ended with status {code}"


def _context() -> BaseContext:
    """Processes free of this one's threads; on Linux forked from one that has loaded all modules.

    Elsewhere the system's own libraries may not be used any more after a fork.
    """
    if not sys.platform.startswith("linux"):
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


@contextmanager
def _without_main_module() -> Iterator[None]:
    """Keep a new process from running the caller's script once more: nothing of it is needed there.

    multiprocessing looks at `__main__` while a process starts, and would import the script; a script without the
    guard `if __name__ == "__main__"` would then begin its conversion again in every process.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
