"""The dandi client's log, kept off the terminal."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def dandi_log_to(handler: logging.Handler) -> Iterator[None]:
    """Within the context, messages of the dandi client go to `handler` alone.

    Without a handler Python would print them as they are, addresses with signatures included.
    """
    logger = logging.getLogger("dandi")
    propagated = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield
    finally:
        logger.propagate = propagated
        logger.removeHandler(handler)
