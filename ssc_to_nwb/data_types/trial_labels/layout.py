"""Trial numbers in the NWB file: one series for each clock of the source whose samples are labelled with trials."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.arrays.source import Labelled
from ssc_to_nwb.data_types.declared import DeclaredObject, Series, Sources
from ssc_to_nwb.data_types.trial_labels.source import labels_dtype, labels_for_file

_TEXT = (
    "Trial number of each time stamp of {of}, as the source labels it; `data[:] == 7` selects trial 7. A number "
    "that is not in the trials table belongs to no known trial{nan}. Source: the field trial of {keys}."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledClock:
    """One clock of the source with a trial label for every sample.

    path: of the series; of: whose samples they are, in words; arrays: the source's entries, at least one, with the same
    times and labels; series_on_it: paths of the series on this clock, the owner of the time stamps first.
    """

    path: str
    of: str
    arrays: tuple[Labelled, ...]
    series_on_it: tuple[str, ...]

    def series(self, *, seconds: np.ndarray) -> Series:
        """The series of trial numbers. seconds: the time stamps, where no series is on this clock."""
        labels = self.arrays[0].trial
        dtype = labels_dtype(labels)
        nan = ", NaN where the source has no number" if dtype.kind == "f" else ""
        return Series(
            path=self.path,
            text=_TEXT.format(of=self.of, nan=nan, keys=", ".join(repr(one.key) for one in self.arrays)),
            unit="n/a",
            dtype=dtype,
            clock=self.series_on_it[0] if self.series_on_it else None,
            comments="The numbers are those of the column trial_number of the trials table.",
            values=labels_for_file(labels),
            seconds=seconds,
            source=tuple(one.path for one in self.arrays),
        )


def objects(sources: Sources) -> Iterator[DeclaredObject]:
    """A series for each clock of a data type that has samples or series."""
    for _, clocks in registry.having("layout", "labelled_clocks"):
        for one in clocks(sources.session):
            time_ms = one.arrays[0].time_ms
            if one.series_on_it or time_ms.size:
                yield one.series(seconds=sources.context.clock.seconds(time_ms))
