"""Memory that is kept for the next chunk."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

import pytest

from ssc_to_nwb.allocator import keep_freed_memory


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's allocator")
def test_glibc_takes_part_and_again_when_asked_twice() -> None:
    if not hasattr(ctypes.CDLL(None), "gnu_get_libc_version"):
        pytest.skip("another C library")
    assert keep_freed_memory()
    assert keep_freed_memory()


def test_other_c_libraries_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Without:
        def __init__(self, _: Any) -> None:
            pass

    monkeypatch.setattr(ctypes, "CDLL", Without)
    assert not keep_freed_memory()


def test_other_systems_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not keep_freed_memory()
