"""Rules for the event series: pole, touches, licks, rewards, cue, and series nobody knows."""

from __future__ import annotations

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.events.layout import table_path
from ssc_to_nwb.data_types.events.source import PAIRS
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.data_types.rule import Leaf, Names, below, derived, is_empty, kept, written

_HASH = "eventSeriesArrayHash"
_ENTRY = f"{_HASH}.value{{*}}"


def _is_read(leaf: Leaf, facts: SessionFacts) -> bool:
    """Whether the leaf's series was read; one that nobody knows may be of another form, and is then unmapped."""
    return leaf.indices[0] in facts.events


def _table(leaf: Leaf, facts: SessionFacts, *columns: str) -> tuple[Names, ...]:
    series = facts.events[leaf.indices[0]]
    table = table_path(naming.event_table(series.key), pairs=series.type == PAIRS)
    return tuple({"table": table, "column": column} for column in columns or ("",))


def _times(leaf: Leaf, facts: SessionFacts) -> tuple[Names, ...]:
    pairs = facts.events[leaf.indices[0]].type == PAIRS
    return _table(leaf, facts, *(("start_time", "stop_time") if pairs else ("timestamp",)))


def _property(leaf: Leaf, facts: SessionFacts) -> tuple[Names, ...]:
    train = facts.events[leaf.indices[0]].trains[leaf.indices[1] - 1]
    return _table(leaf, facts, naming.property_column(train.properties[leaf.indices[2] - 1].key))


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
        nwb=("{table}",),
        text="2 (on/off pairs): a TimeIntervals table; 1 (points): an EventsTable.",
        when=_is_read,
        names=_table,
    ),
    written(
        "event-times",
        f"{_ENTRY}.eventTimes{{*}}",
        nwb=("{table}/{column}",),
        unit="s",
        text="On and off times as start and stop, points as time stamps; touches stop one sample later. Rows are in "
        "the order of time, with source_position where the source has another order.",
        when=_is_read,
        names=_times,
    ),
    written(
        "event-trials",
        f"{_ENTRY}.eventTrials{{*}}",
        nwb=("{table}/trial_number",),
        text="The number of the event's trial: int32, float64 where the source has NaN.",
        when=_is_read,
        names=_table,
    ),
    written(
        "event-property-values",
        f"{_ENTRY}.eventPropertiesHash{{*}}.value{{*}}",
        nwb=("{table}/{column}",),
        unit="as in the source",
        text="A column for every property; a second one (_at_offset) where values at on and off differ.",
        when=_is_read,
        names=_property,
    ),
)
