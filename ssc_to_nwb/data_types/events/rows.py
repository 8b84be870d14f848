"""Events of the source as rows of a table: the trains of one table, one after the other, and their order in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.clock import Clock
from ssc_to_nwb.data_types.events.source import PAIRS, EventProperty, EventSeries, EventTrain, split_pairs

_SIDES = {"leftLicks": "left", "rightLicks": "right", "leftReward": "left", "rightReward": "right"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRows:
    """Events of one train as rows: times in s (n,), trials (n,), properties by column name, text labels.

    in_order: whether the source lists the events in the order of time.
    """

    start: np.ndarray
    stop: np.ndarray | None
    trial: np.ndarray
    properties: dict[str, EventProperty]
    labels: dict[str, str]
    in_order: bool


def rows_of(series: EventSeries, *, clock: Clock, labels: Sequence[str], sample_ms: float = 0.0) -> list[EventRows]:
    """The rows of every train of a series.

    labels: columns that distinguish trains; sample_ms: how much later than in the source an event stops.
    """
    return [
        _train_rows(
            train,
            series=series,
            clock=clock,
            labels={label: _label(label, series=series, train=train, name=name) for label in labels},
            sample_ms=sample_ms,
        )
        for train, name in zip(series.trains, series_names(series), strict=True)
    ]


def series_names(series: EventSeries) -> list[str]:
    """What distinguishes the trains of a series: their labels, the key where there is none, numbered where equal."""
    labels = [train.label or series.key for train in series.trains]
    return [label if labels.count(label) == 1 else f"{label} ({place})" for place, label in enumerate(labels, start=1)]


def source_positions(rows: Sequence[EventRows]) -> np.ndarray:
    """Place of every event in the source's list of its train, counted from 1, int64 (n,)."""
    return np.concatenate([np.arange(1, row.start.size + 1) for row in rows])


def _train_rows(
    train: EventTrain, *, series: EventSeries, clock: Clock, labels: dict[str, str], sample_ms: float
) -> EventRows:
    start_ms, stop_ms = split_pairs(train.time_ms) if series.type == PAIRS else (train.time_ms, None)
    return EventRows(
        start=clock.seconds(start_ms),
        stop=None if stop_ms is None else clock.seconds(stop_ms + sample_ms),
        trial=train.trial if stop_ms is None else train.trial[0::2],
        properties={naming.property_column(item.key): item for item in train.properties},
        labels=labels,
        in_order=bool((np.diff(start_ms) >= 0).all()),
    )


def _label(column_name: str, *, series: EventSeries, train: EventTrain, name: str) -> str:
    if column_name == "side":
        return _SIDES[series.key]
    direction_and_whisker = train.touch_label()
    if direction_and_whisker is not None and column_name in ("direction", "whisker"):
        return direction_and_whisker[("direction", "whisker").index(column_name)]
    return name
