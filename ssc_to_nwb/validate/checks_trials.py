"""Checks of the trials table: order and types of the trials, and the events, rewards and licks that belong to them.

What is known of the task: the animal answers after an auditory cue by licking left or right; a correct answer is a hit
and is rewarded at its side. Names of types are `<response><correct side>`: HitL, ErrR, NoLickL and so on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from hdmf.common import DynamicTable
from pynwb import NWBFile
from pynwb.epoch import TimeIntervals

from ssc_to_nwb import naming
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.validate.arrays import column, interval_table, provenance, texts, trial_numbers
from ssc_to_nwb.validate.checks_time import TOLERANCE_S
from ssc_to_nwb.validate.project_check import examples, project_check

_TYPE = re.compile(r"(Hit|Err|NoLick)([LR])")
_RESPONSES = {"Hit": "hit", "Err": "error", "NoLick": "no_lick"}
_SIDES = {"L": "left", "R": "right"}
_OTHER_SIDE = {"left": "right", "right": "left"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialSpans:
    """Numbers of the trials (T,) in rising order, with start and end of each in s.

    The end is the trial's stop or, where that is not known, the start of the next trial, at last infinity.
    """

    number: np.ndarray
    start: np.ndarray
    end: np.ndarray

    def places(self, trial_numbers: np.ndarray) -> np.ndarray:
        """Position of each trial number (N,), -1 where there is no such trial."""
        if not self.number.size:
            return np.full(trial_numbers.size, -1)
        found = np.minimum(np.searchsorted(self.number, trial_numbers), self.number.size - 1)
        return np.where(self.number[found] == trial_numbers, found, -1)


@project_check(kinds.TRIALS_OUT_OF_ORDER, neurodata_type=TimeIntervals)
def check_trials_in_order(trials: TimeIntervals) -> str | None:
    """Trials follow one another: starts rise, no stop lies after the next start, no number occurs twice."""
    start, stop = column(trials, "start_time"), column(trials, "stop_time")
    if trials.name != naming.TRIALS or start is None or stop is None:
        return None
    numbers = trial_numbers(trials)
    bad = set(numbers[1:][np.diff(start) <= 0].tolist())
    bad |= set(numbers[:-1][stop[:-1] > start[1:] + TOLERANCE_S].tolist())
    unique, counts = np.unique(numbers, return_counts=True)
    bad |= set(unique[counts > 1].tolist())
    return f"{len(bad)} of {numbers.size} trials: {examples(sorted(bad))}." if bad else None


@project_check(kinds.EVENT_TRIAL_UNKNOWN, neurodata_type=DynamicTable)
def check_event_trials_known(table: DynamicTable) -> str | None:
    """The trial number of every event is that of a row of the trials table, or NaN."""
    spans, labels = trial_spans(table.get_ancestor("NWBFile")), column(table, naming.TRIAL_NUMBER)
    if spans is None or labels is None:
        return None
    unknown = labels[(spans.places(labels) < 0) & ~np.isnan(labels)]
    if not unknown.size:
        return None
    return f"{unknown.size} of {labels.size} events, with the trial numbers {examples(np.unique(unknown).tolist())}."


@project_check(kinds.EVENT_OUTSIDE_TRIAL, neurodata_type=DynamicTable)
def check_events_inside_trial(table: DynamicTable) -> str | None:
    """Every event lies between the start and the end of the trial whose number it has."""
    spans, labels = trial_spans(table.get_ancestor("NWBFile")), column(table, naming.TRIAL_NUMBER)
    times = _start_and_stop(table)
    if spans is None or labels is None or times is None:
        return None
    start, stop = times
    known = spans.places(labels) >= 0
    place = spans.places(labels)[known]
    early = start[known] < spans.start[place] - TOLERANCE_S
    late = stop[known] > spans.end[place] + TOLERANCE_S
    rows = np.flatnonzero(known)[early | late]
    if not rows.size:
        return None
    found = [f"row {row} at {start[row]} s in trial {labels[row]}" for row in rows[:5]]
    return f"{rows.size} of {labels.size} events ({early.sum()} before, {late.sum()} after): {'; '.join(found)}."


@project_check(kinds.TOUCH_OUTSIDE_POLE_IN_REACH, neurodata_type=TimeIntervals)
def check_touches_inside_pole_in_reach(touches: TimeIntervals) -> str | None:
    """Every touch lies inside a time when the pole was in reach."""
    pole = interval_table(touches.get_ancestor("NWBFile"), naming.POLE_IN_REACH)
    times, reach = _start_and_stop(touches), None if pole is None else _start_and_stop(pole)
    if touches.name != naming.TOUCHES or times is None or reach is None or not times[0].size:
        return None
    order = np.argsort(reach[0])
    begins, ends = np.append(-np.inf, reach[0][order]), np.append(-np.inf, reach[1][order])
    before = np.searchsorted(begins, times[0] + TOLERANCE_S, side="right") - 1
    rows = np.flatnonzero(~(times[1] <= ends[before] + TOLERANCE_S))
    if not rows.size:
        return None
    found = [f"row {row} at {times[0][row]} s" for row in rows[:5]]
    return f"{rows.size} of {times[0].size} touches: {'; '.join(found)}."


def trial_spans(nwbfile: NWBFile) -> TrialSpans | None:
    """Numbers and times of the file's trials; None where it has no trials table with starts and stops."""
    trials = nwbfile.trials
    if trials is None:
        return None
    start, stop = column(trials, "start_time"), column(trials, "stop_time")
    if start is None or stop is None:
        return None
    following = np.append(np.sort(start), np.inf)[np.searchsorted(np.sort(start), start, side="right")]
    numbers = trial_numbers(trials)
    order = np.argsort(numbers, kind="stable")
    end = np.where(np.isfinite(stop), stop, following)
    return TrialSpans(number=numbers[order], start=start[order], end=end[order])


def rows_of_trials(table: DynamicTable, spans: TrialSpans) -> Iterator[tuple[int, int]]:
    """(row, trial number) of every row of a table of events whose trial is known."""
    labels = column(table, naming.TRIAL_NUMBER)
    if labels is not None:
        for row in np.flatnonzero(spans.places(labels) >= 0).tolist():
            yield row, int(labels[row])


def _start_and_stop(table: DynamicTable) -> tuple[np.ndarray, np.ndarray] | None:
    """Start and stop of every row in s, the same where the rows are points in time.

    A touch stops here with its last sample, as samples and trials do.
    """
    points = column(table, "timestamp")
    if points is not None:
        return points, points
    start, stop = column(table, "start_time"), column(table, "stop_time")
    if start is None or stop is None:
        return None
    # How long the last sample of a touch lasts is nothing where the file does not say.
    sample_ms = provenance(table.get_ancestor("NWBFile")).get("touch_sample_ms", 0.0)
    return start, stop - (float(sample_ms) / 1000 if table.name == naming.TOUCHES else 0.0)


@project_check(kinds.TRIAL_TYPE_CONTRADICTION, neurodata_type=TimeIntervals)
def check_trial_types_consistent(trials: TimeIntervals) -> str | None:
    """trial_type, response and correct_side say the same thing."""
    types, responses, sides = (texts(trials, name) for name in ("trial_type", "response", "correct_side"))
    if trials.name != naming.TRIALS or types is None or responses is None or sides is None:
        return None
    found = []
    for number, name, response, side in zip(trial_numbers(trials), types, responses, sides, strict=True):
        meant = _meaning(name)
        if meant is not None and meant != (response, side):
            found.append(f"trial {number} is {name}, with response {response} and correct side {side}")
    return f"{len(found)} of {len(types)} trials: {examples(found)}." if found else None


@project_check(kinds.TRIAL_REWARD_MISMATCH, neurodata_type=TimeIntervals)
def check_rewards_fit_trial_types(trials: TimeIntervals) -> str | None:
    """A hit is rewarded at its side and nowhere else; other trials are not rewarded."""
    nwbfile = trials.get_ancestor("NWBFile")
    rewards, spans = interval_table(nwbfile, naming.REWARDS), trial_spans(nwbfile)
    sides = None if rewards is None else texts(rewards, "side")
    if trials.name != naming.TRIALS or sides is None or spans is None:
        return None
    types = types_by_number(trials)
    given: dict[int, set[str]] = {}
    for row, number in rows_of_trials(rewards, spans):
        given.setdefault(number, set()).add(sides[row])
    found = []
    for number, (response, side) in types.items():
        due = {side} if response == "hit" else set()
        there = given.get(number, set())
        if there != due and not (due and not there and _valve_time_unknown(trials, number, side)):
            found.append(f"trial {number} ({response}, {side}) rewarded {' and '.join(sorted(there)) or 'nowhere'}")
    return f"{len(found)} of {len(types)} trials: {examples(found)}." if found else None


@project_check(kinds.TRIAL_LICK_MISMATCH, neurodata_type=TimeIntervals)
def check_licks_fit_trial_types(trials: TimeIntervals) -> str | None:
    """The first lick after the cue is at the correct side in a hit, at the other in an error, absent without answer."""
    nwbfile = trials.get_ancestor("NWBFile")
    spans = trial_spans(nwbfile) if trials.name == naming.TRIALS else None
    answers = None if spans is None else first_licks_after_cue(nwbfile, spans)
    if answers is None:
        return None
    types = types_by_number(trials)
    found = []
    for number, (response, side) in types.items():
        due = {"hit": side, "error": _OTHER_SIDE[side], "no_lick": None}[response]
        if answers.get(number) != due:
            found.append(f"trial {number} ({response}, {side}) licked {answers.get(number) or 'nowhere'}")
    return f"{len(found)} of {len(types)} trials: {examples(found)}." if found else None


def types_by_number(trials: TimeIntervals) -> dict[int, tuple[str, str]]:
    """(response, correct side) by trial number, of the trials whose type is known."""
    types = texts(trials, "trial_type")
    if types is None:
        return {}
    meant = [_meaning(name) for name in types]
    return {int(number): pair for number, pair in zip(trial_numbers(trials), meant, strict=True) if pair is not None}


def first_licks_after_cue(nwbfile: NWBFile, spans: TrialSpans) -> dict[int, str] | None:
    """Side of each trial's first lick at or after its cue (its start, without a cue); None without a table of licks."""
    licks = (getattr(nwbfile, "events", None) or {}).get(naming.LICKS)
    times, sides = (None, None) if licks is None else (column(licks, "timestamp"), texts(licks, "side"))
    if times is None or sides is None:
        return None
    cue_from = dict(zip(spans.number.tolist(), spans.start.tolist(), strict=True))
    cues = interval_table(nwbfile, naming.REWARD_CUE)
    onsets = None if cues is None else column(cues, "start_time")
    if cues is not None and onsets is not None:
        for row, number in reversed(list(rows_of_trials(cues, spans))):
            cue_from[number] = float(onsets[row])
    answers: dict[int, tuple[float, str]] = {}
    for row, number in rows_of_trials(licks, spans):
        lick = (float(times[row]), sides[row])
        if lick[0] >= cue_from[number]:
            answers[number] = min(lick, answers.get(number, lick))
    return {number: side for number, (_, side) in answers.items()}


def _meaning(trial_type: str) -> tuple[str, str] | None:
    match = _TYPE.fullmatch(trial_type)
    return None if match is None else (_RESPONSES[match[1]], _SIDES[match[2]])


def _valve_time_unknown(trials: TimeIntervals, number: int, side: str) -> bool:
    seconds = column(trials, f"{side}_water_valve_time")
    return seconds is not None and bool(np.isnan(seconds[trial_numbers(trials) == number]).any())
