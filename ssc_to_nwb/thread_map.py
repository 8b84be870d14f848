"""A function over many items in threads: results in order, and never more of them on their way than there is room."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_in_order(
    function: Callable[[Item], Result], items: Iterable[Item], *, pool: Executor, ahead: int
) -> Iterator[Result]:
    """The results of `function`, in the order of the items.

    items: drawn by the calling thread alone, one at a time, so that a generator may read from a file of its own; ahead:
    how many of them may be drawn whose result was not taken, at least 1. When the caller stops taking results, what was
    not begun is cancelled.
    """
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
