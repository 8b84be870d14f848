"""The dandi client's own log messages, taken off the terminal and into the record."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class _Forward(logging.Handler):
    def __init__(self, receive: Callable[[str, str], None]) -> None:
        super().__init__(level=logging.WARNING)
        self._receive = receive

    def emit(self, record: logging.LogRecord) -> None:
        self._receive(record.levelname.lower(), record.getMessage())


@contextmanager
def library_messages_to(receive: Callable[[str, str], None]) -> Iterator[None]:
    """Within the context, warnings and errors of the dandi client go to `receive(level, message)` and nowhere else.

    Without a handler Python would print them to the terminal as they are, addresses with signatures included.
    """
    logger = logging.getLogger("dandi")
    handler = _Forward(receive)
    propagated = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield
    finally:
        logger.propagate = propagated
        logger.removeHandler(handler)
