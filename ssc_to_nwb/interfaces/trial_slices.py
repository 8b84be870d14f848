"""Which samples of which series belong to which trial, as runs, from the source's own label of every sample."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from hdmf.common import VectorData, VectorIndex
from pynwb import NWBFile
from pynwb.base import TimeSeries, TimeSeriesReference, TimeSeriesReferenceVectorData

from ssc_to_nwb import naming
from ssc_to_nwb.extractors.frames import StackFrames
from ssc_to_nwb.interfaces.context import SessionContext
from ssc_to_nwb.source.plane import Plane
from ssc_to_nwb.source.subvolume import ARRAY_KINDS, Subvolume


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRun:
    """Samples of one series that follow one another and bear the same trial number; times in s."""

    series: TimeSeries
    first: int
    count: int
    start_time: float
    stop_time: float


@dataclass(frozen=True, slots=True)
class TrialSlices:
    """Runs of samples by the trial number that the source gives them."""

    by_trial: dict[int, list[SampleRun]] = field(default_factory=dict)

    def add(self, series: Sequence[TimeSeries], *, labels: np.ndarray, times: np.ndarray) -> None:
        """Add the runs of labels (N,) for all of `series`, which share the time stamps `times` (N,)."""
        for number, first, count in runs_of(labels):
            start, stop = float(times[first]), float(times[first + count - 1])
            self.by_trial.setdefault(number, []).extend(
                SampleRun(series=one, first=first, count=count, start_time=start, stop_time=stop) for one in series
            )

    def as_columns(self, rows: Sequence[Sequence[TimeSeriesReference]], *, description: str) -> list[VectorData]:
        """The column `timeseries` of a TimeIntervals, a list of references per row, with its index."""
        data = TimeSeriesReferenceVectorData(
            name="timeseries", description=description, data=[reference for row in rows for reference in row]
        )
        ends = np.cumsum([len(row) for row in rows], dtype=np.int64)
        return [data, VectorIndex(name="timeseries_index", data=ends, target=data)]


def references(runs: Iterable[SampleRun]) -> list[TimeSeriesReference]:
    """NWB's references (first sample, count, series) to runs."""
    return [TimeSeriesReference(run.first, run.count, run.series) for run in runs]


def runs_of(labels: np.ndarray) -> Iterator[tuple[int, int, int]]:
    """(label, first, count) of every run of equal labels in int64 (N,)."""
    if not labels.size:
        return
    starts = np.concatenate([[0], np.flatnonzero(np.diff(labels)) + 1])
    counts = np.diff(np.append(starts, labels.size))
    for first, count in zip(starts.tolist(), counts.tolist(), strict=True):
        yield int(labels[first]), first, count


def collect_trial_slices(nwbfile: NWBFile, *, context: SessionContext) -> TrialSlices:
    """The runs of every series of the session that is in the file, found by name."""
    slices = TrialSlices()
    session, clock = context.session, context.clock
    if session.whisker is not None and naming.BEHAVIOR_MODULE in nwbfile.processing:
        module = nwbfile.processing[naming.BEHAVIOR_MODULE]
        names = [naming.whisker_series(trace.quantity, trace.whisker) for trace in session.whisker.traces]
        series = [module[name] for name in names if name in module.data_interfaces]
        slices.add(series, labels=session.whisker.trial, times=clock.seconds(session.whisker.time_ms))
    for subvolume in session.subvolumes:
        times = clock.seconds(subvolume.time_ms)
        slices.add(list(_response_series(nwbfile, subvolume)), labels=subvolume.trial, times=times)
        for plane, one in _frame_series(nwbfile, subvolume):
            own = np.asarray(one.timestamps, dtype=np.float64)
            labels = subvolume.trial[_frame_places(one, plane=plane, times=times, own=own)]
            slices.add([one], labels=labels, times=own)
    return slices


def _frame_places(series: TimeSeries, *, plane: Plane, times: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Which of the subvolume's time stamps (F,) each frame of a plane is, int64 (T,)."""
    if isinstance(series.data, StackFrames):
        return series.data.stack.index_position
    # Frames written before are told by their time stamps, equal ones by their order.
    present = np.flatnonzero(plane.frame_index.present)
    earlier = np.arange(own.size) - np.searchsorted(own, own)
    return present[np.searchsorted(times[present], own) + earlier]


def _response_series(nwbfile: NWBFile, subvolume: Subvolume) -> Iterator[TimeSeries]:
    module = nwbfile.processing.get(naming.OPHYS_MODULE)
    for plane in subvolume.planes:
        for kind in ARRAY_KINDS:
            container = None if module is None else module.data_interfaces.get(naming.RESPONSE_CONTAINERS[kind])
            name = naming.response_series(kind, plane.name)
            if container is not None and name in container.roi_response_series:
                yield container[name]


def _frame_series(nwbfile: NWBFile, subvolume: Subvolume) -> Iterator[tuple[Plane, TimeSeries]]:
    for plane in subvolume.planes:
        for channel in naming.CHANNELS:
            name = naming.two_photon_series(plane.name, channel)
            if name in nwbfile.acquisition:
                yield plane, nwbfile.acquisition[name]
