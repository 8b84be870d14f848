"""The trial number of every sample: one TimeSeries per clock of the source, on the time stamps of that clock."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from pynwb import NWBFile
from pynwb.base import TimeSeries

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.modules import get_module
from ssc_to_nwb.data_types.subvolumes.source import ARRAY_KINDS, Subvolume
from ssc_to_nwb.data_types.trial_labels.source import labels_for_file
from ssc_to_nwb.data_types.whisker.source import WhiskerData

_DESCRIPTION = (
    "Trial number of each time stamp of {clock}, as the source labels it; `data[:] == 7` selects trial 7. A number "
    "that is not in the trials table belongs to no known trial{nan}. Source: the field trial of {keys}."
)


class TrialNumbersInterface(SessionInterface):
    """Trial numbers on the clock of the whisker traces, and on that of every subvolume."""

    display_name = "CRCNS ssc trial numbers"
    info = "The trial number of every sample of the whisker traces and of every time stamp of the subvolumes."

    def add(self, nwbfile: NWBFile) -> None:
        """Add a series per clock that has samples.

        Add it after the whisker traces and the ROI traces: it links to the time stamps of those that are in the file,
        and has time stamps of its own where none is.
        """
        session = self.context.session
        if session.whisker is not None:
            self._add_whisker(nwbfile, session.whisker)
        for subvolume in session.subvolumes:
            self._add_subvolume(nwbfile, subvolume)

    def _add_whisker(self, nwbfile: NWBFile, whisker: WhiskerData) -> None:
        names = [naming.whisker_series(trace.quantity, trace.whisker) for trace in whisker.traces]
        self._add_series(
            nwbfile,
            module=naming.BEHAVIOR_MODULE,
            name=naming.TRIAL_NUMBER,
            clock="the whisker traces",
            keys=[whisker.key],
            labels=whisker.trial,
            time_ms=whisker.time_ms,
            owner=next(_found(nwbfile, naming.BEHAVIOR_MODULE, names), None),
        )

    def _add_subvolume(self, nwbfile: NWBFile, subvolume: Subvolume) -> None:
        planes = ", ".join(plane.name for plane in subvolume.planes) or "without planes"
        self._add_series(
            nwbfile,
            module=naming.OPHYS_MODULE,
            name=naming.subvolume_trial_number(subvolume.number, occurrence=subvolume.occurrence),
            clock=f"subvolume {subvolume.number} ({planes})",
            keys=[array.key for array in subvolume.arrays.values()],
            labels=subvolume.trial,
            time_ms=subvolume.time_ms,
            owner=next(_response_series(nwbfile, subvolume), None),
        )

    def _add_series(
        self,
        nwbfile: NWBFile,
        *,
        module: str,
        name: str,
        clock: str,
        keys: list[str],
        labels: np.ndarray,
        time_ms: np.ndarray,
        owner: TimeSeries | None,
    ) -> None:
        if owner is None and not time_ms.size:
            return
        data = labels_for_file(labels)
        nan = ", NaN where the source has no number" if data.dtype.kind == "f" else ""
        series = TimeSeries(
            name=name,
            description=_DESCRIPTION.format(clock=clock, nan=nan, keys=", ".join(map(repr, keys))),
            data=data,
            unit="n/a",
            timestamps=self.context.clock.seconds(time_ms) if owner is None else owner,
            comments="The numbers are those of the column trial_number of the trials table.",
        )
        get_module(nwbfile, module).add(series)


def _found(nwbfile: NWBFile, module: str, names: list[str]) -> Iterator[TimeSeries]:
    """Those of the named series that are in a module of the file."""
    if module in nwbfile.processing:
        interfaces = nwbfile.processing[module].data_interfaces
        yield from (interfaces[name] for name in names if name in interfaces)


def _response_series(nwbfile: NWBFile, subvolume: Subvolume) -> Iterator[TimeSeries]:
    """The ROI traces of a subvolume that are in the file, in the order in which they are added."""
    for plane in subvolume.planes:
        for kind in ARRAY_KINDS:
            containers = list(_found(nwbfile, naming.OPHYS_MODULE, [naming.RESPONSE_CONTAINERS[kind]]))
            name = naming.response_series(kind, plane.name)
            yield from (one[name] for one in containers if name in one.roi_response_series)
