"""Rules for the event series: pole, touches, licks, rewards, cue, and series nobody knows."""

from __future__ import annotations

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.events.layout import table_path
from ssc_to_nwb.data_types.events.source import PAIRS, EventSeries
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.data_types.rule import Disposition, Leaf, Names, Rule, is_empty

_HASH = "eventSeriesArrayHash"
_ENTRY = f"{_HASH}.value{{*}}"


def _series(leaf: Leaf, facts: SessionFacts) -> EventSeries:
    return facts.events[leaf.indices[0]]


def _is_read(leaf: Leaf, facts: SessionFacts) -> bool:
    """Whether the leaf's series was read; one that nobody knows may be of another form, and is then unmapped."""
    return leaf.indices[0] in facts.events


def _table_names(leaf: Leaf, facts: SessionFacts) -> tuple[Names, ...]:
    series = _series(leaf, facts)
    return ({"table": table_path(naming.event_table(series.key), pairs=series.type == PAIRS)},)


def _time_names(leaf: Leaf, facts: SessionFacts) -> tuple[Names, ...]:
    columns = ("start_time", "stop_time") if _series(leaf, facts).type == PAIRS else ("timestamp",)
    table = _table_names(leaf, facts)[0]["table"]
    return tuple({"table": table, "column": column} for column in columns)


def _property_names(leaf: Leaf, facts: SessionFacts) -> tuple[Names, ...]:
    train = _series(leaf, facts).trains[leaf.indices[1] - 1]
    key = train.properties[leaf.indices[2] - 1].key
    return ({**_table_names(leaf, facts)[0], "column": naming.property_column(key)},)


RULES = (
    Rule(
        identifier="event-texts",
        patterns=(
            _HASH,
            f"{_HASH}.keyNames{{*}}",
            f"{_HASH}.descr{{*}}",
            f"{_ENTRY}.id",
            f"{_ENTRY}.ids",
            f"{_ENTRY}.idStr{{*}}",
            f"{_ENTRY}.idStrs{{*}}",
            f"{_ENTRY}.idStrDetailed{{*}}",
            f"{_ENTRY}.eventPropertiesHash{{*}}.keyNames{{*}}",
            f"{_ENTRY}.eventPropertiesHash{{*}}.descr{{*}}",
        ),
        disposition=Disposition.KEPT,
        nwb=(naming.STRUCT_TABLE,),
        text="Keys, names, numbers and descriptions, in their order; tables and columns are described with them.",
    ),
    Rule(
        identifier="event-empties",
        patterns=(
            f"{_HASH}.value",
            f"{_ENTRY}.eventPropertiesHash{{*}}",
            f"{_ENTRY}.eventPropertiesHash{{*}}.value",
        ),
        disposition=Disposition.KEPT,
        nwb=(naming.STRUCT_TABLE,),
        text="Where there is no property, the empty value is kept.",
        when=is_empty,
    ),
    Rule(
        identifier="event-type",
        patterns=(f"{_ENTRY}.type",),
        disposition=Disposition.DERIVED,
        nwb=("{table}",),
        text="2 (on/off pairs): a TimeIntervals table; 1 (points): an EventsTable.",
        when=_is_read,
        names=_table_names,
    ),
    Rule(
        identifier="event-times",
        patterns=(f"{_ENTRY}.eventTimes{{*}}",),
        disposition=Disposition.WRITTEN,
        nwb=("{table}/{column}",),
        unit="s",
        text="On and off times as start and stop, points as time stamps; touches stop one sample later. Rows are in "
        "the order of time, with source_position where the source has another order.",
        when=_is_read,
        names=_time_names,
        keep=is_empty,
    ),
    Rule(
        identifier="event-trials",
        patterns=(f"{_ENTRY}.eventTrials{{*}}",),
        disposition=Disposition.WRITTEN,
        nwb=("{table}/trial_number",),
        text="The number of the event's trial: int32, float64 where the source has NaN.",
        when=_is_read,
        names=_table_names,
        keep=is_empty,
    ),
    Rule(
        identifier="event-property-values",
        patterns=(f"{_ENTRY}.eventPropertiesHash{{*}}.value{{*}}",),
        disposition=Disposition.WRITTEN,
        nwb=("{table}/{column}",),
        unit="as in the source",
        text="A column for every property; a second one (_at_offset) where values at on and off differ.",
        when=_is_read,
        names=_property_names,
        keep=is_empty,
    ),
)
