"""Fills reserved HDF5 data sets chunk by chunk: encoded in threads, written in order by the thread owning the file.

What is written depends on the values alone, not on the number of workers: chunks reach the file in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from ssc_to_nwb.allocator import keep_freed_memory
from ssc_to_nwb.nwb_file.chunk_fills import ChunkFill, Scratch
from ssc_to_nwb.parallel import map_in_order

# Chunks that may wait to be written, per worker, so that no worker waits for the disk.
_AHEAD_PER_WORKER = 3
# Room a chunk takes on its way, in its own size: read, turned, split, and compressed.
_COPIES_PER_CHUNK = 4
_MB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class FillProgress:
    """How far a fill has come: bytes of values before compression, and bytes written to the file."""

    done_bytes: int
    total_bytes: int
    written_bytes: int


def fill_datasets(
    fills: Sequence[ChunkFill],
    *,
    workers: int,
    memory_mb: float,
    after: Callable[[ChunkFill], None] = lambda _fill: None,
) -> Iterator[FillProgress]:
    """Fill the data sets of all `fills`, one after the other; yields after each step, calls `after` after each fill.

    Closing the generator, or an exception thrown into it, stops the work: waiting chunks are dropped, running ones
    finish. Memory stays below `memory_mb` (2^20 bytes) as far as a single chunk fits. Raises whatever a fill raises
    (SscError naming the frame) and OSError of the disk.
    """
    keep_freed_memory()
    total = sum(fill.length * fill.row_bytes for fill in fills)
    done = written = 0
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="chunks") as pool:
        for fill in fills:
            for start, chunks in _encoded(fill, pool, workers=workers, memory_mb=memory_mb):
                written += _write(fill, start, chunks)
                done += min(fill.rows, fill.length - start) * fill.row_bytes
                yield FillProgress(done_bytes=done, total_bytes=total, written_bytes=written)
            after(fill)


def _encoded(
    fill: ChunkFill, pool: ThreadPoolExecutor, *, workers: int, memory_mb: float
) -> Iterator[tuple[int, list[bytes]]]:
    """Start and finished chunks of each step of a fill, in order."""
    room = max(1, int(memory_mb * _MB / (fill.rows * fill.row_bytes * _COPIES_PER_CHUNK)))
    ahead = min(workers * _AHEAD_PER_WORKER, room)
    idle: SimpleQueue[Scratch] = SimpleQueue()

    def encode(start: int) -> tuple[int, list[bytes]]:
        try:
            scratch = idle.get_nowait()
        except Empty:
            scratch = fill.scratch()
        try:
            return start, fill.encode(start, scratch)
        finally:
            idle.put(scratch)

    def announced() -> Iterator[int]:
        for start in range(0, fill.length, fill.rows):
            fill.announce(start)
            yield start

    return map_in_order(encode, announced(), pool=pool, ahead=ahead)


def _write(fill: ChunkFill, start: int, chunks: list[bytes]) -> int:
    for dataset, chunk in zip(fill.datasets, chunks, strict=True):
        offset = (start, *(0 for _ in dataset.shape[1:]))
        dataset.id.write_direct_chunk(offset, chunk)
    return sum(map(len, chunks))
