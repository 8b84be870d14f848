"""What the machine has, also where the system does not say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ssc_to_nwb.run import machine


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
