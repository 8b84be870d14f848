"""Data sets read back chunk by chunk."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from ssc_to_nwb.proof.chunk_reader import read_blocks

VALUES = np.random.default_rng(0).poisson(300, (23, 6, 5))


@pytest.fixture
def file(tmp_path: Path) -> Iterator[h5py.File]:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        yield file


def read(dataset: h5py.Dataset, workers: int = 2, memory_mb: float = 8) -> list[np.ndarray]:
    with ThreadPoolExecutor(workers) as pool:
        return list(read_blocks(dataset, pool, workers=workers, memory_mb=memory_mb))


@pytest.mark.parametrize("dtype", ["u1", "u2", "i2", "i4", "f4", "f8", "bool"])
@pytest.mark.parametrize(
    "options",
    [
        {"chunks": (4, 6, 5), "compression": "gzip", "shuffle": True},
        {"chunks": (4, 6, 5), "compression": "gzip"},
        {"chunks": (4, 6, 5)},
        {"chunks": (23, 6, 5), "compression": "gzip", "shuffle": True},
        {"chunks": (4, 3, 5), "compression": "gzip", "shuffle": True},
        {"chunks": (4, 6, 5), "compression": "lzf"},
        {"chunks": (4, 6, 5), "fletcher32": True},
        {},
    ],
    ids=["shuffle gzip", "gzip", "no filter", "one chunk", "split axis", "lzf", "checksum", "contiguous"],
)
def test_all_values_in_order(file: h5py.File, dtype: str, options: dict[str, Any]) -> None:
    values = (VALUES - 250).astype(dtype)
    blocks = read(file.create_dataset("x", data=values, **options))
    found = np.concatenate(blocks)
    assert found.dtype == values.dtype
    assert np.array_equal(found, values)


def test_big_endian_values(file: h5py.File) -> None:
    dataset = file.create_dataset("x", data=VALUES.astype(">u2"), chunks=(4, 6, 5), compression="gzip", shuffle=True)
    assert np.array_equal(np.concatenate(read(dataset)), VALUES)


def test_one_axis(file: h5py.File) -> None:
    dataset = file.create_dataset("x", data=np.arange(100.0), chunks=(30,), compression="gzip", shuffle=True)
    assert [len(block) for block in read(dataset)] == [30, 30, 30, 10]


def test_nothing_in_it(file: h5py.File) -> None:
    assert read(file.create_dataset("x", (0, 4), "u2", chunks=(2, 4), maxshape=(None, 4), compression="gzip")) == []


def test_chunks_never_written_hold_the_fill_value(file: h5py.File) -> None:
    dataset = file.create_dataset("x", (10, 4), "i2", chunks=(4, 4), compression="gzip", shuffle=True, fillvalue=-7)
    dataset[4:8] = 1
    found = np.concatenate(read(dataset))
    assert np.array_equal(found, dataset[...])
    assert found[0, 0] == -7


def test_bounded_memory_reads_the_same(file: h5py.File) -> None:
    dataset = file.create_dataset("x", data=VALUES, chunks=(1, 6, 5), compression="gzip", shuffle=True)
    blocks = read(dataset, workers=1, memory_mb=0.0001)
    assert np.array_equal(np.concatenate(blocks), VALUES)


def damage(dataset: h5py.Dataset, change: Any) -> None:
    _, stored = dataset.id.read_direct_chunk((4, 0, 0))
    dataset.id.write_direct_chunk((4, 0, 0), bytes(change(bytearray(stored))))


def flipped(stored: bytearray) -> bytearray:
    stored[len(stored) // 2] ^= 0xFF
    return stored


@pytest.mark.parametrize("change", [flipped, lambda stored: stored[:-20]], ids=["a flipped byte", "cut short"])
def test_a_damaged_chunk_is_noticed(file: h5py.File, change: Any) -> None:
    dataset = file.create_dataset("x", data=VALUES, chunks=(4, 6, 5), compression="gzip", shuffle=True)
    damage(dataset, change)
    with pytest.raises(OSError, match="/x: the chunk at 4"):
        read(dataset)


def test_a_chunk_of_another_size_is_noticed(file: h5py.File) -> None:
    dataset = file.create_dataset("x", data=VALUES, chunks=(4, 6, 5), compression="gzip", shuffle=True)
    damage(dataset, lambda _: zlib.compress(b"too little"))
    with pytest.raises(OSError, match="/x: the chunk at 4 holds 10 bytes"):
        read(dataset)


def test_a_chunk_that_leaves_out_a_filter_is_noticed(file: h5py.File) -> None:
    dataset = file.create_dataset("x", data=VALUES, chunks=(4, 6, 5), compression="gzip", shuffle=True)
    dataset.id.write_direct_chunk((4, 0, 0), VALUES[4:8].tobytes(), filter_mask=2)
    with pytest.raises(OSError, match="leaves out filters"):
        read(dataset)
