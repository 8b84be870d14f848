"""Trial numbers in the NWB file: one series for each clock of the source whose samples are labelled with trials."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.arrays.source import Labelled
from ssc_to_nwb.data_types.declared import DeclaredObject, Series, Sources
from ssc_to_nwb.data_types.trial_labels.source import labels_for_file
from ssc_to_nwb.session.context import SessionContext

_TEXT = (
    "Trial number of each time stamp of {of}, as the source labels it; `data[:] == 7` selects trial 7. A number "
    "that is not in the trials table belongs to no known trial{nan}. Source: the field trial of {keys}."
)


def trial_numbers(
    context: SessionContext,
    *,
    module: DeclaredObject,
    path: str,
    of: str,
    arrays: Sequence[Labelled],
    series_on_it: Sequence[str],
) -> Iterator[DeclaredObject]:
    """The trial number of every sample of one clock of the source; nothing where it has neither samples nor series.

    module, path: of the series; of: whose samples they are, in words; arrays: the source's entries, at least one, with
    the same times and labels; series_on_it: paths of the series on this clock, the owner of the time stamps first.
    """
    labels, time_ms = labels_for_file(arrays[0].trial), arrays[0].time_ms
    nan = ", NaN where the source has no number" if labels.dtype.kind == "f" else ""
    if series_on_it or time_ms.size:
        yield module
        yield Series(
            path=path,
            text=_TEXT.format(of=of, nan=nan, keys=", ".join(repr(one.key) for one in arrays)),
            unit="n/a",
            dtype=labels.dtype,
            clock=series_on_it[0] if series_on_it else None,
            comments="The numbers are those of the column trial_number of the trials table.",
            values=labels,
            seconds=context.clock.seconds(time_ms),
            source=tuple(one.path for one in arrays),
        )


def objects(sources: Sources) -> Iterator[DeclaredObject]:
    """The trial numbers that the data types declare, behind the series on whose time stamps they are."""
    for _, clocks in registry.having("layout", "labelled_clocks"):
        yield from clocks(sources.context)
