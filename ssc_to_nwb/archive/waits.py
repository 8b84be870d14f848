"""What the dandi client does without an end in sight, cut short when the work is stopped: waits and checksums.

The client waits with `time.sleep`, as long as a server asks for in Retry-After (up to a week) and between up to twelve
tries of a request; a thread that sleeps so would keep the program from ending after Ctrl-C. Within the context the
names by which the client sleeps are bound to a wait that ends when `stop` is set. Where a later client no longer has
those names, it waits as it did; a test says so.

A checksum of a large file takes minutes; it is taken part by part (64 MiB), and ends between two of them.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any, TypeVar
from unittest.mock import patch

from dandischema.digests.dandietag import DandiETag

from ssc_to_nwb.archive.http_guard import TransferStoppedError

#: Modules of the dandi client, and the name of `time.sleep` in them.
SLEEPING_MODULES = ("dandi.dandiapi", "dandi.files.zarr")
SLEEP_NAME = "sleep"
#: The module that repeats requests, and the name of the library tenacity in it.
RETRYING_MODULE = "dandi.dandiapi"
RETRYING_NAME = "tenacity"


Item = TypeVar("Item")
Result = TypeVar("Result")


def wait_or_stop(stop: threading.Event, seconds: float) -> None:
    """Wait; raises TransferStoppedError as soon as `stop` is set."""
    if stop.wait(seconds):
        raise TransferStoppedError


@contextmanager
def interruptible_waits(stop: threading.Event) -> Iterator[None]:
    """Within the context, the waits and the checksums of the dandi client end when `stop` is set."""
    add_part = DandiETag.update

    def wait(seconds: float) -> None:
        wait_or_stop(stop, seconds)

    def add_part_unless_stopped(etag: DandiETag, *arguments: Any, **options: Any) -> None:
        if stop.is_set():
            raise TransferStoppedError
        add_part(etag, *arguments, **options)

    with ExitStack() as stack:
        stack.enter_context(patch.object(DandiETag, "update", add_part_unless_stopped))
        for name in SLEEPING_MODULES:
            module = importlib.import_module(name)
            if hasattr(module, SLEEP_NAME):
                stack.enter_context(patch.object(module, SLEEP_NAME, wait))
        module = importlib.import_module(RETRYING_MODULE)
        library = getattr(module, RETRYING_NAME, None)
        if library is not None:
            # A stand-in for the library in that one module: others that use it in this process are left alone.
            own = SimpleNamespace(**{**vars(library), "Retrying": partial(library.Retrying, sleep=wait)})
            stack.enter_context(patch.object(module, RETRYING_NAME, own))
        yield


def in_threads(
    function: Callable[[Item], Result], items: Iterable[Item], *, jobs: int, stop: threading.Event
) -> Iterator[Result]:
    """The results for all items, in their order, `jobs` at a time; Ctrl-C sets `stop`, which ends those under way."""
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        try:
            yield from pool.map(function, items)
        except KeyboardInterrupt:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
