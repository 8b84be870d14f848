"""What the dandi client and requests take from the process around them: environment variables and loggers."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from ssc_to_nwb.validate.dandi_log import dandi_log_to

_THIS_MACHINE = "localhost,127.0.0.0/8,::1"


@contextmanager
def client_environment() -> Iterator[None]:
    """Within the context: no telemetry, no passwords from ~/.netrc, and no proxy on the way to this machine.

    A password in ~/.netrc would go along with every redirect, and the object store refuses an address with a signature
    to whoever brings a password as well.
    """
    wanted = {"DANDI_NO_ET": "1", "NETRC": os.devnull}
    for name in ("no_proxy", "NO_PROXY"):
        wanted[name] = ",".join(filter(None, (os.environ.get(name), _THIS_MACHINE)))
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


class _Forward(logging.Handler):
    def __init__(self, receive: Callable[[str, str], None]) -> None:
        super().__init__(level=logging.WARNING)
        self._receive = receive

    def emit(self, record: logging.LogRecord) -> None:
        self._receive(record.levelname.lower(), record.getMessage())


def client_messages_to(receive: Callable[[str, str], None]) -> AbstractContextManager[None]:
    """Within the context, warnings and errors of the dandi client go to `receive(level, message)` alone."""
    return dandi_log_to(_Forward(receive))
