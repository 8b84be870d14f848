"""Reads chunked data sets back in order, fast: raw chunks from the file, inflated and put together in threads.

This is a reader of HDF5's standard filters, independent of the code that writes them. Data sets with other filters or
another layout are read by h5py.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import h5py
import numpy as np
from isal import igzip_lib

from ssc_to_nwb.parallel import keep_freed_memory, map_in_order

Result = TypeVar("Result")
_AHEAD_PER_WORKER = 3
# A chunk's room on its way, in its own size: as stored, inflated, put together, and what it is made into.
_COPIES_PER_CHUNK = 5
_MB = 2**20
_KNOWN_FILTERS: tuple[list[int], ...] = (
    [],
    [h5py.h5z.FILTER_DEFLATE],
    [h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_DEFLATE],
)


def map_chunks(
    function: Callable[[int, list[np.ndarray]], Result],
    datasets: Sequence[h5py.Dataset],
    pool: ThreadPoolExecutor,
    *,
    workers: int,
    memory_mb: float,
    starts: Sequence[int] | None = None,
) -> Iterator[Result]:
    """`function` of places along the first axis and the values of all data sets from there on, a chunk's, in order.

    datasets: of one size, at least one axis long; pool: of at least `workers` threads, in which chunks are inflated and
    `function` runs; memory_mb: room for chunks on their way, in 2^20 bytes, at least one; starts: of the chunks, all
    where None. The data sets are read by the calling thread alone. Raises OSError where a chunk cannot be read or is
    damaged.
    """
    rows = rows_per_chunk(datasets[0])
    chunk_bytes = rows * sum(math.prod(dataset.shape[1:]) * dataset.dtype.itemsize for dataset in datasets)
    room = int(memory_mb * _MB / (max(1, chunk_bytes) * _COPIES_PER_CHUNK))
    keep_freed_memory()
    chosen = range(0, datasets[0].shape[0], rows) if starts is None else starts
    ahead = max(1, min(workers * _AHEAD_PER_WORKER, room))
    if len({dataset.chunks for dataset in datasets}) > 1 or not all(map(can_read_chunks, datasets)):
        read = ((start, [dataset[start : start + rows] for dataset in datasets]) for start in chosen)
        yield from map_in_order(lambda chunk: function(*chunk), read, pool=pool, ahead=ahead)
        return
    decoders = [_Decoder(dataset) for dataset in datasets]

    def decode(chunk: tuple[int, list[bytes | None]]) -> Result:
        start, stored = chunk
        return function(start, [one.decode(start, part) for one, part in zip(decoders, stored, strict=True)])

    raw = ((start, [one.stored(start) for one in decoders]) for start in chosen)
    yield from map_in_order(decode, raw, pool=pool, ahead=ahead)


def read_blocks(
    dataset: h5py.Dataset, pool: ThreadPoolExecutor, *, workers: int, memory_mb: float
) -> Iterator[np.ndarray]:
    """The values of a data set in order, a chunk at a time; see `map_chunks`."""
    return map_chunks(lambda _, values: values[0], [dataset], pool, workers=workers, memory_mb=memory_mb)


def rows_per_chunk(dataset: h5py.Dataset) -> int:
    """How far a chunk reaches along the first axis; a data set without chunks is read in such of a few MB."""
    row_bytes = max(1, math.prod(dataset.shape[1:]) * dataset.dtype.itemsize)
    return int(dataset.chunks[0]) if dataset.chunks else max(1, 4 * _MB // row_bytes)


def can_read_chunks(dataset: h5py.Dataset) -> bool:
    """Whether the chunks of a data set are runs along its first axis, under filters that are undone here."""
    return (
        dataset.chunks is not None
        and dataset.chunks[1:] == dataset.shape[1:]
        and dataset.dtype.kind in "biuf"
        and _filters(dataset) in _KNOWN_FILTERS
    )


def add_values(digest: Any, values: np.ndarray) -> None:
    """Take values into a hash, in whatever byte order they are in memory."""
    digest.update(np.ascontiguousarray(values.astype(values.dtype.newbyteorder("<"), copy=False)).data)


def _filters(dataset: h5py.Dataset) -> list[int]:
    properties = dataset.id.get_create_plist()
    return [properties.get_filter(number)[0] for number in range(properties.get_nfilters())]


class _Decoder:
    """The filters of one data set, undone: `stored` is for the thread that owns the file, `decode` for any."""

    def __init__(self, dataset: h5py.Dataset) -> None:
        filters = _filters(dataset)
        self._dataset = dataset
        self._deflated = h5py.h5z.FILTER_DEFLATE in filters
        self._shuffled = h5py.h5z.FILTER_SHUFFLE in filters
        self._dtype = dataset.dtype
        self._chunks = dataset.chunks
        self._length = dataset.shape[0]

    def stored(self, start: int) -> bytes | None:
        """The chunk from `start` on as it is in the file; None where none was written."""
        offset = (start, *(0 for _ in self._chunks[1:]))
        info = self._dataset.id.get_chunk_info_by_coord(offset)
        if info.byte_offset is None:
            return None
        if info.filter_mask:
            raise OSError(f"{self._dataset.name}: the chunk at {start} leaves out filters of its data set")
        stored: bytes = self._dataset.id.read_direct_chunk(offset)[1]
        return stored

    def decode(self, start: int, stored: bytes | None) -> np.ndarray:
        """The elements of a chunk, without the padding of the last one."""
        rows = min(self._chunks[0], self._length - start)
        if stored is None:
            return np.full((rows, *self._chunks[1:]), self._dataset.fillvalue, dtype=self._dtype)
        size = math.prod(self._chunks) * self._dtype.itemsize
        raw = self._inflate(start, stored, size) if self._deflated else stored
        if len(raw) != size:
            raise OSError(f"{self._dataset.name}: the chunk at {start} holds {len(raw)} bytes, not {size}")
        flat = np.frombuffer(raw, dtype=np.uint8)
        values = self._join(flat) if self._shuffled else flat.view(self._dtype)
        return values.reshape(self._chunks)[:rows]

    def _inflate(self, start: int, stored: bytes, size: int) -> bytes:
        try:
            return igzip_lib.decompress(stored, igzip_lib.DECOMP_ZLIB, bufsize=size)
        except (ValueError, EOFError, igzip_lib.IsalError) as failure:  # type: ignore[misc]
            raise OSError(f"{self._dataset.name}: the chunk at {start} is damaged: {failure}") from failure

    def _join(self, flat: np.ndarray) -> np.ndarray:
        """Bytes of an element lie apart by the number of elements (HDF5's shuffle); put them together."""
        planes = flat.reshape(self._dtype.itemsize, -1)
        if self._dtype.itemsize == 2:
            # Arithmetic on whole numbers runs at several times the speed of strided byte copies.
            words = planes[1].astype("<u2")
            np.left_shift(words, 8, out=words)
            np.bitwise_or(words, planes[0], out=words)
            values: np.ndarray = words.view(self._dtype)
            return values
        values = np.empty(planes.shape[1], dtype=self._dtype)
        values.view(np.uint8).reshape(-1, self._dtype.itemsize)[...] = planes.T
        return values
