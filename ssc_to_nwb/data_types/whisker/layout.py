"""Where whisker angle and curvature change are in the NWB file: one TimeSeries per whisker and quantity."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import Column, DeclaredObject, Series, Sources, processing_module
from ssc_to_nwb.data_types.trial_labels.layout import LabelledClock
from ssc_to_nwb.data_types.whisker.source import WhiskerData, whisker_of
from ssc_to_nwb.session.session import Session

BEHAVIOR = processing_module(
    naming.BEHAVIOR_MODULE, "Whisker angle and curvature change, tracked from the whisker videos."
)
MODULES = (BEHAVIOR,)
UNITS = {"angle": "degrees", "curvature_change": "1/mm"}
_TEXTS = {
    "angle": "Angle of whisker {whisker}, in degrees.",
    "curvature_change": "Change of the curvature (kappa) of whisker {whisker}, relative, in 1/mm.",
}
LABELS = f"{BEHAVIOR.path}/{naming.TRIAL_NUMBER}"
VALID = Column(
    name="whisker_valid", dtype=np.bool_, text="Whether the source lists the trial as one with valid whisker data."
)


def objects(sources: Sources) -> Iterator[DeclaredObject]:
    """The module of the whisker series, and the series."""
    whisker = whisker_of(sources.session)
    if whisker is not None and (whisker.traces or whisker.time_ms.size):
        yield BEHAVIOR
        yield from trace_series(whisker)


def trace_series(whisker: WhiskerData) -> list[Series]:
    """A series per row of the array, in its order; the first has the time stamps of all."""
    series: list[Series] = []
    for trace in whisker.traces:
        text = _TEXTS[trace.quantity].format(whisker=trace.whisker)
        declared = Series(
            path=f"{BEHAVIOR.path}/{naming.whisker_series(trace.quantity, trace.whisker)}",
            text=f"{text} NaN where tracking failed. Source: row {trace.row + 1}, {trace.label!r}, of {whisker.key!r}.",
            unit=UNITS[trace.quantity],
            dtype=trace.values.dtype,
            clock=series[0].path if series else None,
            comments="Sampled within trials; there are gaps between trials.",
        )
        series.append(declared)
    return series


def labelled_clocks(session: Session) -> Iterator[LabelledClock]:
    """The clock of the whisker array."""
    whisker = whisker_of(session)
    if whisker is not None:
        yield LabelledClock(
            path=LABELS,
            of="the whisker traces",
            keys=(whisker.key,),
            labels=whisker.trial,
            time_ms=whisker.time_ms,
            series_on_it=tuple(series.path for series in trace_series(whisker)),
        )


def trial_columns(session: Session) -> Iterator[Column]:
    """What the trials table has of whisker data."""
    whisker = whisker_of(session)
    if whisker is not None and whisker.valid_trials is not None:
        yield VALID
