"""Columns of what the source says of every event, beside its time and its trial."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hdmf.common import VectorData

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.columns import column
from ssc_to_nwb.data_types.events.rows import EventRows
from ssc_to_nwb.data_types.events.source import split_pairs

_PER_DIRECTION = "counted from 1, per direction and whisker; no unit"
# What the known properties are, with their units; no reader of tables has a place for a column's unit.
_KNOWN_TEXTS = {
    "kappaMaxAbsOverTouch": "Signed curvature change of largest magnitude over the touch, in 1/mm.",
    "thetaAtTouchOnset": "Angle of the whisker at the onset of the touch, in degrees.",
    "thetaMeanOverTouch": "Mean angle of the whisker over the touch, in degrees.",
    "touchNumberWithinTrial": f"Number of the touch within its trial, {_PER_DIRECTION}.",
    "touchBoutNumber": f"Number of the bout of touches, {_PER_DIRECTION}.",
    "touchNumberWithinBout": f"Number of the touch within its bout, {_PER_DIRECTION}.",
    "whTSACorrespondingIndex": "Place among the samples of the whisker array, counted from 1; no unit.",
    "caTSACorrespondingIndex": "Place among the time stamps of a calcium array, counted from 1; no unit.",
    "derTSACorrespondingIndex": "Place among the samples of a derived array, counted from 1; no unit.",
}
_AT_OFFSET = "Value at the end of the event."
_COUNTERS = frozenset(key for key, text in _KNOWN_TEXTS.items() if "counted from 1" in text)


def property_columns(name: str, rows: Sequence[EventRows], *, order: np.ndarray) -> list[VectorData]:
    """Columns of a property: one value per event; a second column where the values at on and off differ anywhere.

    NaN for the events of a train that has no such property. Counters are int32 where all are whole.
    """
    parts = [_values(row, name) for row in rows]
    on, off = (np.concatenate([part[place] for part in parts])[order] for place in (0, 1))
    item = next(row.properties[name] for row in rows if name in row.properties)
    if item.key in _COUNTERS:
        on, off = _whole(on, off)
    known, source = _KNOWN_TEXTS.get(item.key, ""), ": ".join(filter(None, (item.key, item.description)))
    columns = [column(name, f"{known} Source: {source}".lstrip(), on)]
    if not np.array_equal(on, off, equal_nan=True):
        columns.append(column(naming.at_offset(name), f"{known} {_AT_OFFSET} Source: {source}".lstrip(), off))
    return columns


def _values(row: EventRows, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Values at the onsets and at the offsets, (n,) each; twice the same for points."""
    item = row.properties.get(name)
    if item is None:
        nothing = np.full(row.start.size, np.nan)
        return nothing, nothing
    return (item.values, item.values) if row.stop is None else split_pairs(item.values)


def _whole(on: np.ndarray, off: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The values as int32, unless one of them is not a whole number of 32 bits."""
    both = np.concatenate([on, off])
    if np.isfinite(both).all() and (both == np.rint(both)).all() and (np.abs(both) < 2**31).all():
        return on.astype(np.int32), off.astype(np.int32)
    return on, off
