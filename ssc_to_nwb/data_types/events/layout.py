"""Where events are in the NWB file: a TimeIntervals table for on/off pairs, an EventsTable for points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import TEXT, Column, DeclaredObject, Sources, Table
from ssc_to_nwb.data_types.events import touches
from ssc_to_nwb.data_types.events.source import PAIRS, EventSeries, EventTrain, split_pairs
from ssc_to_nwb.data_types.trial_labels.source import labels_dtype
from ssc_to_nwb.session.context import SessionContext
from ssc_to_nwb.session.session import Session

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


# Columns that distinguish a table's trains.
_LABELS = {
    name: Column(name=name, text=text, dtype=TEXT)
    for name, text in {
        "side": "Lick port: left or right.",
        **touches.LABEL_TEXTS,
        "series": "Name of the series in the source.",
    }.items()
}
_STOP_TEXT = "Offset, in seconds after session start."
POSITION = Column(
    name="source_position",
    dtype=np.int64,
    text=(
        f"Place of the event in the source's list of its side, {' or '.join(naming.TOUCH_COLUMNS)}, counted from 1; "
        "rows are in the order of time."
    ),
)
_TRIAL_TEXT = (
    "Number of the trial that the source labels the event with, as in the column trial_number of the trials table; NaN "
    "where the source has NaN."
)
_START = Column(name="start_time", dtype=np.float64, text="Onset, in seconds after session start.")
_TIMESTAMP = Column(
    name="timestamp",
    dtype=np.float64,
    neurodata_type="TimestampVectorData",
    attributes={"unit": "seconds"},
    text="Time, in seconds after session start.",
)
_AT_OFFSET = "Value at the end of the event."
_SIDES = {"leftLicks": "left", "rightLicks": "right"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTable:
    """A table of the file and the source's series that go into it.

    labels: columns that distinguish its trains; later_ms: how much later than in the source its events stop.
    """

    table: Table
    members: tuple[EventSeries, ...]
    labels: tuple[str, ...]
    later_ms: float


_KNOWN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    naming.POLE_IN_REACH: (touches.POLE_TEXT, ()),
    naming.TOUCHES: (touches.TEXT, naming.TOUCH_COLUMNS),
    naming.REWARDS: ("Delivery of water: the times a water valve was open.", ("side",)),
    naming.REWARD_CUE: ("Auditory cue for the animal to answer and collect its reward.", ()),
    naming.LICKS: ("Contacts of the tongue with a lick port.", ("side",)),
}


def objects(sources: Sources) -> Iterator[DeclaredObject]:
    """A table per kind of event."""
    for one in event_tables(sources.context):
        yield one.table


def table_path(name: str, *, pairs: bool) -> str:
    """Where NWB has tables of on/off pairs, and of points."""
    return f"/{'intervals' if pairs else 'events'}/{name}"


def event_tables(context: SessionContext) -> Iterator[EventTable]:
    """The tables of a session's series: the known ones, then one for each series that nobody knows."""
    events = context.session.events
    for name, (text, labels) in _KNOWN.items():
        members = tuple(events[key] for key, table in naming.EVENT_TABLES.items() if table == name and key in events)
        if members:
            later_ms = touches.touch_sample_ms(context) if name == naming.TOUCHES else 0.0
            yield _event_table(name, text, labels, members, later_ms=later_ms)
    for key, series in events.items():
        if key not in naming.EVENT_TABLES:
            text = f"Event series {key!r} of the source."
            yield _event_table(naming.event_table(key), text, ("series",), (series,), later_ms=0.0)


def _event_table(
    name: str, text: str, labels: tuple[str, ...], members: tuple[EventSeries, ...], *, later_ms: float
) -> EventTable:
    pairs = members[0].type == PAIRS
    stop_text = touches.STOP_TEXT.format(later_ms) if later_ms else _STOP_TEXT
    times = (_START, Column(name="stop_time", dtype=np.float64, text=stop_text)) if pairs else (_TIMESTAMP,)
    of_labels = labels_dtype(trial_labels(members))
    table = Table(
        path=table_path(name, pairs=pairs),
        neurodata_type="TimeIntervals" if pairs else "EventsTable",
        text=f"{text} Source: {'; '.join(f'{one.key}: {one.description}' for one in members)}",
        columns=(
            *times,
            *(_LABELS[label] for label in labels),
            Column(name="trial_number", dtype=of_labels, text=_TRIAL_TEXT),
            *((POSITION,) if any(not _in_order(series) for series in members) else ()),
            *(column for item in table_properties(members) for column in _property_columns(item)),
        ),
        attributes={} if pairs else {"source_description": "Behavior control system of the rig"},
    )
    return EventTable(table=table, members=members, labels=labels, later_ms=later_ms)


def trial_labels(members: Sequence[EventSeries]) -> np.ndarray:
    """The trial label of every event of a table, trains in turn, int64 (n,); of a pair that of its onset."""
    labels = [
        train.trial[0::2] if series.type == PAIRS else train.trial for series in members for train in series.trains
    ]
    return np.concatenate([np.zeros(0, dtype=np.int64), *labels])


def _in_order(series: EventSeries) -> bool:
    """Whether the source lists the events of every train in the order of time."""
    starts = [split_pairs(one.time_ms)[0] if series.type == PAIRS else one.time_ms for one in series.trains]
    return all((np.diff(start) >= 0).all() for start in starts)


def _property_columns(item: TableProperty) -> Iterator[Column]:
    known, source = touches.PROPERTIES.get(item.key, ""), ": ".join(filter(None, (item.key, item.description)))
    yield Column(name=item.column, dtype=item.on.dtype, text=f"{known} Source: {source}".lstrip())
    if item.differs_at_offset:
        text = f"{known} {_AT_OFFSET} Source: {source}".lstrip()
        yield Column(name=naming.at_offset(item.column), dtype=item.off.dtype, text=text)


def trial_columns(session: Session) -> Iterator[Column]:
    """Lick times by trial, for readers that know no EventsTable."""
    for key, side in _SIDES.items():
        series = session.events.get(key)
        if series is not None and np.isin(session.trials.numbers, series.trains[0].trial).any():
            yield Column(
                name=f"{side}_licks",
                dtype=np.float64,
                ragged=True,
                text=(
                    f"Times of the licks at the {side} port labelled with the trial, in seconds after session start; "
                    "the same as in the licks table."
                ),
            )
