"""SIGINT and SIGTERM during a run: one of them ends it in order, whatever it is doing."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopRequested(KeyboardInterrupt):
    """Raised out of an attempt that is done in this very process. number: of the signal."""

    def __init__(self, number: int) -> None:
        super().__init__(f"signal {number}")
        self.number = number


class SignalGate:
    """Takes signals: passes them on, or raises StopRequested where the work goes on in this thread."""

    def __init__(self, on_signal: Callable[[int], None]) -> None:
        self.raising = False
        self._on_signal = on_signal

    def set_raising(self, raising: bool) -> None:
        """Whether a signal is to be raised as an exception."""
        self.raising = raising

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        """Handler for `signal.signal`."""
        if self.raising:
            # What ends the attempt must not be interrupted in its turn.
            self.raising = False
            raise StopRequested(number)
        self._on_signal(number)


@contextmanager
def signals_to(gate: SignalGate) -> Iterator[None]:
    """Send SIGINT and SIGTERM to the gate while the block runs; in threads but the main one nothing is changed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    earlier = {number: signal.signal(number, gate) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
