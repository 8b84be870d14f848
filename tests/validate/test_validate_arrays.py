"""Values of any origin as arrays, block by block."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from hdmf.backends.hdf5 import H5DataIO
from hdmf.common import DynamicTable, VectorData

from ssc_to_nwb.validate import arrays


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "BLOCK_BYTES", 80)


def test_blocks_are_whole_chunks_and_cover_the_array(tmp_path: Path, small_blocks: None) -> None:
    values = np.arange(35.0)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        dataset = file.create_dataset("a", data=values, chunks=(4,))
        parts = list(arrays.blocks(dataset))

    assert [first for first, _ in parts] == [0, 8, 16, 24, 32]
    np.testing.assert_array_equal(np.concatenate([block for _, block in parts]), values)


def test_rows_larger_than_a_block_come_one_by_one(tmp_path: Path, small_blocks: None) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        dataset = file.create_dataset("a", data=np.zeros((3, 50)))
        assert [block.shape for _, block in arrays.blocks(dataset)] == [(1, 50)] * 3


def test_blocks_of_zarr(tmp_path: Path, small_blocks: None) -> None:
    zarr = pytest.importorskip("zarr")
    store = zarr.open(str(tmp_path / "a.zarr"), mode="w", shape=(20,), chunks=(5,), dtype="f8")
    store[:] = np.arange(20)

    assert [block.tolist()[0] for _, block in arrays.blocks(store)] == [0.0, 10.0]


@pytest.mark.parametrize("wrap", [list, np.asarray, lambda values: H5DataIO(np.asarray(values))])
def test_arrays_in_memory_are_one_block(wrap: object) -> None:
    ((first, block),) = arrays.blocks(wrap([1.0, 2.0]))  # type: ignore[operator]
    assert (first, block.tolist()) == (0, [1.0, 2.0])


@pytest.mark.parametrize(
    ("values", "compare", "expected"),
    [
        ([1.0, 2.0, 3.0], np.equal, (0, None)),
        ([1.0, 1.0, 3.0], np.equal, (1, 1)),
        ([1.0, 1.0, 3.0], np.less, (0, None)),
        ([3.0, 2.0, 1.0], np.less, (2, 1)),
        ([3.0, 2.0, 1.0], np.equal, (0, None)),
        ([1.0, np.nan, 0.5], np.less, (0, None)),
        ([], np.less, (0, None)),
        ([1.0], np.less, (0, None)),
    ],
)
def test_steps_where(values: list[float], compare: np.ufunc, expected: tuple[int, int | None]) -> None:
    assert arrays.steps_where(np.array(values), compare) == expected


def test_a_fall_between_two_blocks_is_seen(tmp_path: Path, small_blocks: None) -> None:
    values = np.arange(30.0)
    values[10:] -= 5
    with h5py.File(tmp_path / "a.h5", "w") as file:
        dataset = file.create_dataset("a", data=values, chunks=(10,))
        assert arrays.steps_where(dataset, np.less) == (1, 10)


def test_columns_of_another_length_than_the_table_are_left_to_others() -> None:
    table = DynamicTable(
        name="table", description="A table.", id=[0, 1],
        columns=[VectorData(name="a", description="A.", data=np.array([1, 2]))], colnames=["a"],
    )  # fmt: skip
    assert arrays.column(table, "a").tolist() == [1, 2]  # type: ignore[union-attr]
    assert arrays.column(table, "b") is None

    table["a"].data.resize(3, refcheck=False)

    assert arrays.column(table, "a") is None
    assert arrays.texts(table, "a") is None
