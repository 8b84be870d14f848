"""Reserved data sets, filled chunk by chunk in threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import tifffile

from ssc_to_nwb.data_types.imaging_stacks.extractor import SscImagingExtractor
from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
from ssc_to_nwb.nwb_file.chunk_codec import Compression
from ssc_to_nwb.nwb_file.chunk_pipeline import ArrayFill, ChunkFill, FramesFill, Scratch, fill_datasets, turn
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError, error

SHAPE = (37, 70)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> tuple[PlaneStack, np.ndarray]:
    """A stack of files of 5, 1, 7 and 3 frames, and its frames (t, channel, rows, columns)."""
    root = tmp_path_factory.mktemp("stack")
    rng = np.random.default_rng(0)
    frames = rng.poisson(200, (16, 2, *SHAPE)).astype(np.uint16)
    paths = []
    for start, stop in ((0, 5), (5, 6), (6, 13), (13, 16)):
        paths.append(root / f"main_{start:03d}.tif")
        tifffile.imwrite(paths[-1], frames[start:stop].reshape(-1, *SHAPE), photometric="minisblack", metadata=None)
    return SscImagingExtractor.from_files(paths).stack, frames


def reserve(file: h5py.File, name: str, shape: tuple[int, ...], dtype: Any, rows: int, **options: Any) -> h5py.Dataset:
    settings = options or Compression.FAST.dataset_options()
    return file.create_dataset(name, shape, dtype, chunks=(min(rows, shape[0]), *shape[1:]), **settings)


def fill_stack(path: Path, stack: PlaneStack, *, rows: int, compression: Compression, workers: int = 2) -> None:
    with h5py.File(path, "w") as file:
        shape = (stack.frame_count, *stack.image_shape[::-1])
        options = compression.dataset_options()
        datasets = [
            file.create_dataset(name, shape, stack.dtype, chunks=(rows, *shape[1:]), **options)
            for name in ("green", "red")
        ]
        steps = list(fill_datasets([FramesFill(datasets, stack, compression)], workers=workers, memory_mb=64))
        assert steps[-1].done_bytes == steps[-1].total_bytes == stack.byte_size
        assert [step.done_bytes for step in steps] == sorted({step.done_bytes for step in steps})


@pytest.mark.parametrize("compression", list(Compression))
@pytest.mark.parametrize("rows", [1, 2, 5, 6, 7, 13, 16])
def test_every_frame_of_both_channels_wherever_chunks_and_files_end(
    tmp_path: Path, stack: tuple[PlaneStack, np.ndarray], rows: int, compression: Compression
) -> None:
    fill_stack(tmp_path / "x.h5", stack[0], rows=rows, compression=compression)
    with h5py.File(tmp_path / "x.h5") as file:
        for number, name in enumerate(("green", "red")):
            assert np.array_equal(file[name][...].swapaxes(1, 2), stack[1][:, number])


def test_the_file_does_not_depend_on_the_number_of_workers(
    tmp_path: Path, stack: tuple[PlaneStack, np.ndarray]
) -> None:
    contents = []
    for workers in (1, 2, 5):
        fill_stack(tmp_path / "x.h5", stack[0], rows=3, compression=Compression.FAST, workers=workers)
        contents.append((tmp_path / "x.h5").read_bytes())
    assert contents[0] == contents[1] == contents[2]


@pytest.mark.parametrize(
    ("shape", "dtype", "rows"),
    [
        ((1000,), "f8", 300),
        ((1000,), "u1", 1000),
        ((1,), "i8", 1),
        ((77, 5), "f4", 10),
        ((6, 4, 3), "i2", 4),
        ((50,), "bool", 20),
    ],
)
def test_arrays_of_any_shape(tmp_path: Path, shape: tuple[int, ...], dtype: str, rows: int) -> None:
    values = np.random.default_rng(0).normal(0, 100, shape).astype(dtype)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        dataset = reserve(file, "x", shape, dtype, rows)
        list(fill_datasets([ArrayFill(dataset, values, Compression.FAST)], workers=2, memory_mb=8))
        assert np.array_equal(dataset[...], values)


def test_nan_stays_nan(tmp_path: Path) -> None:
    values = np.array([[1.0, np.nan], [np.inf, -0.0]])
    with h5py.File(tmp_path / "x.h5", "w") as file:
        dataset = reserve(file, "x", (2, 2), "f8", 1)
        list(fill_datasets([ArrayFill(dataset, values, Compression.FAST)], workers=1, memory_mb=8))
        assert dataset[...].tobytes() == values.tobytes()


def test_several_fills_report_their_bytes_together(tmp_path: Path, stack: tuple[PlaneStack, np.ndarray]) -> None:
    values = np.arange(100.0)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        shape = (16, SHAPE[1], SHAPE[0])
        frames = [reserve(file, name, shape, "u2", 4) for name in ("green", "red")]
        array = reserve(file, "x", (100,), "f8", 30)
        fills: list[ChunkFill] = [
            ArrayFill(array, values, Compression.FAST),
            FramesFill(frames, stack[0], Compression.FAST),
        ]
        steps = list(fill_datasets(fills, workers=2, memory_mb=8))
    assert [step.done_bytes for step in steps[:4]] == [240, 480, 720, 800]
    assert steps[-1].done_bytes == 800 + stack[0].byte_size
    assert 0 < steps[-1].written_bytes < steps[-1].done_bytes


def test_nothing_to_fill() -> None:
    assert list(fill_datasets([], workers=2, memory_mb=8)) == []


class Watched:
    """A fill that counts how many of its chunks are under way at once, and can be made to fail."""

    def __init__(self, *, fails_at: int | None = None) -> None:
        self.datasets: Sequence[h5py.Dataset] = ()
        self.length, self.rows, self.row_bytes = 100, 1, 2**20
        self.fails_at = fails_at
        self.lock = threading.Lock()
        self.made = 0
        self.taken = 0
        self.most = 0
        self.rooms = 0
        self.announced: list[int] = []

    def announce(self, start: int) -> None:
        self.announced.append(start)

    def scratch(self) -> Scratch:
        self.rooms += 1
        return {}

    def encode(self, start: int, scratch: Scratch) -> list[bytes]:
        with self.lock:
            self.made += 1
            self.most = max(self.most, self.made - self.taken)
        if start == self.fails_at:
            raise error(kinds.RAW_FILE_CHANGED)
        time.sleep(0.001)
        return []


@pytest.mark.parametrize(("memory_mb", "bound"), [(1, 1), (8, 2), (16, 4), (1000, 6)])
def test_memory_bounds_how_many_chunks_wait(memory_mb: float, bound: int) -> None:
    fill = Watched()
    for _ in fill_datasets([fill], workers=2, memory_mb=memory_mb):
        with fill.lock:
            fill.taken += 1
    assert fill.made == 100
    assert fill.announced == list(range(100))
    # The one handed out is being written while the next may have been begun.
    assert fill.most <= bound + 1
    assert fill.rooms <= 2


def test_stopping_leaves_the_rest_undone() -> None:
    fill = Watched()
    with closing(fill_datasets([fill], workers=2, memory_mb=1000)) as steps:  # type: ignore[type-var]
        for _ in range(5):
            next(steps)
    made = fill.made
    assert made <= 5 + 6
    time.sleep(0.02)
    assert fill.made == made


def test_an_error_in_a_thread_reaches_the_caller_and_stops_the_work() -> None:
    fill = Watched(fails_at=7)
    with pytest.raises(SscError, match=kinds.RAW_FILE_CHANGED.identifier):
        list(fill_datasets([fill], workers=2, memory_mb=1000))
    assert fill.made <= 7 + 7


def test_a_file_that_vanishes_is_named(tmp_path: Path) -> None:
    paths = [tmp_path / f"main_{number}.tif" for number in range(2)]
    for path in paths:
        tifffile.imwrite(path, np.ones((8, *SHAPE), np.uint16), photometric="minisblack", metadata=None)
    stack = SscImagingExtractor.from_files(paths).stack
    paths[1].unlink()
    with pytest.raises(SscError, match=kinds.RAW_FILE_CHANGED.identifier) as caught:
        fill_stack(tmp_path / "x.h5", stack, rows=2, compression=Compression.FAST)
    assert caught.value.problem.file == str(paths[1])


def test_a_data_set_of_another_shape_or_type_is_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        dataset = reserve(file, "x", (10, 3), "f8", 5)
        for wrong in (np.zeros((10, 4)), np.zeros((10, 3), "f4")):
            with pytest.raises(ValueError, match="was reserved as"):
                ArrayFill(dataset, wrong, Compression.FAST)


def test_chunks_that_split_another_axis_are_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        dataset = file.create_dataset("x", (10, 4), "f8", chunks=(10, 2))
        with pytest.raises(ValueError, match="must be whole along every axis"):
            ArrayFill(dataset, np.zeros((10, 4)), Compression.FAST)


@pytest.mark.parametrize("shape", [(1, 1), (33, 5), (5, 64), (64, 64)])
def test_pages_are_turned(shape: tuple[int, int]) -> None:
    page = np.arange(np.prod(shape), dtype=np.uint16).reshape(shape)
    turned = np.zeros(shape[::-1], np.uint16)
    turn(page, turned)
    assert np.array_equal(turned, page.T)
