"""What runs in a process of the local pool: attempts, one after the other, as they come through the pipe."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import FrameType

from ssc_to_nwb.nwb_file.results import Progress
from ssc_to_nwb.run.attempt import AttemptCall, run_attempt
from ssc_to_nwb.run.output_lock import share_workers_lock

# Progress of one stage goes through the pipe this often at most.
_PROGRESS_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Stopped:
    """The process was asked to end, and has removed what it had begun."""


class _StopError(KeyboardInterrupt):
    """Ends an attempt as Ctrl-C would: what it has begun is removed on the way out."""


def serve(pipe: Connection, output: Path) -> None:
    """Do attempts until the pipe is closed or a signal comes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    lock = None
    try:
        # From here on SIGTERM may come at any moment; it was held back until now.
        signal.signal(signal.SIGTERM, _stop)
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM,))
        lock = share_workers_lock(output)
        _end_with_parent()
        while True:
            call = pipe.recv()
            pipe.send(_attempt(call, pipe))
    except _StopError:
        with contextlib.suppress(OSError):
            pipe.send(Stopped())
    except (EOFError, OSError):
        # The run has closed the pipe, or is gone.
        return
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if lock is not None:
            lock.close()


def _attempt(call: AttemptCall, pipe: Connection) -> object:
    last = ("", 0.0)

    def report(progress: Progress) -> None:
        nonlocal last
        now = time.monotonic()
        if progress.stage != last[0] or now - last[1] >= _PROGRESS_SECONDS:
            pipe.send(progress)
            last = (progress.stage, now)

    return run_attempt(call, report=report)


def _stop(_number: int, _frame: FrameType | None) -> None:
    # A second signal must not interrupt the clearing away.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise _StopError


def _end_with_parent() -> None:
    """End at once when the process that started this one is gone: its successor waits for that."""
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
