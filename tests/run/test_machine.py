"""What the machine has, also where the system does not say, and how it is shared out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ssc_to_nwb.options.conversion import ConversionOptions
from ssc_to_nwb.run import machine
from ssc_to_nwb.run.machine import admits, at_once, memory_of, share_of

_MB = 2**20


def test_processors_are_those_this_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {3, 5, 7}, raising=False)
    assert machine.processors() == 3


def test_all_processors_count_where_the_system_knows_no_affinity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert machine.processors() == 6
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert machine.processors() == 1


@pytest.mark.parametrize(("limit", "half_mb"), [("1073741824", 512.0), ("max", 4096.0)])
def test_the_memory_is_that_of_the_machine_or_of_the_container(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, half_mb: float
) -> None:
    (tmp_path / "memory.max").write_text(f"{limit}\n")
    monkeypatch.setattr(machine, "_CGROUP_LIMIT", tmp_path / "memory.max")
    monkeypatch.setattr(os, "sysconf", {"SC_PHYS_PAGES": 2**21, "SC_PAGE_SIZE": 4096}.__getitem__, raising=False)
    assert machine.half_the_memory_mb() == half_mb


def test_a_machine_that_does_not_say_is_taken_for_a_small_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_CGROUP_LIMIT", tmp_path / "none")
    monkeypatch.delattr(os, "sysconf", raising=False)
    assert machine.half_the_memory_mb() == 1024.0


@pytest.mark.parametrize(("workers", "sessions", "wanted"), [(4, 1, 1), (4, 9, 4), (1, 9, 1), (4, 2, 2)])
def test_there_are_never_more_sessions_at_once_than_threads(workers: int, sessions: int, wanted: int) -> None:
    assert at_once(ConversionOptions(workers=workers, memory_mb=1000), sessions) == wanted


@pytest.mark.parametrize(("workers", "at_once", "threads"), [(8, 1, 8), (8, 3, 2), (2, 2, 1), (1, 1, 1)])
def test_threads_and_memory_are_divided(workers: int, at_once: int, threads: int) -> None:
    share = share_of(ConversionOptions(workers=workers, memory_mb=900, raw="skip"), at_once=at_once)
    assert (share.workers, share.memory_mb, share.raw) == (threads, 900 / at_once, "skip")


def test_one_session_always_begins() -> None:
    assert admits(ConversionOptions(workers=2, memory_mb=1), 10**12, [])


def test_another_session_begins_if_both_fit() -> None:
    mat_bytes = 100 * _MB
    both = 2 * memory_of(mat_bytes) / _MB
    assert admits(ConversionOptions(workers=2, memory_mb=both), mat_bytes, [mat_bytes])
    assert not admits(ConversionOptions(workers=2, memory_mb=both / 2), mat_bytes, [mat_bytes])


def test_small_sessions_fit_in_great_number() -> None:
    assert admits(ConversionOptions(workers=8, memory_mb=256), 20_000, [20_000] * 7)


def test_sessions_of_many_rois_and_few_trials_are_not_taken_for_small() -> None:
    # Measured: 44 MB of file take 600 MB of memory; two of them at once take more than 1024 + 300 MB in all.
    assert not admits(ConversionOptions(workers=2, memory_mb=1024), 44 * _MB, [44 * _MB])
