"""Fills the arrays of a Zarr store chunk by chunk, in threads or wherever a fill is sent: it can be pickled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any

import numpy as np

from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
from ssc_to_nwb.nwb_file.chunk_fills import turn
from ssc_to_nwb.tif.lazy_pages import LazyPages

_MB = 2**20
# Room that a block takes while it is written, in its own size: read, turned, and compressed.
_COPIES_PER_BLOCK = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ZarrFill:
    """Arrays of one length that are filled together: one array, or all channels of a stack.

    store: path of the Zarr folder; names: of the arrays in it; rows: of a chunk.
    """

    store: str
    names: tuple[str, ...]
    source: np.ndarray | LazyPages | PlaneStack
    length: int
    rows: int
    row_bytes: int

    @classmethod
    def of_array(cls, store: str, name: str, values: np.ndarray | LazyPages) -> ZarrFill:
        """A fill of one array from its values."""
        rows = _open(store, name).chunks[0]
        shape, dtype = values.shape, np.dtype(values.dtype)
        row_bytes = int(np.prod(shape[1:], dtype=np.int64)) * dtype.itemsize
        return cls(store=store, names=(name,), source=values, length=shape[0], rows=rows, row_bytes=row_bytes)

    @classmethod
    def of_stack(cls, store: str, names: tuple[str, ...], stack: PlaneStack) -> ZarrFill:
        """A fill of the channels of a stack, green first."""
        return cls(
            store=store,
            names=names,
            source=stack,
            length=stack.frame_count,
            rows=_open(store, names[0]).chunks[0],
            row_bytes=len(stack.channels) * stack.frame_bytes,
        )

    @property
    def is_stack(self) -> bool:
        """Whether these are the frames of a plane."""
        return isinstance(self.source, PlaneStack)

    @property
    def byte_size(self) -> int:
        """Bytes of all values."""
        return self.length * self.row_bytes

    @property
    def block_bytes(self) -> int:
        """Bytes of the values of one block."""
        return min(self.rows, self.length) * self.row_bytes

    def starts(self) -> range:
        """Where the blocks begin."""
        return range(0, self.length, self.rows)

    def write(self, start: int) -> int:
        """Write the block that begins at `start`; returns the bytes of its values. Called in threads.

        Raises SscError as `PlaneStack.read` does, OSError of the disk.
        """
        stop = min(start + self.rows, self.length)
        for name, values in zip(self.names, self._read(start, stop), strict=True):
            _open(self.store, name)[start:stop] = values
        return (stop - start) * self.row_bytes

    def _read(self, start: int, stop: int) -> list[np.ndarray]:
        source = self.source
        if isinstance(source, PlaneStack):
            pages = source.read_all(start, stop)
            rows, columns = source.image_shape
            turned = []
            for channel in range(len(source.channels)):
                frames = np.empty((stop - start, columns, rows), dtype=source.dtype)
                turn(pages[:, channel], frames)
                turned.append(frames)
            return turned
        return [source.read(start, stop) if isinstance(source, LazyPages) else source[start:stop]]


# Writes fills, and yields the bytes of values written since it last did.
PlaneFiller = Callable[..., Iterator[int]]


def fill_in_threads(fills: Sequence[ZarrFill], *, workers: int, memory_mb: float) -> Iterator[int]:
    """Write fills in threads, their blocks in turns; yields the bytes of values of each block that is written.

    Memory stays below `memory_mb` (2^20 bytes) as far as a single block fits. An exception ends the work: waiting
    blocks are dropped, running ones finish. Raises what `ZarrFill.write` raises.
    """
    largest = max((fill.block_bytes for fill in fills), default=1)
    at_once = max(1, min(workers, int(memory_mb * _MB / (largest * _COPIES_PER_BLOCK))))
    blocks = _in_turns(fills)
    running: set[Future[int]] = set()
    with ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="blocks") as pool:
        try:
            for fill, start in blocks:
                running.add(pool.submit(fill.write, start))
                if len(running) > at_once:
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    yield sum(future.result() for future in done)
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield sum(future.result() for future in done)
        finally:
            for future in running:
                future.cancel()


def fill_plane(fill: ZarrFill, *, workers: int, memory_mb: float) -> int:
    """Write one fill, wherever this is called; returns the bytes of its values."""
    return sum(fill_in_threads([fill], workers=workers, memory_mb=memory_mb))


def _in_turns(fills: Sequence[ZarrFill]) -> Iterator[tuple[ZarrFill, int]]:
    """The blocks of all fills, one of each in turn, so that files of several planes are read side by side."""
    columns = [[(fill, start) for start in fill.starts()] for fill in fills]
    return (block for block in chain.from_iterable(zip_longest(*columns)) if block is not None)


def _open(store: str, name: str) -> Any:
    import zarr

    return zarr.open_array(zarr.DirectoryStore(store), path=name, mode="r+")
