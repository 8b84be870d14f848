"""What the tables of events say of every row: its train, its place in the source, its order; the end of touches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.events.restore import in_source_order, train_rows
from ssc_to_nwb.restoring.clocks import BEHAVIOR_CLOCK, clock_of, usual_interval_ms
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.following import Followed, Follows

_INTERVALS, _EVENTS = "/intervals", "/events"
_TOUCHES = f"{_INTERVALS}/{naming.TOUCHES}"
_PROVENANCE = f"/processing/{naming.SOURCE_MODULE}/{naming.PROVENANCE}"
_POSITION = "source_position"
_AT_OFFSET = "_at_offset"
# Tables of intervals that are none of events.
_OTHERS = (naming.TRIALS, naming.IMAGING_GAPS)
# Columns that distinguish the trains of a table.
_LABELS = ("side", *naming.TOUCH_COLUMNS, "series")


class EventTimes(NamedTuple):
    """The events of one train, in the order of the source, n of them.

    texts: what the label columns of their table say; labels: trial numbers (n,); start, stop: in s (n,), a touch ends
    here with its last sample.
    """

    texts: tuple[str, ...]
    labels: np.ndarray
    start: np.ndarray
    stop: np.ndarray


def event_trains(file: FileView) -> Iterator[EventTimes]:
    """The trains of all tables."""
    for group in (_INTERVALS, _EVENTS):
        for name in file.reader.members(group) if file.reader.has(group) else ():
            if name not in _OTHERS:
                yield from trains_of(file, f"{group}/{name}")


def trains_of(file: FileView, path: str) -> Iterator[EventTimes]:
    """The trains of a table, one for each text of its label columns; none where there is no such table."""
    if not file.reader.has(path):
        return
    table = file.table(path)
    names = ("timestamp", "timestamp") if table.has("timestamp") else ("start_time", "stop_time")
    later = float(file.provenance["touch_sample_ms"]) / 1000 if path == _TOUCHES else 0.0
    labels = [table.texts(name) for name in _LABELS if table.has(name)]
    texts = list(zip(*labels, strict=True)) or [()] * table.rows
    for train in dict.fromkeys(texts):
        rows = in_source_order(table, np.flatnonzero([one == train for one in texts]))
        start, stop = (table.column(name)[rows] for name in names)
        yield EventTimes(train, table.column("trial_number")[rows], start, stop - later)


def touch_sample(file: FileView) -> Iterator[Followed]:
    """The usual interval of the samples of behavior, else what the metadata assume."""
    interval = None
    if file.reader.has(BEHAVIOR_CLOCK):
        clock = clock_of(file, BEHAVIOR_CLOCK)
        interval = usual_interval_ms(clock.milliseconds(file), clock.labels)
    expected = float(file.assumptions["touch_sample_ms"]) if interval is None else interval
    found = float(file.provenance["touch_sample_ms"])
    yield Followed(f"{_PROVENANCE}/value", expected, found, covers=())


def rows(file: FileView) -> Iterator[Followed]:
    """Rows come in the order of time; each is of one train of the source, and counts its events."""
    owners: dict[str, np.ndarray] = {}
    for node in file.claimed("event-times"):
        path = node.table
        table, own = file.table(path), train_rows(file, node)
        np.add.at(owners.setdefault(path, np.zeros(table.rows, dtype=np.int64)), own, 1)
        times_per_row = 1 if table.has("timestamp") else 2
        size = int(np.prod(node.size))
        yield Followed(f"{path}/id", size, own.size * times_per_row, covers=())
        if table.has(_POSITION):
            yield Followed(f"{path}/{_POSITION}", np.arange(1, own.size + 1), table.column(_POSITION)[own])
    for path, count in owners.items():
        yield Followed(f"{path}/id", np.ones_like(count), count, covers=())
        table = file.table(path)
        name = "timestamp" if table.has("timestamp") else "start_time"
        steps = np.diff(table.column(name))
        yield Followed(f"{path}/{name}", np.zeros(steps.shape, dtype=bool), steps < 0, covers=())


def properties_not_given(file: FileView) -> Iterator[Followed]:
    """NaN for the events of trains that have no such property; values at the end where some differ."""
    given: dict[str, np.ndarray] = {}
    for node in file.claimed("event-property-values"):
        path, column = node.table, node.column
        table = file.table(path)
        for place in (f"{path}/{column}", f"{path}/{column}{_AT_OFFSET}"):
            if table.has(place.rpartition("/")[2]):
                own = given.setdefault(place, np.zeros(table.rows, dtype=bool))
                own[train_rows(file, node)] = True
    for place, own in given.items():
        path, column = place.rpartition("/")[::2]
        values = file.table(path).column(column)
        if not own.all():
            missing = values[~own]
            yield Followed(place, np.full(missing.shape, np.nan), missing, covers=())
        if place.endswith(_AT_OFFSET):
            on = file.table(path).column(column.removesuffix(_AT_OFFSET))
            same = np.array_equal(on, values, equal_nan=values.dtype.kind == "f")
            other = "other values than at the onset"
            yield Followed(place, other, "the same values" if same else other, covers=())


FOLLOWS: Follows = {
    f"{_PROVENANCE}/touch_sample_ms": touch_sample,
    f"{_INTERVALS}": rows,
    f"{_TOUCHES}": properties_not_given,
}
