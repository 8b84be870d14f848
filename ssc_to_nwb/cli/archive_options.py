"""What the commands that talk to an archive share: options, and results for machines when nothing could be begun."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from ssc_to_nwb.cli.interruption import SIGNAL_STATUS, Interruption
from ssc_to_nwb.cli.output import print_result
from ssc_to_nwb.cli.terminal import echo
from ssc_to_nwb.problems.model import SscError

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


@contextmanager
def problems_to_status(interruption: Interruption, *, as_json: bool) -> Iterator[None]:
    """With --json, a problem that stops the command is printed as JSON; a signal decides on the exit status."""
    try:
        yield
    except SscError as stopped:
        if not as_json:
            raise
        print_result({"ok": False}, problems=[stopped.problem])
        end_process(interruption.status or 1)
    except KeyboardInterrupt:
        echo("interrupted before anything was sent", err=True)
        end_process(interruption.status or SIGNAL_STATUS + signal.SIGINT)


def end_process(status: int) -> NoReturn:
    """Exit. Threads of an interrupted upload that wait for a server, and its processes, are not waited for."""
    waiting = any(thread.name.startswith(_THREADS) for thread in threading.enumerate())
    if waiting or multiprocessing.active_children():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)
