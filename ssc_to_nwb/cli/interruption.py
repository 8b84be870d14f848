"""How signals end a command: in order, and with the status that shells give."""

from __future__ import annotations

import _thread
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

# What shells add to the number of a signal.
SIGNAL_STATUS = 128
_AGAIN_S = 0.2
_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class _Interrupted(KeyboardInterrupt):
    """Not KeyboardInterrupt itself.

    Where Python sees that one leave a call of `exec`, which the standard library makes for every dataclass, it ends the
    program with the status of SIGINT in the end, whatever status was asked for.
    """


class Interruption:
    """Which signal, if any, asked the command to end."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._number: int | None = None

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        """Handler for `signal.signal`: an exception may be lost where it is raised, the event is not."""
        self._number = number
        self.stop.set()
        raise _Interrupted(number)

    @property
    def status(self) -> int | None:
        """The exit status that shells give a program which this signal ended; None where there was none."""
        return None if self._number is None else SIGNAL_STATUS + self._number


def _again(number: int) -> None:
    """Ask once more: Python drops an exception that is raised while it removes an object."""
    time.sleep(_AGAIN_S)
    _thread.interrupt_main(signal.Signals(number))


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Within the context, SIGINT, SIGTERM and SIGHUP end the work in order: with what was done so far.

    A context within another one is the same one.
    A signal that the caller has chosen to ignore (`nohup`) stays ignored.
    """
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return
    outer = next((handler for handler in map(signal.getsignal, _SIGNALS) if isinstance(handler, Interruption)), None)
    if outer is not None:
        yield outer
        return
    heeded = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, interruption) for number in heeded}
    hook = sys.unraisablehook

    def not_lost(lost: Any) -> None:
        if isinstance(lost.exc_value, _Interrupted):
            _thread.start_new_thread(_again, lost.exc_value.args)
        else:
            hook(lost)

    sys.unraisablehook = not_lost
    try:
        yield interruption
    finally:
        sys.unraisablehook = hook
        for number, handler in before.items():
            signal.signal(number, handler)
