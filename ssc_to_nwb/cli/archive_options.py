"""What the commands that talk to an archive share: options, and results for machines when nothing could be begun."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import click

from ssc_to_nwb.cli.output import print_json
from ssc_to_nwb.cli.terminal import echo
from ssc_to_nwb.problems.model import SscError

# What shells add to the number of a signal.
_SIGNAL_STATUS = 128
_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
# How the threads of an upload are named.
_THREADS = "ssc-to-nwb-"

dandiset_option = click.option(
    "--dandiset", required=True, metavar="ID", help="The dandiset's six digits, such as 000123."
)
instance_option = click.option(
    "--instance",
    default="dandi",
    show_default=True,
    metavar="NAME|URL",
    help="dandi, dandi-sandbox, another name that the dandi client knows, or the URL of a self-hosted archive.",
)
key_option = click.option(
    "--api-key-env",
    "api_key_variable",
    metavar="NAME",
    help="Environment variable that holds the API key. Without it: the dandi client's own variable for the instance "
    "(such as DANDI_SANDBOX_API_KEY), DANDI_API_KEY, or else the keyring. The key itself is never an argument.",
)


class Interruption:
    """Which signal, if any, asked the command to end."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._number: int | None = None

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        """Handler for `signal.signal`: an exception may be lost where it is raised, the event is not."""
        self._number = number
        self.stop.set()
        raise KeyboardInterrupt

    @property
    def status(self) -> int | None:
        """The exit status that shells give a program which this signal ended; None where there was none."""
        return None if self._number is None else _SIGNAL_STATUS + self._number


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Within the context, SIGINT, SIGTERM and SIGHUP end the work in order: with what was done so far."""
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return
    before = {number: signal.signal(number, interruption) for number in _SIGNALS}
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def problems_to_status(interruption: Interruption, *, as_json: bool) -> Iterator[None]:
    """With --json, a problem that stops the command is printed as JSON; a signal decides on the exit status."""
    try:
        yield
    except SscError as stopped:
        if not as_json:
            raise
        print_json({"ok": False, "problems": [stopped.problem.as_dict()]})
        end_process(interruption.status or 1)
    except KeyboardInterrupt:
        echo("interrupted before anything was sent", err=True)
        end_process(interruption.status or _SIGNAL_STATUS + signal.SIGINT)


def end_process(status: int) -> NoReturn:
    """Exit. Threads of an interrupted upload that wait for a server, and its processes, are not waited for."""
    waiting = any(thread.name.startswith(_THREADS) for thread in threading.enumerate())
    if waiting or multiprocessing.active_children():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)
