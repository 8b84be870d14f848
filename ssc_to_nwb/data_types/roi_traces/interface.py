"""Raw fluorescence, dF/F and calcium events: one RoiResponseSeries per plane and kind, on shared time stamps."""

from __future__ import annotations

from pynwb import NWBFile
from pynwb.base import TimeSeries
from pynwb.ophys import DfOverF, Fluorescence, RoiResponseSeries

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.modules import get_module
from ssc_to_nwb.data_types.rois.interface import get_plane_segmentation
from ssc_to_nwb.data_types.rois.source import Plane
from ssc_to_nwb.data_types.subvolumes.source import ARRAY_KINDS, PlaneTraces, Subvolume
from ssc_to_nwb.session.context import SessionContext

_CONTAINER_CLASSES = {"raw": Fluorescence, "dff": DfOverF, "event": Fluorescence}


class RoiResponsesInterface(SessionInterface):
    """Traces of the ROIs, each plane with its own rows only, joined to the masks by ROI number."""

    display_name = "CRCNS ssc ROI traces"
    info = "Raw fluorescence, dF/F and calcium events of every ROI."

    def add(self, nwbfile: NWBFile) -> None:
        """Add a RoiResponseSeries for every plane and kind of array that has rows of the plane."""
        for subvolume in self.context.session.subvolumes:
            owner: TimeSeries | None = None
            for plane in subvolume.planes:
                for kind in ARRAY_KINDS:
                    traces = subvolume.traces(plane, kind)
                    if traces is None or not traces.rows.size:
                        continue
                    series = _make_series(
                        nwbfile, context=self.context, subvolume=subvolume, plane=plane, traces=traces, timestamps=owner
                    )
                    owner = owner or series


def _make_series(
    nwbfile: NWBFile,
    *,
    context: SessionContext,
    subvolume: Subvolume,
    plane: Plane,
    traces: PlaneTraces,
    timestamps: TimeSeries | None,
) -> RoiResponseSeries:
    kind = traces.array.kind
    facts = context.metadata.imaging
    table = get_plane_segmentation(nwbfile, context=context, subvolume=subvolume, plane=plane)
    rows = {number: row for row, number in enumerate(plane.ordered_roi_numbers.tolist())}
    series = RoiResponseSeries(
        name=naming.response_series(kind, plane.name),
        description=(
            f"{facts.data_processing.get(kind, '')} One column per ROI of {plane.name}. Time stamps are those of all "
            f"planes of subvolume {subvolume.number}, with NaN where this plane has no frame. "
            f"Source: {traces.array.key!r}, {traces.array.description}"
        ).strip(),
        data=traces.time_by_roi(),
        unit=facts.response_units[kind],
        rois=table.create_roi_table_region(
            name="rois",
            description=f"Rows of {table.name}, one per column of data.",
            region=[rows[number] for number in traces.roi_numbers.tolist()],
        ),
        timestamps=context.clock.seconds(subvolume.time_ms) if timestamps is None else timestamps,
    )
    _container(nwbfile, kind).add_roi_response_series(series)
    return series


def _container(nwbfile: NWBFile, kind: str) -> Fluorescence | DfOverF:
    module = get_module(nwbfile, naming.OPHYS_MODULE)
    name = naming.RESPONSE_CONTAINERS[kind]
    if name not in module.data_interfaces:
        module.add(_CONTAINER_CLASSES[kind](name=name))
    return module[name]
