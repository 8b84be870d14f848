"""Where events are in the NWB file, a TimeIntervals table for on/off pairs, an EventsTable for points; their rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import TEXT, Column, Sources, Table
from ssc_to_nwb.data_types.events import touches
from ssc_to_nwb.data_types.events.source import PAIRS, EventProperty, EventSeries, EventTrain, split_pairs
from ssc_to_nwb.data_types.rule import below, derived, is_empty, kept, written
from ssc_to_nwb.data_types.trial_labels.source import labels_dtype, labels_for_file
from ssc_to_nwb.session.context import SessionContext

_COUNTERS = (
    "touchNumberWithinTrial", "touchBoutNumber", "touchNumberWithinBout", "whTSACorrespondingIndex",
    "caTSACorrespondingIndex", "derTSACorrespondingIndex",
)  # fmt: skip
_SIDES = {"leftLicks": "left", "rightLicks": "right", "leftReward": "left", "rightReward": "right"}
# What the known tables are, and the columns that distinguish their trains.
_KNOWN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    naming.POLE_IN_REACH: (touches.POLE_TEXT, ()),
    naming.TOUCHES: (touches.TEXT, naming.TOUCH_COLUMNS),
    naming.REWARDS: ("Delivery of water: the times a water valve was open.", ("side",)),
    naming.REWARD_CUE: ("Auditory cue for the animal to answer and collect its reward.", ()),
    naming.LICKS: ("Contacts of the tongue with a lick port.", ("side",)),
}
_LABEL_TEXTS = {
    "side": "Lick port: left or right.",
    **touches.LABEL_TEXTS,
    "series": "Name of the series in the source.",
}
_START = Column("start_time", np.float64, "Onset, in seconds after session start.")
_STOP_TEXT = "Offset, in seconds after session start."
_TIMESTAMP = Column(
    "timestamp",
    np.float64,
    "Time, in seconds after session start.",
    neurodata_type="TimestampVectorData",
    attributes={"unit": "seconds"},
)
_TRIAL_TEXT = (
    "Number of the trial that the source labels the event with, as in the column trial_number of the trials table; NaN "
    "where the source has NaN."
)
_POSITION = Column(
    "source_position",
    np.int64,
    f"Place of the event in the source's list of its side, {' or '.join(naming.TOUCH_COLUMNS)}, counted from 1; "
    "rows are in the order of time.",
)
_HASH = "eventSeriesArrayHash"
_ENTRY = f"{_HASH}.value{{*}}"


def table_path(name: str, *, pairs: bool) -> str:
    """Where NWB has tables of on/off pairs, and of points."""
    return f"/{'intervals' if pairs else 'events'}/{name}"


def objects(sources: Sources) -> Iterator[Table]:
    """The tables of a session's series: the known ones, then one for each series that nobody knows."""
    context, events = sources.context, sources.session.events
    for name, (text, labels) in _KNOWN.items():
        members = [events[key] for key, table in naming.EVENT_TABLES.items() if table == name and key in events]
        if members:
            yield _event_table(context, name, text, labels, members)
    for key, series in events.items():
        if key not in naming.EVENT_TABLES:
            text = f"Event series {key!r} of the source."
            yield _event_table(context, naming.event_table(key), text, ("series",), [series])


def _event_table(
    context: SessionContext, name: str, text: str, labels: tuple[str, ...], members: Sequence[EventSeries]
) -> Table:
    """A table of these series; labels: columns that distinguish its trains. Rows are in the order of time."""
    pairs = members[0].type == PAIRS
    trains = [train for series in members for train in series.trains]
    onsets = [_at_onsets(train.time_ms, pairs=pairs) for train in trains]
    seconds = context.clock.seconds(np.concatenate(onsets))
    order = np.argsort(seconds, kind="stable")
    columns = [replace(_START if pairs else _TIMESTAMP, values=seconds[order])]
    if pairs:
        later_ms = touches.touch_sample_ms(context) if name == naming.TOUCHES else 0.0
        stops = context.clock.seconds(np.concatenate([split_pairs(train.time_ms)[1] for train in trains]) + later_ms)
        stop_text = touches.STOP_TEXT.format(later_ms) if later_ms else _STOP_TEXT
        columns.append(Column("stop_time", np.float64, stop_text, values=stops[order]))
    of_trains = [one for series in members for one in _labels(series)]
    for label in labels:
        # A train without any event need not have a label.
        texts = np.array([one.get(label) for one in of_trains], dtype=object).repeat([one.size for one in onsets])
        columns.append(Column(label, TEXT, _LABEL_TEXTS[label], values=texts[order].tolist()))
    trials = np.concatenate([_at_onsets(train.trial, pairs=pairs) for train in trains])
    columns.append(Column("trial_number", labels_dtype(trials), _TRIAL_TEXT, values=labels_for_file(trials)[order]))
    if any((np.diff(onset) < 0).any() for onset in onsets):
        positions = np.concatenate([np.arange(1, onset.size + 1) for onset in onsets])
        columns.append(replace(_POSITION, values=positions[order]))
    return Table(
        path=table_path(name, pairs=pairs),
        neurodata_type="TimeIntervals" if pairs else "EventsTable",
        text=f"{text} Source: {'; '.join(f'{one.key}: {one.description}' for one in members)}",
        columns=(*columns, *_property_columns(trains, order, pairs=pairs)),
        attributes={} if pairs else {"source_description": "Behavior control system of the rig"},
        source=tuple(one.path for one in members),
    )


def _at_onsets(values: np.ndarray, *, pairs: bool) -> np.ndarray:
    return split_pairs(values)[0] if pairs else values


def _labels(series: EventSeries) -> Iterator[dict[str, str]]:
    """What distinguishes each train of a series; the labels, or the key where there is none, numbered where equal."""
    names = [train.label or series.key for train in series.trains]
    for place, (train, name) in enumerate(zip(series.trains, names, strict=True), start=1):
        touch = dict(zip(naming.TOUCH_COLUMNS, train.touch_label() or (), strict=False))
        own = name if names.count(name) == 1 else f"{name} ({place})"
        yield {"series": own, "side": _SIDES.get(series.key, ""), **touch}


def _property_columns(trains: Sequence[EventTrain], order: np.ndarray, *, pairs: bool) -> Iterator[Column]:
    """What the source says of every event besides, and of its end where any event has another value there."""
    items: dict[str, list[EventProperty]] = {}
    for item in (item for train in trains for item in train.properties):
        items.setdefault(naming.property_column(item.key), []).append(item)
    for name, (item, *others) in items.items():
        key, described = item.key, ": ".join(filter(None, (item.key, item.description)))
        parts = [_on_and_off(train, name, pairs=pairs) for train in trains]
        on, off = (np.concatenate([part[place] for part in parts]) for place in (0, 1))
        if key in _COUNTERS:
            on, off = _whole(on, off)
        known, source = touches.PROPERTIES.get(key, ""), f"Source: {described}"
        paths = tuple(one.path for one in (item, *others))
        yield Column(name, on.dtype, f"{known} {source}".lstrip(), values=on[order], source=paths)
        if not np.array_equal(on, off, equal_nan=True):
            text = f"{known} Value at the end of the event. {source}".lstrip()
            yield Column(naming.at_offset(name), off.dtype, text, values=off[order])


def _on_and_off(train: EventTrain, name: str, *, pairs: bool) -> tuple[np.ndarray, np.ndarray]:
    """Values at the onsets and offsets of a train, twice the same for points; NaN where it has no such property."""
    item = {naming.property_column(one.key): one for one in train.properties}.get(name)
    if item is None:
        nothing = np.full(train.time_ms.size // (2 if pairs else 1), np.nan)
        return nothing, nothing
    return split_pairs(item.values) if pairs else (item.values, item.values)


def _whole(on: np.ndarray, off: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The values as int32, unless one of them is not a whole number of 32 bits."""
    both = np.concatenate([on, off])
    if np.isfinite(both).all() and (both == np.rint(both)).all() and (np.abs(both) < 2**31).all():
        return on.astype(np.int32), off.astype(np.int32)
    return on, off


def trial_columns(context: SessionContext) -> Iterator[Column]:
    """Lick times by trial, in s, for readers that know no EventsTable."""
    numbers = context.session.trials.numbers
    for key in ("leftLicks", "rightLicks"):
        series = context.session.events.get(key)
        if series is not None and np.isin(numbers, series.trains[0].trial).any():
            train, side = series.trains[0], _SIDES[key]
            seconds = context.clock.seconds(train.time_ms)
            text = (
                f"Times of the licks at the {side} port labelled with the trial, in seconds after session start; the "
                "same as in the licks table."
            )
            values = [seconds[train.trial == number] for number in numbers]
            yield Column(f"{side}_licks", np.float64, text, ragged=True, values=values)


_TABLES = tuple(table_path("{table}", pairs=pairs) for pairs in (True, False))
RULES = (
    kept(
        "event-texts",
        _HASH,
        *below(_HASH, "keyNames{*}", "descr{*}"),
        *below(_ENTRY, "id", "ids", "idStr{*}", "idStrs{*}", "idStrDetailed{*}"),
        *below(f"{_ENTRY}.eventPropertiesHash{{*}}", "keyNames{*}", "descr{*}"),
        text="Keys, names, numbers and descriptions, in their order; tables and columns are described with them.",
    ),
    kept(
        "event-empties",
        *below(_HASH, "value", "value{*}.eventPropertiesHash{*}", "value{*}.eventPropertiesHash{*}.value"),
        text="Where there is no property, the empty value is kept.",
        when=is_empty,
    ),
    derived(
        "event-type",
        f"{_ENTRY}.type",
        nwb=_TABLES,
        text="2 (on/off pairs): a TimeIntervals table; 1 (points): an EventsTable.",
    ),
    written(
        "event-times",
        f"{_ENTRY}.eventTimes{{*}}",
        nwb=(f"{_TABLES[0]}/start_time", f"{_TABLES[0]}/stop_time", f"{_TABLES[1]}/timestamp"),
        unit="s",
        text="On and off times as start and stop, points as time stamps; touches stop one sample later. Rows are in "
        "the order of time, with source_position where the source has another order.",
    ),
    written(
        "event-trials",
        f"{_ENTRY}.eventTrials{{*}}",
        nwb=tuple(f"{table}/trial_number" for table in _TABLES),
        text="The number of the event's trial: int32, float64 where the source has NaN.",
    ),
    written(
        "event-property-values",
        f"{_ENTRY}.eventPropertiesHash{{*}}.value{{*}}",
        nwb=tuple(f"{table}/{{column}}" for table in _TABLES),
        unit="as in the source",
        text="A column for every property; a second one (_at_offset) where values at on and off differ.",
    ),
)
