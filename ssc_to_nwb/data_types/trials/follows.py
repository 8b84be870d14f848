"""What the trials table says a second time, or what follows from samples, events and frames of a trial."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.events.follows import event_trains, trains_of
from ssc_to_nwb.data_types.trials.restore import TRIALS, source_order, trial_column
from ssc_to_nwb.restoring.clocks import all_clocks, clock_of, imaged_planes
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.following import Followed, Follows, at, rounding
from ssc_to_nwb.restoring.nwb_reader import NwbTable

# Far below any interval of the rig, and far above the rounding of its times.
_SAME_S = 1e-7
_RESPONSES = {"Hit": "hit", "Err": "error", "NoLick": "no_lick"}
_SIDES = {"L": "left", "R": "right"}
_NO_TYPE = "none"
_STEPS = naming.TRIAL_COLUMNS["StimulusPosition"]


def labelled_spans(file: FileView, numbers: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """For trials of these numbers (T,), first and last time in s of each clock and train of events; NaN for none."""
    return file.once(
        "labelled spans",
        lambda: [
            *(_span(numbers, one.labels, one.seconds, one.seconds) for one in all_clocks(file)),
            *(_span(numbers, one.labels, one.start, one.stop) for one in event_trains(file)),
        ],
    )


def _span(
    numbers: np.ndarray, labels: np.ndarray, starts: np.ndarray, stops: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    first, last = np.full(numbers.size, np.inf), np.full(numbers.size, -np.inf)
    if numbers.size:
        rows = np.argsort(numbers, kind="stable")
        places = rows[np.minimum(np.searchsorted(numbers, labels, sorter=rows), numbers.size - 1)]
        known = numbers[places] == labels
        np.minimum.at(first, places[known], starts[known])
        np.maximum.at(last, places[known], stops[known])
    return np.where(np.isfinite(first), first, np.nan), np.where(np.isfinite(last), last, np.nan)


def measured_starts(file: FileView, firsts: Sequence[np.ndarray]) -> np.ndarray:
    """Which starts were measured, bool (T,), in the order of the rows; firsts: earliest time of each kind of data.

    A 0 of the source is no start after a start of 0 or more, nor where each kind of data is later than in any other
    trial.
    """
    rows = source_order(file)
    zero_s = float(file.assumptions["clock_zero_offset_s"])
    starts = np.where(trial_column(file, "start_measured"), trial_column(file, "start_time"), zero_s)
    highest = np.maximum.accumulate(np.append(-np.inf, starts))[:-1]
    measured = ~((starts == zero_s) & (highest >= zero_s))
    for place in np.flatnonzero((starts == zero_s) & measured).tolist():
        others = measured.copy()
        others[place] = False
        late = []
        for first in firsts:
            delay = first[rows] - starts
            if np.isfinite(delay[place]) and np.isfinite(delay[others]).any():
                late.append(delay[place] > np.nanmax(delay[others]) + _SAME_S)
        measured[place] = not (late and all(late))
    found = np.empty(measured.size, dtype=bool)
    found[rows] = measured
    return found


def starts(file: FileView) -> Iterator[Followed]:
    """Which starts were measured; the first time of the trial's data in place of the others."""
    table = file.table(TRIALS)
    start, measured = table.column("start_time"), table.column("start_measured").astype(bool)
    firsts = [first for first, _ in labelled_spans(file, table.column("trial_number"))]
    expected = measured_starts(file, firsts)
    yield Followed(f"{TRIALS}/start_measured", expected, measured, covers=())
    first = np.fmin.reduce(firsts, initial=np.nan)
    wanted = np.where(measured, start, first)
    yield Followed(f"{TRIALS}/start_time", wanted, start, tolerance=rounding(start), covers=())


def stops(file: FileView) -> Iterator[Followed]:
    """The last time of the trial's data, at most the start of the next trial; NaN where that is before its start."""
    table = file.table(TRIALS)
    start, found = table.column("start_time"), table.column("stop_time")
    lasts = [last for _, last in labelled_spans(file, table.column("trial_number"))]
    last = np.fmax.reduce(lasts, initial=np.nan)
    following = np.append(start[1:], np.nan)[: start.size]
    expected = np.fmin(last, following)
    expected[np.isnan(last) | (expected < start - rounding(start))] = np.nan
    yield Followed(f"{TRIALS}/stop_time", expected, found, tolerance=rounding(found))


def order(file: FileView) -> Iterator[Followed]:
    """Rows come in the order of their starts, those without one last; equal ones in the order of the source."""
    table = file.table(TRIALS)
    start = table.column("start_time")
    position = np.empty(start.size, dtype=np.int64)
    position[source_order(file)] = np.arange(start.size)
    expected = np.lexsort((position, start))
    yield Followed(f"{TRIALS}/start_time", np.arange(start.size), expected, covers=())
    if table.has("source_position"):
        # The column is there where the source has another order.
        yield Followed(f"{TRIALS}/source_position", True, bool((np.diff(position) < 0).any()), covers=())


def outcomes(file: FileView) -> Iterator[Followed]:
    """What the name of the trial's type says: <response><correct side>."""
    known = {f"{name}{side}": (_RESPONSES[name], _SIDES[side]) for name in _RESPONSES for side in _SIDES}
    known[_NO_TYPE] = (_NO_TYPE, _NO_TYPE)
    outcomes = [known.get(name, ("unknown type",) * 2) for name in file.table(TRIALS).texts("trial_type")]
    for place, column in enumerate(("response", "correct_side")):
        yield from at(file, {f"{TRIALS}/{column}": [outcome[place] for outcome in outcomes]})


def pole(file: FileView) -> Iterator[Followed]:
    """Motor steps in mm, at the steps per mm that the metadata assume."""
    table = file.table(TRIALS)
    if table.has("pole_position_mm"):
        expected = table.column(_STEPS) / float(file.assumptions["motor_steps_per_mm"])
        yield from at(file, {f"{TRIALS}/pole_position_mm": expected}, near=True)


def imaging_valid(file: FileView) -> Iterator[Followed]:
    """True where any subvolume is named; each once, in the order of the source."""
    table = file.table(TRIALS)
    if table.has("imaging_valid"):
        parts = table.parts("imaging_valid_subvolumes")
        found = table.column("imaging_valid").astype(bool)
        expected = np.array([part.size > 0 for part in parts], dtype=bool)
        yield Followed(f"{TRIALS}/imaging_valid", expected, found)
        known = list(dict.fromkeys(plane.subvolume for plane in imaged_planes(file)))
        lists = [part.tolist() for part in parts]
        ordered = [_in_order(part, known) for part in lists]
        yield Followed(f"{TRIALS}/imaging_valid_subvolumes", ordered, lists, covers=())


def _in_order(part: Sequence[int], known: Sequence[int]) -> list[int]:
    # Subvolumes without planes have no place in the order.
    others = [number for number in part if number not in known]
    return [number for number in known if number in part] + others


def imaged(file: FileView) -> Iterator[Followed]:
    """The subvolumes in which any plane has a frame labelled with the trial."""
    table = file.table(TRIALS)
    frames: dict[int, dict[str, np.ndarray]] = {}
    for plane in imaged_planes(file):
        if plane.clock is not None:
            present = file.table(plane.frame_index).column("file_number") > 0
            clocks = frames.setdefault(plane.subvolume, {})
            clocks[plane.clock] = clocks.get(plane.clock, np.zeros(present.size, dtype=bool)) | present
    trials = {
        number: {label for clock, there in clocks.items() for label in clock_of(file, clock).labels[there].tolist()}
        for number, clocks in frames.items()
    }
    expected = [
        np.array([volume for volume, labels in trials.items() if number in labels], dtype=np.int64)
        for number in table.column("trial_number").tolist()
    ]
    yield from _lists(table, "imaged_subvolumes", expected)


def licks(file: FileView) -> Iterator[Followed]:
    """The licks of each trial, as in the table of licks."""
    table = file.table(TRIALS)
    licks = {train.texts: train for train in trains_of(file, f"/events/{naming.LICKS}")}
    for side in _SIDES.values():
        own = licks.get((side,))
        expected = [
            np.zeros(0) if own is None else own.start[own.labels == number]
            for number in table.column("trial_number").tolist()
        ]
        yield from _lists(table, f"{side}_licks", expected)


def _lists(table: NwbTable, name: str, expected: Sequence[np.ndarray]) -> Iterator[Followed]:
    """A ragged column, which is not in the file where all of its lists are empty."""
    place = f"{table.path}/{name}"
    is_there = table.has(name)
    values = np.concatenate([np.zeros(0), *expected])
    ends = np.cumsum([part.size for part in expected], dtype=np.int64)
    found = table.column(name) if is_there else np.zeros(0)
    yield Followed(place, ends, table.ends(name), covers=(f"{place}_index",) if is_there else ())
    yield Followed(place, values, found, tolerance=rounding(values), covers=(place,) if is_there else ())


FOLLOWS: Follows = {
    f"{TRIALS}/start_time": starts,
    f"{TRIALS}/stop_time": stops,
    f"{TRIALS}/id": order,
    f"{TRIALS}/response": outcomes,
    f"{TRIALS}/pole_position_mm": pole,
    f"{TRIALS}/imaging_valid": imaging_valid,
    f"{TRIALS}/imaged_subvolumes": imaged,
    f"{TRIALS}/left_licks": licks,
}
