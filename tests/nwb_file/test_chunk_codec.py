"""Finished chunks: what HDF5's own filters would have written, as far as a reader can see."""

from __future__ import annotations

import io
import zlib
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssc_to_nwb.nwb_file.chunk_codec import (
    FULL_WINDOW_BITS,
    NOISE_WINDOW_BITS,
    ChunkCodec,
    Compression,
    deflate_planes,
    split_bytes,
)

WINDOWS = pytest.mark.parametrize("window_bits", [NOISE_WINDOW_BITS, FULL_WINDOW_BITS])
KINDS = {
    "nothing": np.zeros(300_000, np.uint16),
    "few photons": np.random.default_rng(0).poisson(3, 300_000).astype(np.uint16),
    "bright noise": np.random.default_rng(1).normal(3000, 150, 300_000).astype(np.uint16),
    "random": np.random.default_rng(2).integers(0, 65536, 300_000).astype(np.uint16),
    "ramp": np.arange(300_000).astype(np.uint16),
    "negative": np.random.default_rng(3).normal(0, 40, 300_000).astype(np.int16),
}


def file_in_memory() -> h5py.File:
    return h5py.File(io.BytesIO(), "w")


@pytest.mark.parametrize("dtype", ["u1", "i2", "u2", "i4", "f4", "f8"])
def test_bytes_are_split_as_hdf5_does(dtype: str) -> None:
    values = (np.random.default_rng(0).normal(0, 50, 1000)).astype(dtype)
    with file_in_memory() as file:
        dataset = file.create_dataset("x", data=values, chunks=(1000,), shuffle=True)
        _, stored = dataset.id.read_direct_chunk((0,))
    planes = np.empty((values.dtype.itemsize, 1000), np.uint8)
    split_bytes(values, planes)
    assert planes.tobytes() == stored


@WINDOWS
@pytest.mark.parametrize("kind", KINDS)
def test_zlib_inflates_what_is_deflated(kind: str, window_bits: int) -> None:
    values = KINDS[kind]
    planes = np.empty((2, values.size), np.uint8)
    split_bytes(values, planes)
    assert zlib.decompress(deflate_planes(planes, window_bits=window_bits)) == planes.tobytes()


def test_bytes_that_will_not_shrink_are_stored() -> None:
    planes = np.empty((2, 300_000), np.uint8)
    split_bytes(KINDS["bright noise"], planes)
    packed = deflate_planes(planes, window_bits=NOISE_WINDOW_BITS)
    assert planes[0, :60_000].tobytes() in packed
    assert len(packed) < 0.75 * planes.size


@pytest.mark.parametrize(("width", "stored"), [(44, True), (27, False)])
def test_a_plane_is_stored_where_it_would_shrink_by_less_than_a_tenth(width: int, stored: bool) -> None:
    """Codes of normally distributed bytes take log2(4.13 * width) of 8 bits: 94 % of them at 44, 85 % at 27."""
    low = np.random.default_rng(4).normal(128, width, 300_000).astype(np.uint8)
    planes = np.stack([low, np.zeros_like(low)])
    packed = deflate_planes(planes, window_bits=NOISE_WINDOW_BITS)
    assert (low[:60_000].tobytes() in packed) == stored
    assert zlib.decompress(packed) == planes.tobytes()


@settings(max_examples=60)
@given(st.integers(1, 200_000), st.integers(1, 8), st.integers(0, 2**32 - 1), st.sampled_from([2, 40, 256]))
def test_any_planes_come_back(length: int, rows: int, seed: int, levels: int) -> None:
    planes = np.random.default_rng(seed).integers(0, levels, (rows, length)).astype(np.uint8)
    assert zlib.decompress(deflate_planes(planes, window_bits=NOISE_WINDOW_BITS)) == planes.tobytes()


@pytest.mark.parametrize("compression", list(Compression))
@pytest.mark.parametrize("kind", KINDS)
def test_h5py_reads_the_chunks(kind: str, compression: Compression) -> None:
    values = KINDS[kind].reshape(3, 100, 1000)
    with file_in_memory() as file:
        options = compression.dataset_options()
        dataset = file.create_dataset("x", values.shape, values.dtype, chunks=values.shape, **options)
        codec = ChunkCodec.of(dataset, compression, window_bits=NOISE_WINDOW_BITS)
        dataset.id.write_direct_chunk((0, 0, 0), bytes(codec.encode(values)))
        assert np.array_equal(dataset[...], values)


def test_fast_is_smaller_than_gzip_without_shuffle_on_noise() -> None:
    values = KINDS["few photons"]
    planes = np.empty((2, values.size), np.uint8)
    split_bytes(values, planes)
    assert len(deflate_planes(planes, window_bits=NOISE_WINDOW_BITS)) < len(zlib.compress(values.tobytes(), 4))


def test_small_is_smaller_than_fast() -> None:
    sizes = {}
    for compression in (Compression.FAST, Compression.SMALL):
        codec = ChunkCodec(
            dtype=np.dtype("f8"), shuffle=True, deflate=True, compression=compression, window_bits=FULL_WINDOW_BITS
        )
        sizes[compression] = len(codec.encode(np.cumsum(np.ones(50_000)) * 0.1428))
    assert sizes[Compression.SMALL] < sizes[Compression.FAST]


@pytest.mark.parametrize(
    ("options", "shuffle", "deflate"),
    [
        ({}, False, False),
        ({"shuffle": True}, True, False),
        ({"compression": "gzip"}, False, True),
        ({"compression": "gzip", "shuffle": True}, True, True),
    ],
)
def test_the_data_sets_own_filters_decide(options: dict[str, Any], shuffle: bool, deflate: bool) -> None:
    values = np.arange(1000, dtype=np.uint32)
    with file_in_memory() as file:
        dataset = file.create_dataset("x", (1000,), np.uint32, chunks=(1000,), **options)
        codec = ChunkCodec.of(dataset, Compression.FAST, window_bits=FULL_WINDOW_BITS)
        assert (codec.shuffle, codec.deflate) == (shuffle, deflate)
        dataset.id.write_direct_chunk((0,), bytes(codec.encode(values)))
        assert np.array_equal(dataset[...], values)


@pytest.mark.parametrize("options", [{"compression": "lzf"}, {"fletcher32": True}])
def test_other_filters_are_refused(options: dict[str, Any]) -> None:
    with file_in_memory() as file:
        dataset = file.create_dataset("x", (1000,), np.uint32, chunks=(1000,), **options)
        with pytest.raises(ValueError, match="filters that are not written here"):
            ChunkCodec.of(dataset, Compression.FAST, window_bits=FULL_WINDOW_BITS)
