"""How long a test waits for what must happen: far longer than a slow machine takes, so that only a hang ends it."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_S = 1500.0
"""Below the `timeout` of pyproject.toml, so that it is the test that says what did not happen."""


def wait_until(true: Callable[[], bool], *, pause_s: float = 0.02) -> None:
    """Return once something is so. Raises TimeoutError where it never becomes so."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing happened in {PATIENCE_S:g} s")
        time.sleep(pause_s)
