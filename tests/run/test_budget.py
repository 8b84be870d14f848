"""How threads and memory are shared out."""

from __future__ import annotations

import pytest

from ssc_to_nwb.options.conversion import ConversionOptions
from ssc_to_nwb.run.budget import Budget, memory_of

_MB = 2**20


@pytest.mark.parametrize(("workers", "sessions", "at_once"), [(4, 1, 1), (4, 9, 4), (1, 9, 1), (4, 2, 2)])
def test_there_are_never_more_sessions_at_once_than_threads(workers: int, sessions: int, at_once: int) -> None:
    assert Budget(workers=workers, memory_mb=1000).at_once(sessions) == at_once


@pytest.mark.parametrize(("workers", "at_once", "threads"), [(8, 1, 8), (8, 3, 2), (2, 2, 1), (1, 1, 1)])
def test_threads_and_memory_are_divided(workers: int, at_once: int, threads: int) -> None:
    share = Budget(workers=workers, memory_mb=900).share(ConversionOptions(raw="skip"), at_once=at_once)
    assert (share.workers, share.memory_mb, share.raw) == (threads, 900 / at_once, "skip")


def test_one_session_always_begins() -> None:
    assert Budget(workers=2, memory_mb=1).admits(10**12, [])


def test_another_session_begins_if_both_fit() -> None:
    mat_bytes = 100 * _MB
    both = 2 * memory_of(mat_bytes) / _MB
    assert Budget(workers=2, memory_mb=both).admits(mat_bytes, [mat_bytes])
    assert not Budget(workers=2, memory_mb=both / 2).admits(mat_bytes, [mat_bytes])


def test_small_sessions_fit_in_great_number() -> None:
    assert Budget(workers=8, memory_mb=256).admits(20_000, [20_000] * 7)


def test_sessions_of_many_rois_and_few_trials_are_not_taken_for_small() -> None:
    # Measured: 44 MB of file take 600 MB of memory; two of them at once take more than 1024 + 300 MB in all.
    assert not Budget(workers=2, memory_mb=1024).admits(44 * _MB, [44 * _MB])
