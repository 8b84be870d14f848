"""Where events are in the NWB file, a TimeIntervals table for on/off pairs, an EventsTable for points; their rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import TEXT, Column, Sources, Table
from ssc_to_nwb.data_types.events.source import PAIRS, EventSeries, EventTrain, touch_sample
from ssc_to_nwb.data_types.rule import below, derived, is_empty, kept, written
from ssc_to_nwb.data_types.trial_labels.source import labels_for_file
from ssc_to_nwb.session.context import SessionContext

_SIDES = {"leftLicks": "left", "rightLicks": "right", "leftReward": "left", "rightReward": "right"}
# What the known tables are, and the columns that distinguish their trains.
_KNOWN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    naming.POLE_IN_REACH: ("Times when the pole was in reach of the whiskers.", ()),
    naming.TOUCHES: (
        "Touches of the pole by a whisker. Touches of several whiskers or directions may overlap.",
        naming.TOUCH_COLUMNS,
    ),
    naming.REWARDS: ("Delivery of water: the times a water valve was open.", ("side",)),
    naming.REWARD_CUE: ("Auditory cue for the animal to answer and collect its reward.", ()),
    naming.LICKS: ("Contacts of the tongue with a lick port.", ("side",)),
}
_DIRECTION, _WHISKER = naming.TOUCH_COLUMNS
_LABEL_TEXTS = {
    "side": "Lick port: left or right.",
    _DIRECTION: "Movement of the whisker during the touch: protraction or retraction.",
    _WHISKER: "Whisker that touches the pole.",
    "series": "Name of the series in the source.",
}
_START = Column("start_time", np.float64, "Onset, in seconds after session start.")
_STOP_TEXT = "Offset, in seconds after session start."
_TOUCH_STOP_TEXT = (
    "End of the touch, in seconds after session start: one sample ({:g} ms) after the offset of the source, which is "
    "the last sample in which the whisker touches the pole."
)
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
_PER_TRAIN = "counted from 1, per direction and whisker; no unit"
# What the known properties are, with their units; no reader of tables has a place for a column's unit.
_MEASURES = {
    "kappaMaxAbsOverTouch": "Signed curvature change of largest magnitude over the touch, in 1/mm.",
    "thetaAtTouchOnset": "Angle of the whisker at the onset of the touch, in degrees.",
    "thetaMeanOverTouch": "Mean angle of the whisker over the touch, in degrees.",
}
_COUNTERS = {
    "touchNumberWithinTrial": f"Number of the touch within its trial, {_PER_TRAIN}.",
    "touchBoutNumber": f"Number of the bout of touches, {_PER_TRAIN}.",
    "touchNumberWithinBout": f"Number of the touch within its bout, {_PER_TRAIN}.",
    "whTSACorrespondingIndex": "Place among the samples of the whisker array, counted from 1; no unit.",
    "caTSACorrespondingIndex": "Place among the time stamps of a calcium array, counted from 1; no unit.",
    "derTSACorrespondingIndex": "Place among the samples of a derived array, counted from 1; no unit.",
}
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
    time_ms = np.concatenate([train.time_ms for train in trains])
    seconds = context.clock.seconds(time_ms[:, 0])
    order = np.argsort(seconds, kind="stable")
    columns = [replace(_START if pairs else _TIMESTAMP, values=seconds[order])]
    if pairs:
        later_ms = touch_sample(context)[0] if name == naming.TOUCHES else 0.0
        stops = context.clock.seconds(time_ms[:, 1] + later_ms)
        stop_text = _TOUCH_STOP_TEXT.format(later_ms) if later_ms else _STOP_TEXT
        columns.append(Column("stop_time", np.float64, stop_text, values=stops[order]))
    of_trains = [one for series in members for one in _labels(series)]
    for label in labels:
        # A train without any event need not have a label.
        texts = np.array([one.get(label) for one in of_trains], dtype=object).repeat([len(one.trial) for one in trains])
        columns.append(Column(label, TEXT, _LABEL_TEXTS[label], values=texts[order].tolist()))
    trials = labels_for_file(np.concatenate([train.trial[:, 0] for train in trains]))
    columns.append(Column("trial_number", trials.dtype, _TRIAL_TEXT, values=trials[order]))
    if any((np.diff(train.time_ms[:, 0]) < 0).any() for train in trains):
        positions = np.concatenate([np.arange(1, len(train.trial) + 1) for train in trains])
        columns.append(replace(_POSITION, values=positions[order]))
    return Table(
        path=table_path(name, pairs=pairs),
        neurodata_type="TimeIntervals" if pairs else "EventsTable",
        text=f"{text} Source: {'; '.join(f'{one.key}: {one.description}' for one in members)}",
        columns=(*columns, *_property_columns(trains, order)),
        attributes={} if pairs else {"source_description": "Behavior control system of the rig"},
        source=tuple(one.path for one in members),
    )


def _labels(series: EventSeries) -> Iterator[dict[str, str]]:
    """What distinguishes each train of a series; the labels, or the key where there is none, numbered where equal."""
    names = [train.label or series.key for train in series.trains]
    for place, (train, name) in enumerate(zip(series.trains, names, strict=True), start=1):
        touch = dict(zip(naming.TOUCH_COLUMNS, train.touch_label() or (), strict=False))
        own = name if names.count(name) == 1 else f"{name} ({place})"
        yield {"series": own, "side": _SIDES.get(series.key, ""), **touch}


def _property_columns(trains: Sequence[EventTrain], order: np.ndarray) -> Iterator[Column]:
    """What the source says of every event besides, and of its end where any event has another value there.

    NaN for the events of a train that has no such property.
    """
    of_trains = [{naming.property_column(item.key): item for item in train.properties} for train in trains]
    for name in dict.fromkeys(name for items in of_trains for name in items):
        found = [items[name] for items in of_trains if name in items]
        parts = [
            items[name].values if name in items else np.full(train.time_ms.shape, np.nan)
            for train, items in zip(trains, of_trains, strict=True)
        ]
        key, values = found[0].key, np.concatenate(parts)[order]
        # Whole numbers, unless one of them is not one of 32 bits.
        if key in _COUNTERS and (values == np.rint(values)).all() and (np.abs(values) < 2**31).all():
            values = values.astype(np.int32)
        known = (_MEASURES | _COUNTERS).get(key, "")
        source = f"Source: {': '.join(filter(None, (key, found[0].description)))}"
        on, off = values[:, 0], values[:, -1]
        text = f"{known} {source}".lstrip()
        yield Column(name, on.dtype, text, values=on, source=tuple(one.path for one in found))
        if not np.array_equal(on, off, equal_nan=True):
            text = f"{known} Value at the end of the event. {source}".lstrip()
            yield Column(naming.at_offset(name), off.dtype, text, values=off)


def trial_columns(context: SessionContext) -> Iterator[Column]:
    """Lick times by trial, in s, for readers that know no EventsTable."""
    numbers = context.session.trials.numbers
    for key in ("leftLicks", "rightLicks"):
        series = context.session.events.get(key)
        if series is not None and np.isin(numbers, series.trains[0].trial).any():
            train, side = series.trains[0], _SIDES[key]
            seconds, trial = context.clock.seconds(train.time_ms[:, 0]), train.trial[:, 0]
            text = (
                f"Times of the licks at the {side} port labelled with the trial, in seconds after session start; the "
                "same as in the licks table."
            )
            values = [seconds[trial == number] for number in numbers]
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
