"""Where running speed is in the NWB file, a TimeSeries in the module of behavior, and what becomes of each field."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from running_speed.source import KIND, RunningSpeed
from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import DeclaredObject, Series, Sources
from ssc_to_nwb.data_types.rule import below, kept, of_array, scoped, written
from ssc_to_nwb.data_types.trial_labels.layout import trial_numbers
from ssc_to_nwb.data_types.whisker.layout import BEHAVIOR
from ssc_to_nwb.session.context import SessionContext
from ssc_to_nwb.session.session import Session

NAME = "running_speed"
SERIES = f"{BEHAVIOR.path}/{NAME}"
LABELS = f"{BEHAVIOR.path}/{naming.trial_number_of(NAME)}"


def running_of(session: Session) -> RunningSpeed | None:
    """The running speed of a session, None where it has none."""
    found = session.arrays.get(KIND)
    return found if isinstance(found, RunningSpeed) else None


def objects(sources: Sources) -> Iterator[DeclaredObject]:
    """The series, in its module."""
    running = running_of(sources.session)
    if running is not None:
        yield BEHAVIOR
        yield Series(
            path=SERIES,
            text=f"Speed of the running wheel, in cm/s. Source: {running.key!r}.",
            unit="cm/s",
            dtype=np.float64,
            values=running.speed_cm_s,
            seconds=sources.context.clock.seconds(running.time_ms),
            source=(running.path,),
        )


def labelled_clocks(context: SessionContext) -> Iterator[DeclaredObject]:
    """The wheel's clock, for a series of the trial number of every sample."""
    running = running_of(context.session)
    if running is not None:
        yield from trial_numbers(
            context, module=BEHAVIOR, path=LABELS, of="the running wheel", arrays=(running,), series_on_it=(SERIES,)
        )


_ENTRY = "timeSeriesArrayHash.value{*}"

RULES = scoped(
    KIND,
    of_array(KIND),
    written(
        "running-values", f"{_ENTRY}.valueMatrix", nwb=(f"{SERIES}/data",), unit="cm/s", text="Speed of the wheel."
    ),
    written(
        "running-times",
        f"{_ENTRY}.time",
        nwb=(f"{SERIES}/timestamps", f"{LABELS}/timestamps"),
        unit="s",
        text="Time stamps.",
    ),
    written(
        "running-trials",
        f"{_ENTRY}.trial",
        nwb=(f"{LABELS}/data",),
        unit="n/a",
        text="The trial number of every sample; NaN stays.",
    ),
    kept("running-labels", *below(_ENTRY, "ids", "idStrs{*}", "idStrDetailed{*}"), text="Number and name of the row."),
    kept("running-described", *below("timeSeriesArrayHash", "descrHash{*}", "descrHash{*}.value{*}"), text="Trials."),
)
