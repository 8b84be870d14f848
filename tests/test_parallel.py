"""A function over many items in threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from ssc_to_nwb.parallel import map_in_order


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
