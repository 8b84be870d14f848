"""Events of the source as rows of a table: the trains of one table, one after the other, and their order in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.clock import Clock
from ssc_to_nwb.data_types.events.source import PAIRS, EventSeries, EventTrain, split_pairs

_SIDES = {"leftLicks": "left", "rightLicks": "right", "leftReward": "left", "rightReward": "right"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRows:
    """Events of one train as rows: times in s (n,), and the texts of the columns that distinguish the trains."""

    start: np.ndarray
    stop: np.ndarray | None
    labels: Mapping[str, str]


def rows_of(series: EventSeries, *, clock: Clock, later_ms: float = 0.0) -> list[EventRows]:
    """The rows of every train of a series. later_ms: how much later than in the source an event stops."""
    rows = []
    for train, name in zip(series.trains, series_names(series), strict=True):
        start_ms, stop_ms = split_pairs(train.time_ms) if series.type == PAIRS else (train.time_ms, None)
        stop = None if stop_ms is None else clock.seconds(stop_ms + later_ms)
        rows.append(EventRows(start=clock.seconds(start_ms), stop=stop, labels=_labels(series, train, name)))
    return rows


def series_names(series: EventSeries) -> list[str]:
    """What distinguishes the trains of a series: their labels, the key where there is none, numbered where equal."""
    labels = [train.label or series.key for train in series.trains]
    return [label if labels.count(label) == 1 else f"{label} ({place})" for place, label in enumerate(labels, start=1)]


def source_positions(rows: Sequence[EventRows]) -> np.ndarray:
    """Place of every event in the source's list of its train, counted from 1, int64 (n,)."""
    return np.concatenate([np.arange(1, row.start.size + 1) for row in rows])


def _labels(series: EventSeries, train: EventTrain, name: str) -> dict[str, str]:
    labels = {"series": name}
    if series.key in _SIDES:
        labels["side"] = _SIDES[series.key]
    of_touches = train.touch_label()
    if of_touches is not None:
        labels.update(zip(naming.TOUCH_COLUMNS, of_touches, strict=True))
    return labels
