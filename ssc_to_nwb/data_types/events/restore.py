"""From the tables of events back to eventSeriesArrayHash: times, trials and properties of every train of a series."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.restoring.clocks import unit_of
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.nwb_reader import NwbTable, ObjectError
from ssc_to_nwb.restoring.pieces import Piece, Restores, each
from ssc_to_nwb.restoring.struct_table import StructNode

_SIDES = {"leftLicks": "left", "rightLicks": "right", "leftReward": "left", "rightReward": "right"}
_ON, _OFF = slice(0, None, 2), slice(1, None, 2)
_POINTS, _PAIRS = 1.0, 2.0
_TYPES = {"TimeIntervals": _PAIRS, "EventsTable": _POINTS}


@each
def types(file: FileView, node: StructNode) -> Iterator[Piece]:
    """2 where the table has intervals, 1 where it has points."""
    yield node.piece(np.array([_type(file, node.objects[0])]))


@each
def times(file: FileView, node: StructNode) -> Iterator[Piece]:
    """Points, or on and off times in turn; a touch stops one sample later in the file than in the source."""
    table, unit, rows = file.table(node.table), unit_of(file, f"{node.parent}.timeUnit"), train_rows(file, node)
    on = None
    for place in node.objects:
        later = 0.0
        if place.endswith("/stop_time") and file.node(node.parent).key == "touches":
            later = float(file.provenance["touch_sample_ms"]) * unit.per_second / 1000
        seconds = table.column(place.rpartition("/")[2])[rows]
        found, rounding = unit.restored(seconds, whole=node.whole, later=later)
        if on is not None:
            # Rounding must not put the end of a touch of one sample before its beginning.
            found = np.where(np.abs(found - on) <= rounding, np.maximum(found, on), found)
        where = None if len(node.objects) == 1 else node.elements(_ON if on is None else _OFF)
        yield node.piece(found, place=place, rounding=rounding, where=where)
        on = found


@each
def columns(file: FileView, node: StructNode) -> Iterator[Piece]:
    """Trial numbers or a property at each event time; a second column has those at the off times where they differ."""
    table, rows = file.table(node.table), train_rows(file, node)
    for which in (_ON, _OFF) if _type(file, node.table) == _PAIRS else (slice(None),):
        column = node.column
        if which is _OFF and table.has(f"{column}_at_offset"):
            column = f"{column}_at_offset"
        yield node.piece(table.column(column)[rows], place=f"{table.path}/{column}", where=node.elements(which))


def _type(file: FileView, table: str) -> float:
    """Raises ObjectError where the table is none of events."""
    found = file.reader.attribute(table, "neurodata_type")
    if found not in _TYPES:
        raise ObjectError(table, expected=" or ".join(_TYPES), found=repr(found))
    return _TYPES[found]


def train_rows(file: FileView, node: StructNode) -> np.ndarray:
    """Rows of the train that a leaf is of, in the order of the source, int64 (n,).

    The leaf is an item of eventTimes, eventTrials or a property of the train's Hash; without a cell around it, the only
    one. An empty leaf in the place of several has the rows of all of them, which are none.
    """
    # `s.eventSeriesArrayHash.value{2}` of `s.eventSeriesArrayHash.value{2}.eventTimes{1}`, and the 1, if there is one.
    *series, field = node.path.split(".")[:4]
    train = int(field[field.index("{") + 1 : -1]) if field.endswith("}") else None
    table = file.table(node.table)
    rows = np.ones(table.rows, dtype=bool)
    for column, texts in _labels(file, file.node(".".join(series)), table).items():
        own = texts if train is None else [texts[train - 1]]
        rows &= np.array([found in own for found in table.texts(column)], dtype=bool)
    return in_source_order(table, np.flatnonzero(rows))


def in_source_order(table: NwbTable, rows: np.ndarray) -> np.ndarray:
    """The rows of one train in the order of the source; in that of time where the table has no other."""
    if not table.has("source_position"):
        return rows
    return rows[np.argsort(table.column("source_position")[rows], kind="stable")]


def _labels(file: FileView, series: StructNode, table: NwbTable) -> dict[str, list[str]]:
    """The texts that the rows of a series have, by column: one for each train, in the order of the source."""
    if table.has("side"):
        return {"side": [_SIDES[series.key]]}
    labels_path = file.first_of(series.path, "idStrs", "idStr")
    labels = [] if labels_path is None else file.texts(labels_path)
    labels = labels or [""]
    direction_column, name_column = naming.TOUCH_COLUMNS
    if table.has(direction_column):
        parts = [label.strip().partition(" ") for label in labels]
        return {
            direction_column: [direction.lower() for direction, _, _ in parts],
            name_column: [rest.removeprefix("contacts for ").strip() for _, _, rest in parts],
        }
    if table.has("series"):
        names = [label or series.key for label in labels]
        numbered = enumerate(names, start=1)
        return {"series": [name if names.count(name) == 1 else f"{name} ({place})" for place, name in numbered]}
    return {}


RESTORES: Restores = {
    "event-type": types,
    "event-times": times,
    "event-trials": columns,
    "event-property-values": columns,
}
