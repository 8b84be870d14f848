"""pynwb's objects with the names, types, units, texts and values of the layout; objects of a file by their paths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from hdmf.common import DynamicTable, VectorData, VectorIndex
from pynwb import NWBFile, ProcessingModule, TimeSeries
from pynwb.base import Images
from pynwb.epoch import TimeIntervals
from pynwb.event import EventsTable, TimestampVectorData
from pynwb.image import GrayscaleImage
from pynwb.ophys import PlaneSegmentation

from ssc_to_nwb import naming
from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.declared import (
    OPHYS,
    SOURCE,
    TEXT,
    Column,
    ColumnValues,
    DeclaredObject,
    Image,
    Series,
    Table,
)  # fmt: skip
from ssc_to_nwb.tif.index import TifIndex
from ssc_to_nwb.tif.lazy_pages import LazyImage, LazyPages

_TABLES = {one.__name__: one for one in (DynamicTable, EventsTable, PlaneSegmentation, TimeIntervals)}
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


def add_objects(nwbfile: NWBFile, objects: Iterable[DeclaredObject]) -> None:
    """Add the time series, tables and images that have values, and containers of images, each where its path says."""
    for one in objects:
        if isinstance(one, Series) and one.values is not None:
            clock = None if one.clock is None else find_object(nwbfile, one.clock)
            stamps = one.seconds if clock is None else clock
            get_module(nwbfile, one.path).add(TimeSeries(**series_fields(one), data=one.values, timestamps=stamps))
        elif isinstance(one, Table) and one.columns[0].values is not None:
            _add_table(nwbfile, one.path, make_table(one))
        elif isinstance(one, Image):
            data = np.ascontiguousarray(one.values) if isinstance(one.values, np.ndarray) else _data(one.values)
            picture = GrayscaleImage(name=one.name, description=one.text, data=data)
            find_object(nwbfile, one.path.rpartition("/")[0]).add_image(picture)
        elif one.neurodata_type == "Images" and find_object(nwbfile, one.path) is None:
            get_module(nwbfile, one.path).add(Images(name=one.name, description=one.text))


def _add_table(nwbfile: NWBFile, path: str, table: Any) -> None:
    if table.name == naming.TRIALS:
        nwbfile.trials = table
    elif path.startswith("/intervals/"):
        nwbfile.add_time_intervals(table)
    elif path.startswith("/events/"):
        nwbfile.add_events_table(table)
    else:
        get_module(nwbfile, path).add(table)


def make_table(declared: Table, values: Mapping[str, ColumnValues] | None = None, **arguments: Any) -> Any:
    """A table with the columns of its layout, and their values unless they are given by name.

    Row ids count from 0 unless `arguments` has an `id`.
    """
    if values is None:
        values = {column.name: _data(column.values) for column in declared.columns}
    columns = [part for column in declared.columns for part in _column(column, values[column.name])]
    if "id" not in arguments:
        plain = values[next(column.name for column in declared.columns if not column.ragged)]
        arguments["id"] = np.arange(plain.shape[0] if hasattr(plain, "shape") else len(plain))
    return _TABLES[declared.neurodata_type](
        name=declared.name,
        description=declared.text,
        columns=columns,
        colnames=[column.name for column in declared.columns],
        **declared.attributes,
        **arguments,
    )


def _data(values: ColumnValues) -> ColumnValues:
    """The pages of a tif, its only one as an image of two axes; other values as they are."""
    if not isinstance(values, TifIndex):
        return values
    return (LazyPages if values.page_count > 1 else LazyImage)(index=values)


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
