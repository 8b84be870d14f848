"""Fills reserved HDF5 data sets chunk by chunk: encoded in threads, written in order by the thread owning the file.

What is written depends on the values alone, not on the number of workers: chunks reach the file in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue

import h5py
import numpy as np

from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
from ssc_to_nwb.image_axes import to_nwb_axes
from ssc_to_nwb.nwb_file.chunk_codec import (
    FULL_WINDOW_BITS,
    NOISE_WINDOW_BITS,
    ChunkCodec,
    Compression,
    split_bytes,
)
from ssc_to_nwb.parallel import keep_freed_memory, map_in_order
from ssc_to_nwb.tif.lazy_pages import LazyPages

# Rows of a page that are turned at a time: a strip of them and its columns stay in the processor's first cache.
_STRIP_ROWS = 32
# Chunks that may wait to be written, per worker, so that no worker waits for the disk.
_AHEAD_PER_WORKER = 3
# Room a chunk takes on its way, in its own size: read, turned, split, and compressed.
_COPIES_PER_CHUNK = 4
_MB = 2**20

# One thread's arrays, allocated once and used for every chunk of a fill.
Scratch = dict[str, np.ndarray]


def check_chunks(dataset: h5py.Dataset, shape: tuple[int, ...], dtype: np.dtype) -> None:
    """Raises ValueError unless a data set is reserved for such values in chunks whole along all axes but the first."""
    if dataset.shape != tuple(shape) or dataset.dtype != dtype:
        raise ValueError(
            f"{dataset.name} was reserved as {dataset.shape} {dataset.dtype}, the values are {shape} {dtype}"
        )
    if dataset.chunks is None or dataset.chunks[1:] != dataset.shape[1:]:
        raise ValueError(
            f"{dataset.name} has chunks {dataset.chunks}; they must be whole along every axis but the first"
        )


class ArrayFill:
    """Fills one data set from an array, or from pages that are read block by block.

    length: elements along the first axis; rows: those of a chunk; row_bytes: of one element in all data sets.
    """

    def __init__(self, dataset: h5py.Dataset, values: np.ndarray | LazyPages, compression: Compression) -> None:
        check_chunks(dataset, values.shape, values.dtype.newbyteorder("="))
        self.datasets = (dataset,)
        self.length = values.shape[0]
        self.rows = dataset.chunks[0]
        self.row_bytes = int(np.prod(values.shape[1:], dtype=np.int64)) * values.dtype.itemsize
        self._values = values
        self._chunk_shape = dataset.chunks
        self._codec = ChunkCodec.of(dataset, compression, window_bits=FULL_WINDOW_BITS)

    def announce(self, start: int) -> None:
        """Nothing: arrays are read when they are wanted."""

    def scratch(self) -> Scratch:
        """Room for a padded chunk and its byte planes."""
        chunk = np.zeros(self._chunk_shape, dtype=self._codec.dtype)
        return {"chunk": chunk, "planes": self._codec.planes_for(chunk.size)}

    def encode(self, start: int, scratch: Scratch) -> list[bytes]:
        """One chunk; a last one that is not full is padded with zeros, as HDF5 does. Called in threads."""
        stop = min(start + self.rows, self.length)
        chunk = scratch["chunk"]
        values = self._values
        chunk[: stop - start] = values.read(start, stop) if isinstance(values, LazyPages) else values[start:stop]
        chunk[stop - start :] = 0
        return [bytes(self._codec.encode(chunk, scratch["planes"]))]


class FramesFill:
    """Fills the data sets of all channels of a stack, (time, column, row), from one reading of its files.

    As `ArrayFill`; datasets: in the order of the chunks that `encode` gives.
    """

    def __init__(self, datasets: Sequence[h5py.Dataset], stack: PlaneStack, compression: Compression) -> None:
        rows, columns = stack.image_shape
        if len(datasets) != len(stack.channels):
            raise ValueError(f"{len(datasets)} data sets for {len(stack.channels)} channels")
        for dataset in datasets:
            check_chunks(dataset, (stack.frame_count, columns, rows), stack.dtype)
        if len({dataset.chunks for dataset in datasets}) != 1:
            raise ValueError("the channels of a stack must have chunks of one shape")
        self.datasets = tuple(datasets)
        self.plane_name = stack.plane_name
        self.length = stack.frame_count
        self.rows = datasets[0].chunks[0]
        self.row_bytes = len(stack.channels) * stack.frame_bytes
        self._stack = stack
        self._codecs = [ChunkCodec.of(dataset, compression, window_bits=NOISE_WINDOW_BITS) for dataset in datasets]

    def announce(self, start: int) -> None:
        """Let the disk fetch the pages of a chunk while those before it are compressed. Called by one thread."""
        self._stack.announce(start, min(start + self.rows, self.length))

    def scratch(self) -> Scratch:
        """Room for the pages of a chunk as they come from the files, a page turned, and the chunk's byte planes."""
        rows, columns = self._stack.image_shape
        return {
            "pages": np.empty((self.rows, len(self._stack.channels), rows, columns), dtype=self._stack.dtype),
            "turned": np.empty((columns, rows), dtype=self._stack.dtype),
            "planes": self._codecs[0].planes_for(self.rows * columns * rows),
        }

    def encode(self, start: int, scratch: Scratch) -> list[bytes]:
        """One chunk of each channel. Raises SscError as `PlaneStack.read` does."""
        stop = min(start + self.rows, self.length)
        pages = self._stack.read_all(start, stop, scratch["pages"])
        turned, planes = scratch["turned"], scratch["planes"]
        width = planes.shape[1] // self.rows
        chunks = []
        for channel, codec in enumerate(self._codecs):
            # A page at a time: what was turned is still in the cache when its bytes are split.
            for place, page in enumerate(pages[:, channel]):
                turn(page, turned)
                split_bytes(turned, planes[:, place * width : (place + 1) * width])
            planes[:, (stop - start) * width :] = 0
            chunks.append(bytes(codec.compress(planes)))
        return chunks


ChunkFill = ArrayFill | FramesFill


def turn(page: np.ndarray, turned: np.ndarray) -> None:
    """Copy a page (row, column) into NWB's axes (column, row), a strip of rows at a time."""
    for top in range(0, len(page), _STRIP_ROWS):
        turned[:, top : top + _STRIP_ROWS] = to_nwb_axes(page[top : top + _STRIP_ROWS])


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
