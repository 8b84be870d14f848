"""What work in threads and in processes has in common, whatever it is."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from types import ModuleType
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_in_order(
    function: Callable[[Item], Result], items: Iterable[Item], *, pool: Executor, ahead: int
) -> Iterator[Result]:
    """The results of `function`, in the order of the items, and never more on their way than there is room.

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


@contextmanager
def without_main_module() -> Iterator[None]:
    """Keep a new process from running the caller's script once more: nothing of it is needed there.

    multiprocessing looks at `__main__` while a process starts, and would import the script; a script without the
    guard `if __name__ == "__main__"` would then begin its conversion again in every process.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
