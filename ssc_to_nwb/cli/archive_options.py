"""What the commands that talk to an archive share: options, and results for machines when nothing could be begun."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

from ssc_to_nwb.cli.output import print_json

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
def problems_for_machines(*, as_json: bool) -> Iterator[None]:
    """With --json, a problem that stops the command is printed as JSON on standard output; exit status 1 as ever."""
    from ssc_to_nwb.problems.model import SscError

    try:
        yield
    except SscError as stopped:
        if not as_json:
            raise
        print_json({"ok": False, "problems": [stopped.problem.as_dict()]})
        sys.exit(1)


@contextmanager
def termination_as_interrupt() -> Iterator[None]:
    """Within the context, a request to terminate ends the work as Ctrl-C does: with what was done so far."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
