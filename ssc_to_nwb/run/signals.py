"""SIGINT, SIGTERM and SIGHUP during a run: one of them ends it in order, whatever it is doing."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from types import FrameType

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


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
