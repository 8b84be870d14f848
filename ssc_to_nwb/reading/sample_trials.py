"""The trial number of every time stamp of a clock: of the whisker traces, and of each subvolume."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb import naming

if TYPE_CHECKING:
    from pynwb import NWBFile
    from pynwb.base import TimeSeries


@dataclass(frozen=True, kw_only=True)
class SampleTrials:
    """A view of one series of trial numbers of an open file.

    Attributes
    ----------
    series : TimeSeries
        The trial number of every time stamp of one clock.
    """

    series: TimeSeries

    @cached_property
    def labels(self) -> np.ndarray:
        """Trial number of every time stamp, int32 (N,), or float64 (N,) with NaN where the source has no number."""
        return np.asarray(self.series.data[:])

    def samples(self, number: int) -> np.ndarray:
        """Which samples are of a trial.

        Parameters
        ----------
        number : int
            The source's trial number.

        Returns
        -------
        ndarray of int64
            Their positions among the N samples, ascending.
        """
        return np.flatnonzero(self.labels == number)

    def shares_clock(self, series: TimeSeries) -> bool:
        """Whether a series has the same time stamps: linked ones are one data set, by the name it has in the file.

        Parameters
        ----------
        series : TimeSeries
            Any series of the same file.

        Returns
        -------
        bool
            True where the two have their time stamps in common.
        """
        return bool(self.series.timestamps.name == series.timestamps.name)


def read_sample_trials(nwbfile: NWBFile) -> tuple[SampleTrials, ...]:
    """The series of trial numbers in the file, that of the whisker traces first.

    Parameters
    ----------
    nwbfile : NWBFile
        The open file.

    Returns
    -------
    tuple[SampleTrials, ...]
        A view per clock.
    """
    modules = [nwbfile.processing.get(name) for name in (naming.BEHAVIOR_MODULE, naming.OPHYS_MODULE)]
    found = [(name, module) for module in modules if module is not None for name in sorted(module.data_interfaces)]
    return tuple(
        SampleTrials(series=module[name]) for name, module in found if naming.TRIAL_NUMBER_SERIES.fullmatch(name)
    )
