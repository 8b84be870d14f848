"""Series of an NWB file, read when they are asked for: whisker traces, trial numbers of a clock, frames of a plane."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ssc_to_nwb import naming

if TYPE_CHECKING:
    from pynwb import NWBFile
    from pynwb.base import TimeSeries

QUANTITIES = ("angle", "curvature_change")


@dataclass(frozen=True, kw_only=True)
class SharedTimes:
    """Time stamps that several series have in common, read once.

    timestamps: (N,), the data set in the file, in s.
    """

    timestamps: Any

    @cached_property
    def seconds(self) -> np.ndarray:
        """float64 (N,)."""
        return np.asarray(self.timestamps[:], dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class WhiskerSeries:
    """A view of one trace of an open file.

    whisker: such as `c2`; quantity: `angle` or `curvature_change`; series: the series in the file; times: its time
    stamps, shared with the other traces.
    """

    whisker: str
    quantity: str
    series: TimeSeries
    times: SharedTimes

    @property
    def unit(self) -> str:
        """`degrees` or `1/mm`."""
        return str(self.series.unit)

    @property
    def time_s(self) -> np.ndarray:
        """Time stamps in s, float64 (N,); there are gaps between trials."""
        return self.times.seconds

    @cached_property
    def values(self) -> np.ndarray:
        """Values float64 (N,), NaN where tracking failed."""
        return np.asarray(self.series.data[:], dtype=np.float64)


def whisker_traces(nwbfile: NWBFile) -> tuple[WhiskerSeries, ...]:
    """Every whisker trace, all the angles first; none of them is read yet."""
    module = nwbfile.processing.get(naming.BEHAVIOR_MODULE)
    if module is None:
        return ()
    found = []
    shared: dict[object, SharedTimes] = {}
    for quantity in QUANTITIES:
        prefix = naming.whisker_series(quantity, "")
        names = sorted(name for name in module.data_interfaces if name.startswith(prefix))
        for name in names:
            series = module[name]
            # Linked time stamps are one data set, by the name it has in the file.
            times = shared.setdefault(series.timestamps.name, SharedTimes(timestamps=series.timestamps))
            found.append(
                WhiskerSeries(whisker=name.removeprefix(prefix), quantity=quantity, series=series, times=times)
            )
    return tuple(found)


@dataclass(frozen=True, kw_only=True)
class SampleTrials:
    """A view of one series of trial numbers of an open file.

    series: the trial number of every time stamp of one clock.
    """

    series: TimeSeries

    @cached_property
    def labels(self) -> np.ndarray:
        """Trial number of every time stamp, int32 (N,), or float64 (N,) with NaN where the source has no number."""
        return np.asarray(self.series.data[:])

    def samples(self, number: int) -> np.ndarray:
        """Positions of the samples of a trial, by the source's number, int64, ascending."""
        return np.flatnonzero(self.labels == number)

    def shares_clock(self, series: TimeSeries) -> bool:
        """Whether a series has the same time stamps: linked ones are one data set, by the name it has in the file."""
        return bool(self.series.timestamps.name == series.timestamps.name)


def read_sample_trials(nwbfile: NWBFile) -> tuple[SampleTrials, ...]:
    """The series of trial numbers in the file, one per clock, that of the whisker traces first."""
    modules = [nwbfile.processing.get(name) for name in (naming.BEHAVIOR_MODULE, naming.OPHYS_MODULE)]
    found = [(name, module) for module in modules if module is not None for name in sorted(module.data_interfaces)]
    return tuple(
        SampleTrials(series=module[name]) for name, module in found if naming.TRIAL_NUMBER_SERIES.fullmatch(name)
    )


@dataclass(frozen=True, kw_only=True)
class Frames:
    """The frames of a plane and channel, read one by one: `frames[3]` is a picture, (rows, columns).

    A slice gives (frames, rows, columns).

    series: the TwoPhotonSeries in the file.
    """

    series: TimeSeries

    def __len__(self) -> int:
        return int(self.series.data.shape[0])

    def __getitem__(self, which: int | slice) -> np.ndarray:
        return np.asarray(self.series.data[which]).swapaxes(-1, -2)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of frames, rows, columns."""
        count, columns, rows = self.series.data.shape
        return int(count), int(rows), int(columns)

    @cached_property
    def time_s(self) -> np.ndarray:
        """Time stamp of every frame in s after the session's start, float64 (T,)."""
        return np.asarray(self.series.timestamps[:], dtype=np.float64)
