"""What this machine has: processors this process may use, and memory."""

from __future__ import annotations

import os
from pathlib import Path

_MB = 2**20
# Where the system doesn't say how much memory it has.
_ASSUMED_MEMORY_MB = 2048.0
_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


def processors() -> int:
    """Processors that this process may use, one at least."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def half_the_memory_mb() -> float:
    """Half of the memory that this process may use, in 2^20 bytes."""
    return min(_physical_mb(), _container_mb()) / 2


def _physical_mb() -> float:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / _MB
    except (AttributeError, OSError, ValueError):
        return _ASSUMED_MEMORY_MB


def _container_mb() -> float:
    """The limit of the container this runs in, infinite where there is none."""
    try:
        return int(_CGROUP_LIMIT.read_text()) / _MB
    except (OSError, ValueError):
        return float("inf")
