"""A function over many items in threads, and memory that is kept for the next chunk."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ssc_to_nwb.parallel import keep_freed_memory, map_in_order


def test_results_come_in_the_order_of_the_items() -> None:
    second_is_done = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            second_is_done.wait()
        if number == 1:
            second_is_done.set()
        return number * number

    with ThreadPoolExecutor(2) as pool:
        assert list(map_in_order(work, range(5), pool=pool, ahead=2)) == [0, 1, 4, 9, 16]


def test_no_more_items_are_drawn_than_there_is_room_for() -> None:
    drawn: list[int] = []

    def items() -> Iterator[int]:
        for number in range(10):
            drawn.append(number)
            yield number

    with ThreadPoolExecutor(2) as pool:
        results = map_in_order(lambda number: number, items(), pool=pool, ahead=3)
        for taken in range(1, 8):
            next(results)
            assert len(drawn) == taken + 2


def test_an_error_is_passed_on_and_what_was_not_begun_is_cancelled() -> None:
    begun: list[int] = []
    over = threading.Event()

    def work(number: int) -> int:
        begun.append(number)
        if number == 0:
            raise LookupError("of the first")
        over.wait()
        return number

    with ThreadPoolExecutor(1) as pool:
        results = map_in_order(work, range(100), pool=pool, ahead=50)
        with pytest.raises(LookupError):
            next(results)
        over.set()
    assert len(begun) <= 2


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
