"""pynwb's objects with the names, types, units, texts and values of the layout, each where its path says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from hdmf.common import DynamicTable, VectorData, VectorIndex
from pynwb import NWBFile, ProcessingModule, TimeSeries
from pynwb.base import Images
from pynwb.device import Device, DeviceModel
from pynwb.epoch import TimeIntervals
from pynwb.event import EventsTable, TimestampVectorData
from pynwb.image import GrayscaleImage
from pynwb.ophys import (
    DfOverF,
    Fluorescence,
    ImageSegmentation,
    ImagingPlane,
    OpticalChannel,
    PlaneSegmentation,
    RoiResponseSeries,
    TwoPhotonSeries,
)

from ssc_to_nwb import naming
from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.declared import (
    TEXT,
    Column,
    ColumnValues,
    DeclaredObject,
    Image,
    Series,
    Sources,
    Table,
)  # fmt: skip
from ssc_to_nwb.tif.index import TifIndex
from ssc_to_nwb.tif.lazy_pages import LazyPages

_CLASSES: dict[str, Any] = {
    one.__name__: one
    for one in (
        Device, DeviceModel, DfOverF, DynamicTable, EventsTable, Fluorescence, GrayscaleImage, Images,
        ImageSegmentation, ImagingPlane, OpticalChannel, PlaneSegmentation, ProcessingModule, RoiResponseSeries,
        TimeIntervals, TimeSeries, TimestampVectorData, TwoPhotonSeries, VectorData,
    )
}  # fmt: skip
# Where a part of an object goes among the arguments of its class, and by what an object gets into one that is made.
_PARTS = {"OpticalChannel": "optical_channel"}
_ADDING = {
    "GrayscaleImage": "add_image", "PlaneSegmentation": "add_plane_segmentation",
    "RoiResponseSeries": "add_roi_response_series",
}  # fmt: skip


def add_data_type(nwbfile: NWBFile, data_type: registry.DataType, sources: Sources) -> None:
    """Add what a data type declares of a session; by the `add` of its `interface.py`, where the values need more."""
    add, objects = data_type.get("interface", "add"), data_type.get("layout", "objects")
    if add is not None:
        add(nwbfile, sources)
    elif objects is not None:
        add_objects(nwbfile, objects(sources))


def add_objects(nwbfile: NWBFile, objects: Iterable[DeclaredObject]) -> None:
    """Add what the file does not have yet, in this order; series and tables only where their values are declared."""
    for one in objects:
        if one.neurodata_type not in _CLASSES or find_object(nwbfile, one.path) is not None:
            continue
        if isinstance(one, Table):
            if one.values is not None or one.columns[0].values is not None:
                values = None if one.values is None else one.values()
                _add(nwbfile, one, make_table(one, values, **_linked(nwbfile, one)))
        elif not isinstance(one, Series) or one.values is not None:
            _add(nwbfile, one, _CLASSES[one.neurodata_type](**arguments(nwbfile, one)))


def arguments(nwbfile: NWBFile, declared: DeclaredObject) -> dict[str, Any]:
    """Arguments of the class of an object, as far as its layout has them."""
    found: dict[str, Any] = {
        "name": declared.name,
        **declared.attributes,
        **{name: list(value) if isinstance(value, tuple) else value for name, value in declared.fields.items()},
        **_linked(nwbfile, declared),
    }
    if declared.text is not None:
        found["description"] = declared.text
    for part in declared.parts:
        found[_PARTS[part.neurodata_type]] = _CLASSES[part.neurodata_type](**arguments(nwbfile, part))
    if isinstance(declared, Image):
        values = declared.values
        found["data"] = np.ascontiguousarray(values) if isinstance(values, np.ndarray) else _data(values)
    if isinstance(declared, Series):
        found |= {"unit": declared.unit, "comments": declared.comments}
        if declared.values is not None:
            found["data"] = declared.values() if callable(declared.values) else declared.values
            clock = None if declared.clock is None else find_object(nwbfile, declared.clock)
            found["timestamps"] = declared.seconds if clock is None else clock
        if declared.rois is not None:
            region, table = declared.rois, find_object(nwbfile, declared.rois.table)
            found["rois"] = table.create_roi_table_region(
                name="rois", description=region.text, region=list(region.rows)
            )
    return found


def _linked(nwbfile: NWBFile, declared: DeclaredObject) -> dict[str, Any]:
    return {name: find_object(nwbfile, target) for name, target in declared.links.items()}


def _add(nwbfile: NWBFile, declared: DeclaredObject, made: Any) -> None:
    holder = declared.path.rpartition("/")[0]
    adding = {
        "/acquisition": nwbfile.add_acquisition,
        "/events": nwbfile.add_events_table,
        "/general/devices": nwbfile.add_device,
        "/general/devices/models": nwbfile.add_device_model,
        "/general/optophysiology": nwbfile.add_imaging_plane,
        "/intervals": nwbfile.add_time_intervals,
        "/processing": nwbfile.add_processing_module,
    }
    if made.name == naming.TRIALS:
        nwbfile.trials = made
    elif holder in adding:
        adding[holder](made)
    else:
        getattr(find_object(nwbfile, holder), _ADDING.get(declared.neurodata_type, "add"))(made)


def make_table(declared: Table, values: Mapping[str, ColumnValues] | None = None, **further: Any) -> Any:
    """A table with the columns of its layout, and their values unless they are given by name."""
    if values is None:
        values = {column.name: _data(column.values) for column in declared.columns}
    columns = [part for column in declared.columns for part in _column(column, values[column.name])]
    ids = declared.ids
    if ids is None:
        plain = values[next(column.name for column in declared.columns if not column.ragged)]
        ids = np.arange(plain.shape[0] if hasattr(plain, "shape") else len(plain))
    return _CLASSES[declared.neurodata_type](
        name=declared.name,
        description=declared.text,
        id=ids,
        columns=columns,
        colnames=[column.name for column in declared.columns],
        **declared.attributes,
        **further,
    )


def _data(values: ColumnValues) -> ColumnValues:
    """The pages of a tif; other values as they are."""
    return LazyPages(index=values) if isinstance(values, TifIndex) else values


def find_object(nwbfile: NWBFile, path: str) -> Any:
    """The object that will have this path in the file; None where there is none, and of intervals and events."""
    holders = {
        "/acquisition": nwbfile.acquisition,
        "/general/devices/models": nwbfile.device_models,
        "/general/devices": nwbfile.devices,
        "/general/optophysiology": nwbfile.imaging_planes,
        "/processing": nwbfile.processing,
    }
    for holder, found in holders.items():
        if path.startswith(f"{holder}/"):
            try:
                for name in path.removeprefix(f"{holder}/").split("/"):
                    found = found[name]
            except KeyError:
                return None
            return found
    return None


def _column(column: Column, values: ColumnValues) -> list[VectorData]:
    made = _CLASSES[column.neurodata_type]
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
