"""Where raw fluorescence, dF/F and calcium events are in the NWB file: a RoiResponseSeries per plane and kind."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import OPHYS, DeclaredObject, Place, Series, Sources
from ssc_to_nwb.data_types.rois.layout import roi_table
from ssc_to_nwb.data_types.rois.source import Plane
from ssc_to_nwb.data_types.subvolumes.source import ARRAY_KINDS, PlaneTraces, Subvolume
from ssc_to_nwb.metadata.model import ImagingFacts

_TYPES = {"raw": "Fluorescence", "dff": "DfOverF", "event": "Fluorescence"}
CONTAINERS = {
    kind: DeclaredObject(path=f"{OPHYS.path}/{naming.RESPONSE_CONTAINERS[kind]}", neurodata_type=_TYPES[kind])
    for kind in ARRAY_KINDS
}
_TEXT = (
    "{processing} One column per ROI of {plane}. Time stamps are those of all planes of subvolume {number}, with NaN "
    "where this plane has no frame. Source: {key!r}, {description}"
)


def objects(sources: Sources) -> Iterator[DeclaredObject]:
    """The series of all subvolumes, and their containers."""
    for subvolume in sources.session.subvolumes:
        for _, traces, series in response_series(subvolume, facts=sources.context.metadata.imaging):
            yield CONTAINERS[traces.array.kind]
            yield series


def series_path(plane: Plane, kind: str) -> str:
    """Path of the series of a plane for one kind of array."""
    return f"{OPHYS.path}/{naming.RESPONSE_CONTAINERS[kind]}/{naming.response_series(kind, plane.name)}"


def response_series(subvolume: Subvolume, *, facts: ImagingFacts) -> list[tuple[Plane, PlaneTraces, Series]]:
    """The series of every plane and kind of array that has rows of the plane."""
    found: list[tuple[Plane, PlaneTraces, Series]] = []
    for plane, traces in subvolume.traced_planes():
        array, path = traces.array, series_path(plane, traces.array.kind)
        table = roi_table(plane)
        series = Series(
            path=path,
            neurodata_type="RoiResponseSeries",
            text=_TEXT.format(
                processing=facts.data_processing.get(array.kind, ""),
                plane=plane.name,
                number=subvolume.number,
                key=array.key,
                description=array.description,
            ).strip(),
            unit=facts.response_units[array.kind],
            dtype=array.values.dtype,
            axes=2,
            clock=found[0][2].path if found else None,
            inner=(
                Place(
                    path=f"{path}/rois",
                    kind="dataset",
                    dtype=np.int64,
                    axes=1,
                    attributes={
                        "neurodata_type": "DynamicTableRegion",
                        "description": f"Rows of {table.name}, one per column of data.",
                        "table": table.path,
                    },
                ),
            ),
        )
        found.append((plane, traces, series))
    return found
