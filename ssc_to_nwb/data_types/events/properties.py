"""What the source says of every event, beside its time and its trial: values of all trains of one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.events.source import PAIRS, EventSeries, EventTrain, split_pairs

COUNTERS = frozenset(
    (
        "touchNumberWithinTrial", "touchBoutNumber", "touchNumberWithinBout", "whTSACorrespondingIndex",
        "caTSACorrespondingIndex", "derTSACorrespondingIndex",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class TableProperty:
    """One property of the events of a table.

    on, off: values (n,) at the onsets and the offsets, trains one after the other, twice the same for points; NaN for
    the events of a train that has no such property. Counters are int32 where all are whole.
    """

    key: str
    description: str
    on: np.ndarray
    off: np.ndarray

    @property
    def column(self) -> str:
        """Name of its column."""
        return naming.property_column(self.key)

    @property
    def differs_at_offset(self) -> bool:
        """Whether any event has another value at its end."""
        return not np.array_equal(self.on, self.off, equal_nan=True)


def table_properties(members: Sequence[EventSeries]) -> list[TableProperty]:
    """The properties of all series of a table, in the order in which they first occur."""
    trains = [(series, train) for series in members for train in series.trains]
    items = [item for _, train in trains for item in train.properties]
    first = {naming.property_column(item.key): item for item in reversed(items)}
    found = []
    for name in dict.fromkeys(naming.property_column(item.key) for item in items):
        parts = [_values(series, train, name) for series, train in trains]
        on, off = (np.concatenate([part[place] for part in parts]) for place in (0, 1))
        item = first[name]
        if item.key in COUNTERS:
            on, off = _whole(on, off)
        found.append(TableProperty(key=item.key, description=item.description, on=on, off=off))
    return found


def _values(series: EventSeries, train: EventTrain, name: str) -> tuple[np.ndarray, np.ndarray]:
    of_pairs = series.type == PAIRS
    item = {naming.property_column(one.key): one for one in train.properties}.get(name)
    if item is None:
        nothing = np.full(train.time_ms.size // (2 if of_pairs else 1), np.nan)
        return nothing, nothing
    return split_pairs(item.values) if of_pairs else (item.values, item.values)


def _whole(on: np.ndarray, off: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The values as int32, unless one of them is not a whole number of 32 bits."""
    both = np.concatenate([on, off])
    if np.isfinite(both).all() and (both == np.rint(both)).all() and (np.abs(both) < 2**31).all():
        return on.astype(np.int32), off.astype(np.int32)
    return on, off
