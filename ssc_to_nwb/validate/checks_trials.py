"""Checks of the trials table: order and types of the trials, and the events, rewards and licks that belong to them.

What is known of the task: the animal answers after an auditory cue by licking left or right; a correct answer is a hit
and is rewarded at its side. Names of types are `<response><correct side>`: HitL, ErrR, NoLickL and so on.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from hdmf.common import DynamicTable
from pynwb import NWBFile
from pynwb.epoch import TimeIntervals

from ssc_to_nwb import naming
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.reading.nwb_table import provenance_of
from ssc_to_nwb.validate.arrays import column, interval_table, texts, trial_numbers
from ssc_to_nwb.validate.checks_time import TOLERANCE_S
from ssc_to_nwb.validate.project_check import examples, project_check, some_of

_TYPE = "^(Hit|Err|NoLick)([LR])$"
_RESPONSES = {"Hit": "hit", "Err": "error", "NoLick": "no_lick"}
_SIDES = {"L": "left", "R": "right"}
_OTHER_SIDE = {"left": "right", "right": "left"}


@project_check(kinds.TRIALS_OUT_OF_ORDER, neurodata_type=TimeIntervals)
def check_trials_in_order(trials: TimeIntervals) -> str | None:
    """Trials follow one another: starts rise, no stop lies after the next start, no number occurs twice."""
    start, stop = column(trials, "start_time"), column(trials, "stop_time")
    if trials.name != naming.TRIALS or start is None or stop is None:
        return None
    numbers = pd.Series(trial_numbers(trials))
    early, late = np.diff(start) <= 0, stop[:-1] > start[1:] + TOLERANCE_S
    bad = {*numbers[1:][early], *numbers[:-1][late], *numbers[numbers.duplicated()]}
    return some_of(sorted(bad), numbers.size, "trials")


@project_check(kinds.EVENT_TRIAL_UNKNOWN, neurodata_type=DynamicTable)
def check_event_trials_known(table: DynamicTable) -> str | None:
    """The trial number of every event is that of a row of the trials table, or NaN."""
    labels, trials = column(table, naming.TRIAL_NUMBER), _spans(table.get_ancestor("NWBFile"))
    if labels is None or trials is None:
        return None
    unknown = labels[~np.isin(labels, trials.index) & ~np.isnan(labels)]
    if not unknown.size:
        return None
    return f"{unknown.size} of {labels.size} events, with the trial numbers {examples(np.unique(unknown).tolist())}."


@project_check(kinds.EVENT_OUTSIDE_TRIAL, neurodata_type=DynamicTable)
def check_events_inside_trial(table: DynamicTable) -> str | None:
    """Every event lies between the start and the end of the trial whose number it has."""
    events, trials = _events(table), _spans(table.get_ancestor("NWBFile"))
    if events is None or trials is None:
        return None
    of_trials = events.join(trials, on="trial", how="inner", rsuffix="_of_trial")
    early = of_trials["start"] < of_trials["start_of_trial"] - TOLERANCE_S
    late = of_trials["stop"] > of_trials["end"] + TOLERANCE_S
    outside = of_trials[early | late]
    if outside.empty:
        return None
    found = [f"row {one.Index} at {one.start} s in trial {one.trial}" for one in outside[:5].itertuples()]
    return f"{len(outside)} of {len(events)} events ({early.sum()} before, {late.sum()} after): {'; '.join(found)}."


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


@project_check(kinds.TRIAL_TYPE_CONTRADICTION, neurodata_type=TimeIntervals)
def check_trial_types_consistent(trials: TimeIntervals) -> str | None:
    """trial_type, response and correct_side say the same thing."""
    types, responses, sides = _types(trials), texts(trials, "response"), texts(trials, "correct_side")
    if types is None or responses is None or sides is None:
        return None
    found = [
        f"trial {one.number} is {one.type}, with response {responses[one.Index]} and correct side {sides[one.Index]}"
        for one in types.itertuples()
        if (one.response, one.side) != (responses[one.Index], sides[one.Index])
    ]
    return some_of(found, len(responses), "trials")


@project_check(kinds.TRIAL_REWARD_MISMATCH, neurodata_type=TimeIntervals)
def check_rewards_fit_trial_types(trials: TimeIntervals) -> str | None:
    """A hit is rewarded at its side and nowhere else; other trials are not rewarded."""
    types, rewards = _types(trials), interval_table(trials.get_ancestor("NWBFile"), naming.REWARDS)
    sides = None if rewards is None else texts(rewards, "side")
    if types is None or sides is None:
        return None
    labels = column(rewards, naming.TRIAL_NUMBER)
    given = {} if labels is None else pd.Series(sides, dtype=object).groupby(labels).agg(set).to_dict()
    valve_s = {side: column(trials, f"{side}_water_valve_time") for side in _OTHER_SIDE}
    found = []
    for one in types.itertuples():
        due, there = {one.side} if one.response == "hit" else set(), given.get(one.number, set())
        seconds = valve_s[one.side]
        unknown = due and not there and seconds is not None and np.isnan(seconds[one.Index])
        if there != due and not unknown:
            where = " and ".join(sorted(there)) or "nowhere"
            found.append(f"trial {one.number} ({one.response}, {one.side}) rewarded {where}")
    return some_of(found, len(types), "trials")


@project_check(kinds.TRIAL_LICK_MISMATCH, neurodata_type=TimeIntervals)
def check_licks_fit_trial_types(trials: TimeIntervals) -> str | None:
    """The first lick after the cue is at the correct side in a hit, at the other in an error, absent without answer."""
    types, answers = _types(trials), _first_licks_after_cue(trials.get_ancestor("NWBFile"))
    if types is None or answers is None:
        return None
    found = []
    for one in types.itertuples():
        due = {"hit": one.side, "error": _OTHER_SIDE[one.side], "no_lick": None}[one.response]
        if answers.get(one.number) != due:
            licked = answers.get(one.number, "nowhere")
            found.append(f"trial {one.number} ({one.response}, {one.side}) licked {licked}")
    return some_of(found, len(types), "trials")


def _types(trials: TimeIntervals) -> pd.DataFrame | None:
    """`number`, `type`, and the `response` and `side` that it means, by row, of the trials whose type is known.

    None where this is no table of trials, or one without types.
    """
    types = texts(trials, "trial_type") if trials.name == naming.TRIALS else None
    if types is None:
        return None
    table = pd.DataFrame({"number": trial_numbers(trials), "type": types})
    parts = table["type"].astype(str).str.extract(_TYPE)
    return table.assign(response=parts[0].map(_RESPONSES), side=parts[1].map(_SIDES)).dropna()


def _spans(nwbfile: NWBFile) -> pd.DataFrame | None:
    """`start` and `end` of the file's trials in s, by number; None where it has no trials with starts and stops.

    The end is the trial's stop or, where that is not known, the start of the next trial, at last infinity.
    """
    trials = nwbfile.trials
    start, stop = (None if trials is None else column(trials, name) for name in ("start_time", "stop_time"))
    if start is None or stop is None:
        return None
    following = np.append(np.sort(start), np.inf)[np.searchsorted(np.sort(start), start, side="right")]
    spans = {"start": start, "end": np.where(np.isfinite(stop), stop, following)}
    found = pd.DataFrame(spans, index=trial_numbers(trials))
    return found[~found.index.duplicated()]


def _events(table: DynamicTable | None) -> pd.DataFrame | None:
    """`trial`, its number, `start` and `stop` of every row of a table; None where the table lacks one of them."""
    labels = None if table is None else column(table, naming.TRIAL_NUMBER)
    times = None if labels is None else _start_and_stop(table)
    return None if times is None else pd.DataFrame({"trial": labels, "start": times[0], "stop": times[1]})


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
    if table.name != naming.TOUCHES:
        return start, stop
    # How long the last sample of a touch lasts is nothing where the file does not say.
    sample_ms = provenance_of(table.get_ancestor("NWBFile")).get("touch_sample_ms", 0.0)
    return start, stop - float(sample_ms) / 1000


def _first_licks_after_cue(nwbfile: NWBFile) -> dict[int, str] | None:
    """Side of each trial's first lick at or after its cue (its start, without a cue); None without a table of licks."""
    trials, table = _spans(nwbfile), (getattr(nwbfile, "events", None) or {}).get(naming.LICKS)
    licks, sides = _events(table), None if table is None else texts(table, "side")
    if trials is None or licks is None or sides is None:
        return None
    begins, cues = trials["start"], _events(interval_table(nwbfile, naming.REWARD_CUE))
    if cues is not None:
        begins = cues.drop_duplicates("trial").set_index("trial")["start"].reindex(begins.index).fillna(begins)
    after = licks.assign(side=sides)[licks["start"] >= licks["trial"].map(begins)]
    first = after.sort_values(["start", "side"]).drop_duplicates("trial")
    return dict(zip(first["trial"], first["side"], strict=True))
