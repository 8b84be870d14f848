"""Turns arrays into finished HDF5 chunks under the standard filters shuffle and gzip, at the speed of memory.

The bytes are those HDF5's own filters would accept: byte planes (shuffle) in a zlib stream (RFC 1950), made by ISA-L.
No reader needs a plug-in for them.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import h5py
import numpy as np
from isal import igzip_lib, isal_zlib

# Denser than `fast` by a few per cent at about a twentieth of its rate: what is left to gain in shot noise.
_SMALL_ZLIB_LEVEL = 9
_FAST_ISAL_LEVEL = 1
# Shot noise has runs but no repeats worth finding. A search window of two bytes leaves runs and Huffman codes: twice as
# fast as the full window, and smaller too, as chance repeats cost more than they save. Traces and tables do repeat.
NOISE_WINDOW_BITS = 1
FULL_WINDOW_BITS = 15
_ZLIB_HEADER = b"\x78\x01"
_STORED_BLOCK_BYTES = 65535
# A plane of bytes that shrinks less than this is stored as it is. The file is larger for it by about a tenth at most;
# conversion with verification takes a quarter less time, and any reader inflates the file twice as fast.
_WORTH_DEFLATING = 0.9
_SAMPLE_BYTES = 16384
_SHUFFLE_GZIP = [h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_DEFLATE]


class Compression(StrEnum):
    """`fast`: ISA-L; `small`: zlib at its densest; `none`: chunks without filters."""

    FAST = "fast"
    SMALL = "small"
    NONE = "none"

    def dataset_options(self) -> dict[str, Any]:
        """Options for `H5DataIO` or `h5py.Group.create_dataset` that declare the filters."""
        if self is Compression.NONE:
            return {}
        level = _SMALL_ZLIB_LEVEL if self is Compression.SMALL else _FAST_ISAL_LEVEL
        return {"compression": "gzip", "compression_opts": level, "shuffle": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkCodec:
    """The filters of one data set, and how hard to compress.

    dtype: little-endian, of the data set's elements; deflate: whether the data set has HDF5's gzip filter;
    window_bits: how far ISA-L looks back for repeats, as a power of two.
    """

    dtype: np.dtype
    shuffle: bool
    deflate: bool
    compression: Compression
    window_bits: int

    @classmethod
    def of(cls, dataset: h5py.Dataset, compression: Compression, *, window_bits: int) -> ChunkCodec:
        """The codec for a reserved data set. Raises ValueError for filters other than shuffle and gzip."""
        properties = dataset.id.get_create_plist()
        filters = [properties.get_filter(number)[0] for number in range(properties.get_nfilters())]
        if filters not in ([], [h5py.h5z.FILTER_SHUFFLE], _SHUFFLE_GZIP, [h5py.h5z.FILTER_DEFLATE]):
            raise ValueError(f"{dataset.name} has filters that are not written here: {filters}")
        return cls(
            dtype=dataset.dtype,
            shuffle=h5py.h5z.FILTER_SHUFFLE in filters,
            deflate=h5py.h5z.FILTER_DEFLATE in filters,
            compression=compression,
            window_bits=window_bits,
        )

    def planes_for(self, element_count: int) -> np.ndarray:
        """Room for the byte planes of a chunk: uint8 (itemsize, n), or (1, bytes) without shuffle."""
        size = self.dtype.itemsize
        return np.empty((size, element_count) if self.shuffle else (1, element_count * size), dtype=np.uint8)

    def encode(self, values: np.ndarray, planes: np.ndarray | None = None) -> bytes | np.ndarray:
        """The chunk's bytes as they are in the file.

        values: the whole chunk, C-contiguous, of this codec's dtype; planes: room from `planes_for`, allocated here
        where it is None. What is returned may be `planes` itself.
        """
        if planes is None:
            planes = self.planes_for(values.size)
        split_bytes(values, planes)
        return self.compress(planes)

    def compress(self, planes: np.ndarray) -> bytes | np.ndarray:
        """The chunk's bytes as they are in the file, from its byte planes; may be `planes` itself."""
        if not self.deflate:
            return planes
        if self.compression is Compression.SMALL:
            return zlib.compress(planes.data, _SMALL_ZLIB_LEVEL)
        return deflate_planes(planes, window_bits=self.window_bits)


def split_bytes(values: np.ndarray, planes: np.ndarray) -> None:
    """HDF5's shuffle: byte k of every element into row k of `planes` (itemsize, n); one row takes them as they are."""
    flat = values.reshape(-1)
    if len(planes) == 1:
        planes[0] = flat.view(np.uint8)
    elif flat.dtype.itemsize == 2 and flat.dtype.kind in "ui" and _is_little_endian(flat.dtype):
        # Shifts and narrowing casts run at several times the speed of strided byte copies.
        words = flat.view("<u2")
        np.copyto(planes[0], words, casting="unsafe")
        np.right_shift(words, 8, out=planes[1], casting="unsafe")
    else:
        planes[...] = flat.view(np.uint8).reshape(-1, flat.dtype.itemsize).T


def _is_little_endian(dtype: np.dtype) -> bool:
    return dtype.newbyteorder("<") == dtype


def deflate_planes(planes: np.ndarray, *, window_bits: int) -> bytes:
    """A zlib stream of the rows of `planes`, one after the other; rows that will not shrink are stored.

    The low bytes of bright shot noise are as good as random: ISA-L finds that out at a third of the speed of a copy,
    so a sample of each row decides. The choice depends on the values alone.
    """
    stored = 0
    while stored < len(planes) - 1 and not _shrinks(planes[stored], window_bits):
        stored += 1
    if not stored:
        return _deflate(planes, igzip_lib.COMP_ZLIB, window_bits)
    rest = _deflate(planes[stored:], igzip_lib.COMP_DEFLATE, window_bits)
    checksum = isal_zlib.adler32(planes)
    return b"".join((_ZLIB_HEADER, *_stored_blocks(planes[:stored]), rest, struct.pack(">I", checksum)))


def _deflate(data: np.ndarray, flag: int, window_bits: int) -> bytes:
    return igzip_lib.compress(data, _FAST_ISAL_LEVEL, flag, igzip_lib.MEM_LEVEL_EXTRA_LARGE, window_bits)


def _shrinks(row: np.ndarray, window_bits: int) -> bool:
    if len(row) < 4 * _SAMPLE_BYTES:
        return True
    middle = len(row) // 2
    sample = row[middle : middle + _SAMPLE_BYTES]
    packed = _deflate(sample, igzip_lib.COMP_DEFLATE, window_bits)
    return len(packed) < _WORTH_DEFLATING * _SAMPLE_BYTES


def _stored_blocks(planes: np.ndarray) -> list[bytes | memoryview]:
    """Deflate's stored blocks (RFC 1951, 3.2.4), none of them the last of the stream."""
    data = planes.data.cast("B")
    parts: list[bytes | memoryview] = []
    for start in range(0, len(data), _STORED_BLOCK_BYTES):
        block = data[start : start + _STORED_BLOCK_BYTES]
        parts += (struct.pack("<BHH", 0, len(block), len(block) ^ 0xFFFF), block)
    return parts
