"""pynwb's objects with the names, types, units and texts of the layout; objects of a file by their paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from hdmf.common import DynamicTable, VectorData, VectorIndex
from pynwb import NWBFile, ProcessingModule, TimeSeries
from pynwb.event import TimestampVectorData

from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.declared import OPHYS, SOURCE, TEXT, Column, ColumnValues, Series, Table

_COLUMN_CLASSES = {"VectorData": VectorData, "TimestampVectorData": TimestampVectorData}


def series_fields(declared: Series) -> dict[str, Any]:
    """Arguments of a time series that its layout has."""
    return {
        "name": declared.name,
        "description": declared.text,
        "unit": declared.unit,
        "comments": declared.comments,
        **declared.attributes,
        **{name: list(value) if isinstance(value, tuple) else value for name, value in declared.fields.items()},
    }


def add_series(nwbfile: NWBFile, declared: Series, *, data: Any, seconds: np.ndarray) -> None:
    """Add a TimeSeries to its module, on the time stamps of its clock where that is in the file, else on `seconds`."""
    clock = None if declared.clock is None else find_object(nwbfile, declared.clock)
    series = TimeSeries(**series_fields(declared), data=data, timestamps=seconds if clock is None else clock)
    get_module(nwbfile, declared.path).add(series)


def make_columns(columns: Sequence[Column], values: Mapping[str, ColumnValues]) -> list[VectorData]:
    """The columns of a table, each followed by its index where it is ragged. values: by name."""
    return [part for column in columns for part in _column(column, values[column.name])]


def make_table(
    declared: Table,
    values: Mapping[str, ColumnValues] | None = None,
    *,
    table_class: Any = DynamicTable,
    **arguments: Any,
) -> Any:
    """A table with the columns of its layout, and their values unless they are given by name.

    Row ids count from 0 unless `arguments` has an `id`.
    """
    if values is None:
        values = {column.name: column.values for column in declared.columns}
    columns = make_columns(declared.columns, values)
    if "id" not in arguments:
        plain = next(column.name for column in declared.columns if not column.ragged)
        arguments["id"] = np.arange(len(values[plain]))
    return table_class(
        name=declared.name,
        description=declared.text,
        columns=columns,
        colnames=[column.name for column in declared.columns],
        **declared.attributes,
        **arguments,
    )


def get_module(nwbfile: NWBFile, path: str) -> ProcessingModule:
    """The processing module with this path, or that the object with this path belongs to; made where it is missing."""
    of_types = (module for _, modules in registry.having("layout", "MODULES") for module in modules)
    module = {one.path: one for one in (OPHYS, SOURCE, *of_types)}["/".join(path.split("/")[:3])]
    if module.name in nwbfile.processing:
        return nwbfile.processing[module.name]
    return nwbfile.create_processing_module(name=module.name, description=module.text)


def find_object(nwbfile: NWBFile, path: str) -> Any:
    """The object of `/acquisition` or `/processing` that will have this path in the file; None where there is none."""
    root, *names = path.strip("/").split("/")
    found: Any = {"acquisition": nwbfile.acquisition, "processing": nwbfile.processing}[root]
    for name in names:
        try:
            found = found[name]
        except KeyError:
            return None
    return found


def _column(column: Column, values: ColumnValues) -> list[VectorData]:
    made = _COLUMN_CLASSES[column.neurodata_type]
    if not column.ragged:
        return [made(name=column.name, description=column.text, data=_typed(column, values))]
    joined = np.concatenate(values).astype(column.dtype) if len(values) else np.zeros(0, dtype=column.dtype)
    data = made(name=column.name, description=column.text, data=joined)
    ends = np.cumsum([len(part) for part in values], dtype=np.int64)
    return [data, VectorIndex(name=f"{column.name}_index", data=ends, target=data)]


def _typed(column: Column, values: ColumnValues) -> ColumnValues:
    """Texts as an array, as hdmf cannot find the type of an empty list and looks at every item of others."""
    if column.dtype == TEXT:
        return np.array(list(values), dtype=object)
    return np.asarray(values, dtype=column.dtype) if isinstance(values, np.ndarray | Sequence) else values
