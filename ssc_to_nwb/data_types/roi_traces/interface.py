"""Raw fluorescence, dF/F and calcium events: one RoiResponseSeries per plane and kind, on shared time stamps."""

from __future__ import annotations

from pynwb import NWBFile
from pynwb.ophys import DfOverF, Fluorescence, RoiResponseSeries

from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.from_layout import get_module, series_fields
from ssc_to_nwb.data_types.roi_traces.layout import CONTAINERS, response_series
from ssc_to_nwb.data_types.rois.interface import get_plane_segmentation
from ssc_to_nwb.data_types.subvolumes.source import ArrayKind, Subvolume

_CLASSES = {"Fluorescence": Fluorescence, "DfOverF": DfOverF}


class RoiResponsesInterface(SessionInterface):
    """Traces of the ROIs, each plane with its own rows only, joined to the masks by ROI number."""

    display_name = "CRCNS ssc ROI traces"
    info = "Raw fluorescence, dF/F and calcium events of every ROI."

    def add(self, nwbfile: NWBFile) -> None:
        """Add a RoiResponseSeries for every plane and kind of array that has rows of the plane."""
        for subvolume in self.context.session.subvolumes:
            self._add_subvolume(nwbfile, subvolume)

    def _add_subvolume(self, nwbfile: NWBFile, subvolume: Subvolume) -> None:
        made: dict[str, RoiResponseSeries] = {}
        for plane, traces, declared in response_series(subvolume, facts=self.context.metadata.imaging):
            table = get_plane_segmentation(nwbfile, context=self.context, subvolume=subvolume, plane=plane)
            rows = {number: row for row, number in enumerate(plane.ordered_roi_numbers.tolist())}
            (region,) = declared.inner
            seconds = self.context.clock.seconds(subvolume.time_ms) if declared.clock is None else made[declared.clock]
            series = RoiResponseSeries(
                **series_fields(declared),
                data=traces.time_by_roi(),
                rois=table.create_roi_table_region(
                    name="rois",
                    description=region.attributes["description"],
                    region=[rows[number] for number in traces.roi_numbers.tolist()],
                ),
                timestamps=seconds,
            )
            made[declared.path] = series
            _container(nwbfile, traces.array.kind).add_roi_response_series(series)


def _container(nwbfile: NWBFile, kind: ArrayKind) -> Fluorescence | DfOverF:
    declared = CONTAINERS[kind]
    module = get_module(nwbfile, declared.path)
    if declared.name not in module.data_interfaces:
        module.add(_CLASSES[declared.neurodata_type](name=declared.name))
    return module[declared.name]


INTERFACE = RoiResponsesInterface
