"""Checks of the trial types against the other columns, the rewards and the licks.

What is known of the task: the animal answers after an auditory cue by licking left or right; a correct answer is a hit
and is rewarded at its side. Names of types are `<response><correct side>`: HitL, ErrR, NoLickL and so on.
"""

from __future__ import annotations

import re

import numpy as np
from pynwb import NWBFile
from pynwb.epoch import TimeIntervals

from ssc_to_nwb import naming
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.validate.arrays import column, interval_table, texts, trial_numbers
from ssc_to_nwb.validate.checks_trials import TrialSpans, rows_of_trials, trial_spans
from ssc_to_nwb.validate.project_check import examples, project_check

_TYPE = re.compile(r"(Hit|Err|NoLick)([LR])")
_RESPONSES = {"Hit": "hit", "Err": "error", "NoLick": "no_lick"}
_SIDES = {"L": "left", "R": "right"}
_OTHER_SIDE = {"left": "right", "right": "left"}


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
