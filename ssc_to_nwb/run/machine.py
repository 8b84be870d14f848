"""What this machine has (processors, memory, room on its disks), and how a run shares it out among its sessions."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

from ssc_to_nwb.options.conversion import ConversionOptions

_MB = 2**20
# Where the system doesn't say how much memory it has.
_ASSUMED_MEMORY_MB = 2048.0
_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")
# What converting a session takes beyond its frames on their way, in bytes: so much for each byte of its session file,
# which is compressed, and so much in any case; measured with `scripts/bench_scale.py`. A session of many ROIs and few
# trials compresses best and takes most for each byte: 44 MB of file, 600 MB of memory.
_MEMORY_PER_MAT_BYTE = 13.0
_MEMORY_PER_SESSION = 40 * _MB
# What every run takes, whatever it does: the libraries of its processes.
FREE_OF_CHARGE = 300 * _MB
_LEAST_MEMORY_MB = 16.0


def processors() -> int:
    """Processors that this process may use, one at least."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def half_the_memory_mb() -> float:
    """Half of the memory that this process may use, in 2^20 bytes."""
    try:
        physical_mb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / _MB
    except (AttributeError, OSError, ValueError):
        physical_mb = _ASSUMED_MEMORY_MB
    try:
        container_mb = int(_CGROUP_LIMIT.read_text()) / _MB
    except (OSError, ValueError):
        container_mb = float("inf")
    return min(physical_mb, container_mb) / 2


def at_once(options: ConversionOptions, sessions: int) -> int:
    """How many sessions of a run with these options may go at once, memory aside."""
    return max(1, min(options.workers, sessions))


def admits(options: ConversionOptions, mat_bytes: int, running: list[int]) -> bool:
    """Whether the memory of a run lets a session begin while others run, each given as bytes of its session file."""
    needed = sum(memory_of(size) for size in (*running, mat_bytes))
    return not running or needed <= options.memory_mb * _MB + FREE_OF_CHARGE / 2


def share_of(options: ConversionOptions, *, at_once: int) -> ConversionOptions:
    """Those of a run, for one of `at_once` sessions that go together."""
    memory_mb = max(_LEAST_MEMORY_MB, options.memory_mb / at_once)
    return replace(options, workers=max(1, options.workers // at_once), memory_mb=memory_mb)


def memory_of(mat_bytes: int) -> float:
    """Bytes that a session takes beyond its frames on their way, from the size of its session file."""
    return _MEMORY_PER_SESSION + _MEMORY_PER_MAT_BYTE * mat_bytes


def free_bytes(path: Path) -> int:
    """Bytes that this user may still write where `path` is or will be. Raises OSError."""
    return shutil.disk_usage(existing_folder(path)).free


def existing_folder(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    for folder in (path, *path.absolute().parents):
        # Unlike `Path.is_dir`, this takes a name that is too long for one of nothing.
        if os.path.isdir(folder):  # noqa: PTH112
            return folder
    return Path(path.absolute().anchor)
