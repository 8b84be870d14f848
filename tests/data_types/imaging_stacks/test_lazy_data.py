"""Lazy data: frames and pages as NWB has them, written by any HDF5 or Zarr writer."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import tifffile
from hdmf.data_utils import GenericDataChunkIterator

from ssc_to_nwb.chunk_shapes import chunk_shape
from ssc_to_nwb.data_types.imaging_stacks.extractor import SscImagingExtractor
from ssc_to_nwb.data_types.imaging_stacks.frames import StackFrames
from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
from ssc_to_nwb.tif.index import index_tif
from ssc_to_nwb.tif.lazy_pages import LazyPages

FRAMES = np.random.default_rng(0).integers(0, 3000, (9, 2, 6, 10)).astype(np.uint16)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    tifffile.imwrite(tmp_path / "a.tif", FRAMES.reshape(-1, 6, 10), photometric="minisblack", metadata=None)
    return tmp_path / "a.tif"


@pytest.fixture
def image_path(tmp_path: Path) -> Path:
    tifffile.imwrite(tmp_path / "image.tif", FRAMES[0, 0], photometric="minisblack", metadata=None)
    return tmp_path / "image.tif"


@pytest.fixture
def stack(path: Path) -> PlaneStack:
    return SscImagingExtractor.from_files([path]).stack


def written(data: GenericDataChunkIterator) -> np.ndarray:
    """What a writer that knows nothing of this project makes of it."""
    with h5py.File(io.BytesIO(), "w") as file:
        dataset = file.create_dataset("x", data.maxshape, data.dtype, chunks=data.chunk_shape)
        for chunk in data:
            dataset[chunk.selection] = chunk.data
        return dataset[...]


@pytest.mark.parametrize("channel", [0, 1])
@pytest.mark.parametrize("options", [{}, {"chunk_shape": (2, 5, 3), "buffer_shape": (4, 5, 6)}, {"buffer_gb": 1e-6}])
def test_frames_are_time_column_row(stack: PlaneStack, channel: int, options: dict[str, Any]) -> None:
    frames = StackFrames(stack=stack, channel=channel, **options)
    assert (frames.maxshape, frames.dtype) == ((9, 10, 6), np.dtype(np.uint16))
    assert np.array_equal(written(frames), FRAMES[:, channel].swapaxes(1, 2))


def test_frames_can_be_pickled(stack: PlaneStack) -> None:
    again = pickle.loads(pickle.dumps(StackFrames(stack=stack, channel=1)))
    assert np.array_equal(written(again), FRAMES[:, 1].swapaxes(1, 2))


def test_frames_hold_few_chunks_at_a_time(stack: PlaneStack) -> None:
    frames = StackFrames(stack=stack, channel=0, chunk_mb=2 * 6 * 10 * 2 / 2**20)
    assert frames.chunk_shape == (2, 10, 6)
    assert frames.buffer_shape == (9, 10, 6)


def test_pages_are_page_column_row(path: Path) -> None:
    pages = LazyPages(index=index_tif(path))
    assert np.array_equal(pages.read(3, 7), FRAMES.reshape(-1, 6, 10)[3:7].swapaxes(1, 2))
    assert pages.shape == (18, 10, 6)
    assert np.array_equal(written(pages), FRAMES.reshape(-1, 6, 10).swapaxes(1, 2))


def test_an_only_page_is_an_image_column_row(image_path: Path) -> None:
    image = LazyPages(index=index_tif(image_path))
    assert image.shape == (10, 6)
    assert np.array_equal(image.read(2, 5), FRAMES[0, 0].T[2:5])
    assert np.array_equal(written(image), FRAMES[0, 0].T)


def test_pages_can_be_pickled(path: Path) -> None:
    again = pickle.loads(pickle.dumps(LazyPages(index=index_tif(path))))
    assert type(again) is LazyPages
    assert np.array_equal(written(again), FRAMES.reshape(-1, 6, 10).swapaxes(1, 2))


@pytest.mark.parametrize(
    ("shape", "dtype", "chunk_mb", "expected"),
    [
        ((1000, 512, 512), "u2", 2.0, (4, 512, 512)),
        ((1000, 512, 512), "u2", 0.1, (1, 512, 512)),
        ((3, 512, 512), "u2", 64.0, (3, 512, 512)),
        ((1_000_000,), "f8", 1.0, (131_072,)),
        ((10,), "f8", 1.0, (10,)),
        ((5000, 60), "f8", 1.0, (2184, 60)),
        ((0, 4), "f8", 1.0, (1, 4)),
    ],
)
def test_chunks_are_whole_along_every_axis_but_the_first(
    shape: tuple[int, ...], dtype: str, chunk_mb: float, expected: tuple[int, ...]
) -> None:
    assert chunk_shape(shape, np.dtype(dtype), chunk_mb=chunk_mb) == expected
