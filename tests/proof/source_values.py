"""What differs between a converted file and the struct that the generator wrote, found with h5py and numpy alone.

Neither the product's reader nor its proof takes part, so that a fault that both share is seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ssc_to_nwb.testing.dataset import SyntheticSession
from ssc_to_nwb.testing.matlab import Cell, MatStruct

SECONDS = {1: 1e-3, 2: 1.0, 3: 60.0}
CONTAINERS = {"dff": "DfOverF", "raw": "Fluorescence", "event": "CalciumEvents"}
PAIRS = {
    "poleInReach": "intervals/pole_in_reach",
    "touches": "intervals/touches",
    "leftReward": "intervals/rewards",
    "rightReward": "intervals/rewards",
    "rewardCue": "intervals/reward_cue",
}
POINTS = {"leftLicks": "events/licks", "rightLicks": "events/licks"}


def differing_values(made: SyntheticSession, path: Path, *, offset_s: float = 0.0) -> list[str]:
    """Names of what differs. offset_s: what the conversion adds to the times of the source."""
    with h5py.File(path) as file:
        compared = list(_compared(made.tree, file, offset_s))
    assert {name.partition(" ")[0] for name, *_ in compared} >= {"trials", "events"}
    return [name for name, source, written in compared if not _same(source, written)]


def _same(source: Any, written: Any) -> bool:
    one, two = np.asarray(source), np.asarray(written)
    if one.shape != two.shape:
        return False
    if one.dtype.kind in "OUS":
        return bool((one == two).all())
    return bool(np.allclose(one.astype(float), two.astype(float), rtol=1e-12, atol=1e-9, equal_nan=True))


def _compared(s: MatStruct, file: h5py.File, offset_s: float) -> Iterator[tuple[str, Any, Any]]:
    """Name, the source's values, those in the file."""
    yield from _trials(s, file, offset_s)
    yield from _events(s, file, offset_s)
    hash_ = s["timeSeriesArrayHash"]
    for key, array in zip(hash_["keyNames"], hash_["value"], strict=True):
        if key == "whiskerVars":
            yield from _whiskers(array, file, offset_s)
    yield from _traces(s, file)


def _trials(s: MatStruct, file: h5py.File, offset_s: float) -> Iterator[tuple[str, Any, Any]]:
    table = file["intervals/trials"]
    starts = _seconds(s["trialStartTimes"], s["trialTimeUnit"]) + offset_s
    measured = table["start_measured"][:].astype(bool)
    numbers = table["trial_number"][:]
    by_number = dict(zip(s["trialIds"].ravel().astype(int), range(starts.size), strict=True))
    places = [by_number[number] for number in numbers]
    yield "trials numbers", sorted(by_number), sorted(numbers)
    yield "trials starts", starts[places][measured], table["start_time"][:][measured]
    types = [
        [name for name, is_so in zip(s["trialTypeStr"], column, strict=True) if is_so] for column in s["trialTypeMat"].T
    ]
    yield "trials types", [(types[place] or ["none"])[0] for place in places], table["trial_type"].asstr()[:]


def _events(s: MatStruct, file: h5py.File, offset_s: float) -> Iterator[tuple[str, Any, Any]]:
    hash_ = s["eventSeriesArrayHash"]
    expected: dict[str, list[float]] = {}
    for key, series in zip(hash_["keyNames"], hash_["value"], strict=True):
        place = PAIRS.get(key) or POINTS.get(key)
        if place is not None:
            step = 2 if key in PAIRS else 1
            for times in _trains(series["eventTimes"]):
                on = _seconds(times, series["timeUnit"])[::step] + offset_s
                expected.setdefault(place, []).extend(on)
    for place, times in expected.items():
        column = f"{place}/{'start_time' if place.startswith('intervals') else 'timestamp'}"
        yield f"events {place}", sorted(times), file[column][:] if column in file else []


def _whiskers(array: MatStruct, file: h5py.File, offset_s: float) -> Iterator[tuple[str, Any, Any]]:
    if array["time"].size == 0:
        return
    group = file["processing/behavior"]
    yield "whisker trials", array["trial"].ravel(), group["trial_number/data"][:]
    yield "whisker times", _seconds(array["time"], array["timeUnit"]) + offset_s, group["trial_number/timestamps"][:]
    for label, values in zip(array["idStrs"], array["valueMatrix"], strict=True):
        quantity, _, whisker = label.partition(" for ")
        name = f"whisker_{quantity.lower().replace(' ', '_')}_{whisker.lower()}"
        yield f"whisker {label}", values, group[f"{name}/data"][:]


def _traces(s: MatStruct, file: h5py.File) -> Iterator[tuple[str, Any, Any]]:
    """Every ROI's trace of every kind, found by the ROI's number."""
    hash_ = s["timeSeriesArrayHash"]
    for kind, container in CONTAINERS.items():
        source = {
            int(number): values
            for key, array in zip(hash_["keyNames"], hash_["value"], strict=True)
            if key.startswith(kind)
            for number, values in zip(array["ids"].ravel(), array["valueMatrix"], strict=True)
        }
        written = dict(_written_traces(file, f"processing/ophys/{container}"))
        yield f"traces {kind}", sorted(source), sorted(written)
        for number in source.keys() & written.keys():
            yield f"traces {kind} {number}", source[number], written[number]


def _written_traces(file: h5py.File, container: str) -> Iterator[tuple[int, np.ndarray]]:
    for series in file[container].values() if container in file else ():
        rows = series["rois"]
        numbers = file[rows.attrs["table"]]["roi_number"][:]
        for number, values in zip(numbers[rows[:]], series["data"][:].T, strict=True):
            yield int(number), values


def _trains(times: Any) -> list[np.ndarray]:
    return list(times) if isinstance(times, Cell) else [times]


def _seconds(times: np.ndarray, unit: np.ndarray) -> np.ndarray:
    return np.asarray(times, dtype=float).ravel() * SECONDS[int(np.asarray(unit).ravel()[0])]
