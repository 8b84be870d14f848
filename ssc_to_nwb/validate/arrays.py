"""Values of NWB objects as numpy arrays, over their full length and a block at a time.

Objects may come from HDF5, from zarr or from memory. Nothing here builds a DataFrame: that resolves every reference,
which takes minutes where a table has tens of thousands of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from hdmf.backends.hdf5.h5_utils import H5Dataset
from hdmf.common import DynamicTable, VectorData, VectorIndex
from hdmf.data_utils import DataIO
from pynwb import NWBFile
from pynwb.base import TimeSeries
from pynwb.epoch import TimeIntervals

from ssc_to_nwb import naming

BLOCK_BYTES = 16 * 2**20


def stored(data: Any) -> Any:
    """The h5py.Dataset, zarr.Array, array or list behind hdmf's wrappers, which resolve references on the way."""
    while isinstance(data, DataIO):
        data = data.data
    if isinstance(data, H5Dataset) or type(data).__module__.startswith("hdmf_zarr"):
        return data.dataset
    return data


def shape_of(data: Any) -> tuple[int, ...]:
    """Shape of data of any origin; () where there are none."""
    data = stored(data)
    return tuple(data.shape) if hasattr(data, "shape") else np.shape(data)


def blocks(data: Any, *, block_bytes: int | None = None) -> Iterator[tuple[int, np.ndarray]]:
    """(first row, rows) of an array, in order: whole chunks, about 16 MB, or `block_bytes`, at a time."""
    data = stored(data)
    if not hasattr(data, "chunks"):
        yield 0, np.asarray(data)
        return
    row_bytes = max(1, data.dtype.itemsize * int(np.prod(data.shape[1:], dtype=np.int64)))
    chunk_rows = data.chunks[0] if data.chunks else 1
    rows = max(1, (block_bytes or BLOCK_BYTES) // (row_bytes * chunk_rows)) * chunk_rows
    for first in range(0, data.shape[0], rows):
        yield first, data[first : first + rows]


def where(data: Any, is_meant: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Indices (n,), along the first axis, of the values that are meant; `is_meant` takes a block of rows."""
    found = (first + np.flatnonzero(is_meant(block)) for first, block in blocks(data))
    return np.concatenate([np.zeros(0, dtype=np.int64), *found])


def all_values(data: Any) -> np.ndarray:
    """A whole column or small array."""
    data = stored(data)
    return np.asarray(data[:] if hasattr(data, "chunks") else data)


def column(table: DynamicTable, name: str) -> np.ndarray | None:
    """A column (rows,); None where the table has no such column with one value per row."""
    if name not in table.colnames or isinstance(table[name], VectorIndex):
        return None
    values = all_values(table[name].data)
    # A column of another length is a problem of its own, and no check can say which rows it belongs to.
    return values if values.shape[:1] == row_ids(table).shape else None


def texts(table: DynamicTable, name: str) -> list[str] | None:
    """A column of texts; None where the table has no such column with one value per row."""
    values = column(table, name)
    return None if values is None else list(map(str, decoded(values.tolist())))


def decoded(values: Iterable[Any]) -> list[Any]:
    """The values, with bytes as texts."""
    return [value.decode() if isinstance(value, bytes) else value for value in values]


def interval_table(nwbfile: NWBFile, name: str) -> TimeIntervals | None:
    """The table of intervals of this name, the trials among them; None where the file has none."""
    return nwbfile.trials if name == naming.TRIALS else nwbfile.intervals.get(name)


def row_ids(table: DynamicTable) -> np.ndarray:
    """Ids of the rows (rows,)."""
    return all_values(table.id.data)


def trial_numbers(trials: DynamicTable) -> np.ndarray:
    """Number of every row of the trials table (T,); files of other programs may have them as row ids alone."""
    numbers = column(trials, naming.TRIAL_NUMBER)
    return row_ids(trials) if numbers is None else numbers


def trial_number_series(nwbfile: NWBFile) -> list[TimeSeries]:
    """The series that hold the trial number of every time stamp of a clock."""
    found = [interface for module in nwbfile.processing.values() for interface in module.data_interfaces.values()]
    return [one for one in found if isinstance(one, TimeSeries) and naming.TRIAL_NUMBER_SERIES.fullmatch(one.name)]


def ragged(table: DynamicTable, name: str) -> tuple[np.ndarray, VectorData] | None:
    """(ends of each row (rows,), the column that holds all values); None where there is no such ragged column."""
    column = table[name] if name in table.colnames else None
    if not isinstance(column, VectorIndex) or isinstance(column.target, VectorIndex):
        return None
    return all_values(column.data).astype(np.int64), column.target


def steps_where(data: Any, compare: np.ufunc) -> tuple[int, int | None]:
    """(how many values are less than, or equal to, the one before, index of the first of them); NaN is neither."""
    count, first = 0, None
    last = np.zeros(0)
    for start, block in blocks(data):
        joined = np.concatenate([last, block])
        bad = np.flatnonzero(compare(joined[1:], joined[:-1]))
        if bad.size and first is None:
            first = start + int(bad[0]) + 1 - last.size
        count += bad.size
        last = joined[-1:]
    return count, first
