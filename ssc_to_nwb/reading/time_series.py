"""Series of an NWB file, read when they are asked for: whisker traces, trial numbers of a clock, frames of a plane."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.reading.nwb_table import processed

if TYPE_CHECKING:
    from pynwb import NWBFile
    from pynwb.base import TimeSeries

QUANTITIES = ("angle", "curvature_change")


def read_samples(data: Any, places: np.ndarray | None = None, columns: slice | None = None) -> np.ndarray:
    """Samples of an array in the file, float64, at ascending places or all: one reading from the first to the last."""
    around = slice(None)
    if places is not None:
        around = slice(int(places[0]), int(places[-1]) + 1) if places.size else slice(0, 0)
    values = np.asarray(data[around] if columns is None else data[around, columns], dtype=np.float64)
    return values if places is None or not places.size else values[places - places[0]]


@dataclass(frozen=True, kw_only=True)
class Samples:
    """A view of a series of an open file, read when it is asked for.

    series: the series in the file.
    """

    series: TimeSeries

    @cached_property
    def time_s(self) -> np.ndarray:
        """Time stamps in s after the session's start, float64 (N,); there are gaps between trials."""
        return read_samples(self.series.timestamps)

    @cached_property
    def values(self) -> np.ndarray:
        """Values float64 (N,), NaN where there is none."""
        return read_samples(self.series.data)

    def shares_clock(self, series: TimeSeries) -> bool:
        """Whether a series has the same time stamps: linked ones are one data set, by the name it has in the file."""
        return bool(self.series.timestamps.name == series.timestamps.name)


@dataclass(frozen=True, kw_only=True)
class WhiskerSeries(Samples):
    """A whisker trace; its values are NaN where tracking failed.

    whisker: such as `c2`; quantity: `angle` or `curvature_change`.
    """

    whisker: str
    quantity: str

    @property
    def unit(self) -> str:
        """`degrees` or `1/mm`."""
        return str(self.series.unit)


def whisker_traces(nwbfile: NWBFile) -> tuple[WhiskerSeries, ...]:
    """Every whisker trace, all the angles first; none of them is read yet."""
    return tuple(
        WhiskerSeries(whisker=name.removeprefix(prefix), quantity=quantity, series=series)
        for quantity, prefix in ((quantity, naming.whisker_series(quantity, "")) for quantity in QUANTITIES)
        for name, series in sorted(processed(nwbfile, naming.BEHAVIOR_MODULE).items())
        if name.startswith(prefix)
    )


def read_sample_trials(nwbfile: NWBFile) -> tuple[Samples, ...]:
    """The series of trial numbers in the file, one per clock, that of the whisker traces first."""
    modules = [sorted(processed(nwbfile, name).items()) for name in (naming.BEHAVIOR_MODULE, naming.OPHYS_MODULE)]
    return tuple(
        Samples(series=series) for name, series in chain(*modules) if naming.TRIAL_NUMBER_SERIES.fullmatch(name)
    )


@dataclass(frozen=True, kw_only=True)
class Frames(Samples):
    """The frames of a plane and channel, read one by one: `frames[3]` is a picture, (rows, columns).

    A slice gives (frames, rows, columns).
    """

    def __len__(self) -> int:
        return int(self.series.data.shape[0])

    def __getitem__(self, which: int | slice) -> np.ndarray:
        return np.asarray(self.series.data[which]).swapaxes(-1, -2)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of frames, rows, columns."""
        count, columns, rows = self.series.data.shape
        return int(count), int(rows), int(columns)
