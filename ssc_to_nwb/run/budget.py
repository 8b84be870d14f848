"""Shares out the run's threads and memory among the sessions that go at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ssc_to_nwb.options.conversion import ConversionOptions

_MB = 2**20
# What converting a session takes beyond its frames on their way, in bytes: so much for each byte of its session file,
# which is compressed, and so much in any case; measured with `scripts/bench_scale.py`. A session of many ROIs and few
# trials compresses best and takes most for each byte: 44 MB of file, 600 MB of memory.
_MEMORY_PER_MAT_BYTE = 13.0
_MEMORY_PER_SESSION = 40 * _MB
# What every run takes, whatever it does: the libraries of its processes.
FREE_OF_CHARGE = 300 * _MB
_LEAST_MEMORY_MB = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a run may use: threads, and memory in 2^20 bytes beyond what its libraries take."""

    workers: int
    memory_mb: float

    def at_once(self, sessions: int) -> int:
        """How many sessions may go at once, memory aside."""
        return max(1, min(self.workers, sessions))

    def admits(self, mat_bytes: int, running: list[int]) -> bool:
        """Whether a session may begin while others run, each given as the bytes of its session file."""
        if not running:
            return True
        needed = sum(memory_of(size) for size in (*running, mat_bytes))
        return needed <= self.memory_mb * _MB + FREE_OF_CHARGE / 2

    def share(self, options: ConversionOptions, *, at_once: int) -> ConversionOptions:
        """The options for one of `at_once` sessions that go together."""
        return replace(
            options,
            workers=max(1, self.workers // at_once),
            memory_mb=max(_LEAST_MEMORY_MB, self.memory_mb / at_once),
        )


def memory_of(mat_bytes: int) -> float:
    """Bytes that a session takes beyond its frames on their way, from the size of its session file."""
    return _MEMORY_PER_SESSION + _MEMORY_PER_MAT_BYTE * mat_bytes
