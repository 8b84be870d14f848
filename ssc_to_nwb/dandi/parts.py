"""The parts of files that are in memory while they are sent: how many at once, and an end to them in time.

`iter_upload` of the dandi client reads a file in parts of 64 MiB, each whole into memory, in threads of its own, and
hands back a status after each part. It sends all parts before it says that one of them failed, and it cannot be
stopped in between; and a part that was sent stays in memory until Python looks for reference cycles. Both are solved
here from outside, by the file that it is given to read.
"""

from __future__ import annotations

import gc
import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dandischema.digests.dandietag import PartGenerator

#: How long a part that was sent may stay without its status before it counts as failed.
PATIENCE_S = 60.0
_POLL_S = 0.5


class TransferStoppedError(Exception):
    """Nothing more is to be read of the file."""


def part_size(file_size: int) -> int:
    """Bytes of the parts that a file of this size is sent in."""
    return int(PartGenerator.for_file_size(max(file_size, 1)).initial_part_size)


class PartFlow:
    """How far one file has got, in bytes that the client has said are sent.

    parts: how many may be read and not yet be sent; is_stopped: whether nothing more is to be sent.
    """

    def __init__(self, *, parts: int, is_stopped: Callable[[], bool]) -> None:
        self.sent = 0
        self._room = threading.Semaphore(parts)
        self._is_stopped = is_stopped
        self._has_failed = False

    def begin_part(self) -> None:
        """Wait for room for a part, and take it. Raises TransferStoppedError, also where a part before has failed.

        Whoever asks for its next part has ended the one before. Where no status comes of that, it has failed, and none
        of the parts that are left is waited for.
        """
        waited = 0.0
        while not self._is_stopped() and not self._has_failed and waited <= PATIENCE_S:
            if self._room.acquire(timeout=_POLL_S):
                return
            waited += _POLL_S
        self._has_failed = True
        raise TransferStoppedError

    def note_sent(self, sent: int) -> None:
        """Take note of the bytes that the client says are sent with one more part, and give its memory back."""
        gc.collect()
        self.sent = sent
        self._room.release()


class PartReader(io.BufferedReader):
    """A file open for reading whose reads wait for their turn."""

    def __init__(self, path: Path, flow: PartFlow) -> None:
        super().__init__(io.FileIO(path))
        self._flow = flow

    def read(self, size: int | None = -1, /) -> bytes:
        """Up to `size` bytes. Raises TransferStoppedError."""
        self._flow.begin_part()
        return super().read(size)


class PartPath(type(Path())):  # type: ignore[misc]
    """The path of a file that is read in parts; where it is opened, reads wait for their turn."""

    flow: PartFlow

    def open(self, *_: Any, **__: Any) -> PartReader:
        """Open the file for reading bytes, which is all that is done with it."""
        return PartReader(Path(self), self.flow)


def path_in_parts(path: Path, flow: PartFlow) -> Path:
    """A path whose file is read as `flow` allows."""
    guarded = PartPath(path)
    guarded.flow = flow
    return guarded


class Room:
    """Bytes of memory that all files together may take for their parts."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._taken = 0
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, size: int) -> Iterator[None]:
        """Wait until there is room, and hold it within the context; what is larger than all room goes alone."""
        with self._changed:
            self._changed.wait_for(lambda: self._taken == 0 or self._taken + size <= self._size)
            self._taken += size
        try:
            yield
        finally:
            with self._changed:
                self._taken -= size
                self._changed.notify_all()


@contextmanager
def light_collections() -> Iterator[None]:
    """Within the context, looking for reference cycles passes over all that is there already, so that it is quick."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
