"""Checks of tables: ragged indices, and references to rows and samples that exist.

Columns of unequal length need no check: hdmf does not read such a file.
"""

from __future__ import annotations

from typing import Any

import h5py
import numpy as np
from hdmf.common import DynamicTableRegion, VectorIndex
from pynwb.base import TimeSeries, TimeSeriesReferenceVectorData

from ssc_to_nwb.problems import check_kinds as kinds
from ssc_to_nwb.validate.arrays import all_values, blocks, first_not_rising, shape_of, stored
from ssc_to_nwb.validate.project_check import examples, project_check


@project_check(kinds.RAGGED_INDEX_BROKEN, neurodata_type=VectorIndex)
def check_ragged_index(index: VectorIndex) -> str | None:
    """The ends of a ragged column's rows never fall, and the last is the length of its data."""
    ends = all_values(index.data).astype(np.int64)
    length = shape_of(index.target.data)[0]
    falls, first = first_not_rising(ends, strictly=False)
    last = int(ends[-1]) if ends.size else 0
    if first is None and last == length and (not ends.size or ends[0] >= 0):
        return None
    return f"{falls} ends lie before the one above them; the last is {last}, the data have {length} values."


@project_check(kinds.TABLE_REGION_OUT_OF_RANGE, neurodata_type=DynamicTableRegion)
def check_table_region_in_range(region: DynamicTableRegion) -> str | None:
    """Every row number lies in the table that it refers to."""
    rows = shape_of(region.table.id.data)[0]
    outside = [block[(block < 0) | (block >= rows)] for _, block in blocks(region.data)]
    bad = np.concatenate([np.zeros(0, dtype=np.int64), *outside])
    if not bad.size:
        return None
    return f"{bad.size} references name rows {examples(np.unique(bad).tolist())}; {region.table.name} has {rows} rows."


@project_check(kinds.SERIES_REFERENCE_OUT_OF_RANGE, neurodata_type=TimeSeriesReferenceVectorData)
def check_series_references_in_range(column: TimeSeriesReferenceVectorData) -> str | None:
    """First sample and count of every reference lie within the series that it refers to."""
    found = []
    lengths: dict[str, int] = {}
    for row, (first, count, key, series) in enumerate(_references(column)):
        if first == count == -1:
            continue
        if key not in lengths:
            lengths[key] = _samples(series)
        if first < 0 or count < 0 or first + count > lengths[key]:
            found.append(f"row {row}: {count} samples from {first} of {key}, which has {lengths[key]}")
    return f"{len(found)} references: {examples(found)}." if found else None


def _references(column: TimeSeriesReferenceVectorData) -> list[tuple[int, int, str, Any]]:
    """(first sample, count, name or path of the series, the series or its stored group) of every row.

    pynwb would make a Python object of each of tens of thousands of rows, so the stored table is read as it is.
    """
    data = stored(column.data)
    if isinstance(data, h5py.Dataset):
        opened: dict[int, tuple[str, h5py.Group]] = {}
        return [(int(first), int(count), *_opened(reference, data, opened)) for first, count, reference in data[:]]
    if hasattr(data, "chunks"):
        # A zarr store names the group by its path below the root.
        nwbfile = column.get_ancestor("NWBFile")
        series = {one.object_id: one for one in nwbfile.objects.values() if isinstance(one, TimeSeries)}
        return [
            (int(first), int(count), reference["path"], series[reference["object_id"]])
            for first, count, reference in data[:]
        ]
    return [(int(first), int(count), series.name, series) for first, count, series in data]


def _opened(
    reference: h5py.Reference, data: h5py.Dataset, opened: dict[int, tuple[str, h5py.Group]]
) -> tuple[str, h5py.Group]:
    """Path and group that a reference leads to; each group is opened and named once."""
    identifier = h5py.h5r.dereference(reference, data.id)
    address = h5py.h5o.get_info(identifier).addr
    if address not in opened:
        group = data.file[reference]
        opened[address] = (str(group.name), group)
    return opened[address]


def _samples(series: TimeSeries | h5py.Group) -> int:
    """Number of samples of a series, in memory or as stored; of its time stamps where the data lie in other files."""
    get = series.get if isinstance(series, h5py.Group) else series.fields.get
    if get("external_file") is not None:
        return shape_of(get("timestamps"))[0] if get("timestamps") is not None else np.iinfo(np.int64).max
    return shape_of(get("data"))[0] if isinstance(series, h5py.Group) else shape_of(series.data)[0]
