"""Events against their trials, and trial types against what happened in the trial."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from check_runs import RunCheck, copy_without
from ssc_like import IMAGING, VIDEO

from ssc_to_nwb.validate import checks_trials

TRIALS = "/intervals/trials"


@pytest.fixture(scope="module")
def sound_file(sound_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sound file's tables of trials and events: these checks read nothing else."""
    return copy_without(sound_file, tmp_path_factory.mktemp("tables"), *IMAGING, VIDEO, "processing/behavior")


def put(**changes: dict[int, object]) -> object:
    """Change values of columns, named `table__column`."""

    def spoil(file: h5py.File) -> None:
        for name, values in changes.items():
            table, column = name.split("__")
            place = f"/events/{table}/{column}" if table == "licks" else f"/intervals/{table}/{column}"
            for row, value in values.items():
                file[place][row] = value

    return spoil


def test_events_without_a_trial_are_no_problem(run_check: RunCheck) -> None:
    def spoil(file: h5py.File) -> None:
        labels = file["/events/licks/trial_number"]
        attributes = dict(labels.attrs)
        del file["/events/licks/trial_number"]
        file["/events/licks/trial_number"] = np.full(3, np.nan)
        file["/events/licks/trial_number"].attrs.update(attributes)

    assert run_check(checks_trials.check_event_trials_known, spoil) == []
    assert run_check(checks_trials.check_events_inside_trial, spoil) == []


def test_a_trial_without_stop_lasts_until_the_next_begins(check_values: RunCheck) -> None:
    until_next = put(trials__stop_time={0: np.nan}, licks__timestamp={1: 19.9})
    beyond = put(trials__stop_time={0: np.nan}, licks__timestamp={1: 20.1})

    assert check_values(checks_trials.check_events_inside_trial, until_next) == []
    assert check_values(checks_trials.check_events_inside_trial, beyond) == [
        "/events/licks: 1 of 3 events (0 before, 1 after): row 1 at 20.1 s in trial 2."
    ]


def test_the_last_trial_without_stop_has_no_end(check_values: RunCheck) -> None:
    spoil = put(trials__stop_time={2: np.nan}, licks__timestamp={2: 500.0}, licks__trial_number={2: 5})
    assert check_values(checks_trials.check_events_inside_trial, spoil) == []


def test_an_event_that_begins_before_its_trial_is_outside(check_values: RunCheck) -> None:
    found = check_values(checks_trials.check_events_inside_trial, put(pole_in_reach__start_time={0: 9.0}))
    assert found == ["/intervals/pole_in_reach: 1 of 3 events (1 before, 0 after): row 0 at 9.0 s in trial 2."]


@pytest.mark.parametrize(
    ("times", "rows"),
    [
        ({"touches__start_time": {0: 11.0}, "touches__stop_time": {0: 13.0}}, None),
        ({"touches__start_time": {0: 10.9}}, "row 0 at 10.9 s"),
        ({"touches__stop_time": {0: 13.1}}, "row 0 at 12.0 s"),
        ({"touches__start_time": {0: 16.0}, "touches__stop_time": {0: 17.0}}, "row 0 at 16.0 s"),
    ],
)
def test_touches_fill_the_time_in_reach_at_most(times: dict, rows: str | None, check_values: RunCheck) -> None:
    found = check_values(checks_trials.check_touches_inside_pole_in_reach, put(**times))
    assert found == ([] if rows is None else [f"/intervals/touches: 1 of 3 touches: {rows}."])


def test_touches_are_not_judged_without_the_pole(run_check: RunCheck) -> None:
    def forget_pole(file: h5py.File) -> None:
        file["/intervals/touches/start_time"][0] = 0.5
        del file["/intervals/pole_in_reach"]

    assert run_check(checks_trials.check_touches_inside_pole_in_reach, forget_pole) == []


def test_trials_out_of_order_and_trials_with_one_number_are_named(check_values: RunCheck) -> None:
    late = put(trials__start_time={1: 9.0}, trials__stop_time={1: 9.5})
    assert check_values(checks_trials.check_trials_in_order, late) == [f"{TRIALS}: 2 of 3 trials: 2, 3."]
    twice = put(trials__trial_number={1: 2})
    assert check_values(checks_trials.check_trials_in_order, twice) == [f"{TRIALS}: 1 of 3 trials: 2."]


def test_minus_one_is_a_number_that_no_trial_has(check_values: RunCheck) -> None:
    [found] = check_values(checks_trials.check_event_trials_known, put(licks__trial_number={0: -1}))
    assert "1 of 3 events, with the trial numbers -1" in found


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"rewards__side": {0: "right"}}, "1 of 3 trials: trial 2 (hit, left) rewarded right."),
        ({"rewards__trial_number": {0: -1}}, "1 of 3 trials: trial 2 (hit, left) rewarded nowhere."),
        ({"rewards__trial_number": {0: -1}, "trials__left_water_valve_time": {0: np.nan}}, None),
        ({"trials__trial_type": {0: "none"}}, None),
    ],
)
def test_rewards(changes: dict, text: str | None, check_values: RunCheck) -> None:
    found = check_values(checks_trials.check_rewards_fit_trial_types, put(**changes))
    assert found == ([] if text is None else [f"{TRIALS}: {text}"])


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"licks__timestamp": {1: 13.9}}, "trial 2 (hit, left) licked nowhere"),
        ({"reward_cue__trial_number": {0: -1}}, "trial 2 (hit, left) licked right"),
        ({"licks__side": {2: "right"}}, "trial 3 (error, right) licked right"),
        ({"licks__trial_number": {0: 5}, "licks__timestamp": {0: 34.5}}, "trial 5 (no_lick, right) licked right"),
        ({"trials__trial_type": {1: "none"}, "licks__side": {2: "right"}}, None),
    ],
)
def test_answers_are_the_first_licks_after_the_cue(changes: dict, text: str | None, check_values: RunCheck) -> None:
    found = check_values(checks_trials.check_licks_fit_trial_types, put(**changes))
    assert found == ([] if text is None else [f"{TRIALS}: 1 of 3 trials: {text}."])


@pytest.mark.parametrize("table", ["/events/licks", "/intervals/rewards"])
def test_trial_types_are_not_judged_by_tables_that_are_absent(table: str, run_check: RunCheck) -> None:
    def forget(file: h5py.File) -> None:
        file["/intervals/trials/trial_type"][1] = "HitR"
        del file[table]

    check = {
        "/events/licks": checks_trials.check_licks_fit_trial_types,
        "/intervals/rewards": checks_trials.check_rewards_fit_trial_types,
    }[table]
    assert run_check(check, forget) == []


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"trials__trial_type": {1: "Reward?"}}, False),
        ({"trials__response": {1: "hit"}}, True),
        ({"trials__correct_side": {2: "left"}}, True),
    ],
)
def test_types_with_other_names_are_not_judged(changes: dict, found: bool, check_values: RunCheck) -> None:
    assert bool(check_values(checks_trials.check_trial_types_consistent, put(**changes))) == found
