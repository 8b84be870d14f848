"""Starts that were not measured, trials out of order, joined sessions: reported, and nothing is refused for them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_sessions import Edit, Struct, array, events, found_of, read_edited

from ssc_to_nwb.data_types.trial_labels.source import NO_TRIAL
from ssc_to_nwb.data_types.trials.times import JOINED_AFTER_MS, LabelledTimes, measured_starts, trial_times
from ssc_to_nwb.data_types.whisker.source import whisker_of

NUMBERS = np.array([1, 2, 3])


def samples(*starts: float, delay: float = 10.0) -> LabelledTimes:
    """Three samples a trial, the first `delay` ms after each of these times."""
    times = np.concatenate([np.array([delay, delay + 2, delay + 4]) + start for start in starts])
    return LabelledTimes("s.e", np.repeat(NUMBERS[: len(starts)], 3), times)


def start_at(place: int, ms: float) -> Edit:
    def edit(s: Struct) -> None:
        s["trialStartTimes"][0, place] = ms

    return edit


class TestMeasuredStarts:
    def test_times_that_increase_are_measured(self) -> None:
        assert measured_starts(np.array([5.0, 6, 7]), NUMBERS, []).all()

    @pytest.mark.parametrize("place", [1, 2])
    def test_a_0_behind_another_start_is_missing(self, place: int) -> None:
        starts = np.array([100.0, 200, 300])
        starts[place] = 0
        assert measured_starts(starts, NUMBERS, []).tolist() == [other != place for other in range(3)]

    def test_a_first_trial_may_start_at_0(self) -> None:
        assert measured_starts(np.array([0.0, 1000, 2000]), NUMBERS, [samples(0, 1000, 2000)]).all()

    def test_a_first_0_is_missing_where_all_its_data_are_later(self) -> None:
        labelled = [samples(9000, 10_000, 11_000), samples(9000, 10_000, 11_000, delay=500)]
        assert measured_starts(np.array([0.0, 10_000, 11_000]), NUMBERS, labelled).tolist() == [False, True, True]

    def test_one_kind_of_data_at_its_usual_delay_shows_that_a_first_0_is_true(self) -> None:
        labelled = [samples(0, 10_000, 11_000), samples(5000, 10_000, 11_000)]
        assert measured_starts(np.array([0.0, 10_000, 11_000]), NUMBERS, labelled).all()

    def test_a_first_0_without_anything_to_compare_stays(self) -> None:
        assert measured_starts(np.array([0.0, 10_000, 11_000]), NUMBERS, []).all()

    def test_of_two_zeros_the_second_is_missing(self) -> None:
        assert measured_starts(np.array([0.0, 0, 11_000]), NUMBERS, []).tolist() == [True, False, True]

    def test_a_clock_may_count_up_to_0(self) -> None:
        assert measured_starts(np.array([-1000.0, 0, 1000]), NUMBERS, [samples(-1000, 0, 1000)]).all()


class TestTimes:
    def test_a_missing_start_is_the_first_labelled_time(self, tmp_path: Path) -> None:
        session, log = read_edited(tmp_path, start_at(3, 0))
        assert session.trials.start_ms[3] == 0
        assert session.trials.start_measured.tolist() == [True, True, True, False, True, True]
        times, whisker = trial_times(session), whisker_of(session)
        assert whisker is not None
        assert times.start_ms[3] == whisker.time_ms[whisker.trial == session.trials.numbers[3]][0]
        assert times.in_order
        number, first = session.trials.numbers[3], times.start_ms[3]
        assert found_of(log.problems, "trial-start-missing") == [f"trial {number}"]
        [problem] = [one for one in log.problems if one.kind.identifier == "trial-start-missing"]
        assert problem.detail == f"its first data are at {first:g} ms"
        assert found_of(log.problems, "trials-not-in-order") == []

    def test_the_trial_before_ends_where_the_missing_one_has_its_first_data(self, tmp_path: Path) -> None:
        def edit(s: Struct) -> None:
            s["trialStartTimes"][0, 3] = 0
            array(s, "whiskerVars")["trial"][0, -1] = s["trialIds"][0, 2]

        session, _ = read_edited(tmp_path, edit)
        times = trial_times(session)
        assert times.stop_ms[2] == times.start_ms[3]

    def test_without_any_data_there_is_no_time(self, tmp_path: Path) -> None:
        def edit(s: Struct) -> None:
            s["trialStartTimes"][0, 2] = 0
            s["trialIds"][0, 2] = 500

        session, log = read_edited(tmp_path, edit)
        times = trial_times(session)
        assert np.isnan([times.start_ms[2], times.stop_ms[2]]).all()
        assert times.order.tolist() == [0, 1, 3, 4, 5, 2]
        assert [one.detail for one in log.problems if one.kind.identifier == "trial-start-missing"] == [
            "nothing is labelled with it"
        ]

    def test_starts_out_of_order_are_sorted_and_reported(self, tmp_path: Path) -> None:
        def edit(s: Struct) -> None:
            for name in ("trialIds", "trialStartTimes"):
                s[name][0, [1, 4]] = s[name][0, [4, 1]]

        session, log = read_edited(tmp_path, edit)
        assert trial_times(session).order.tolist() == [0, 4, 2, 3, 1, 5]
        numbers = session.trials.numbers
        assert found_of(log.problems, "trials-not-in-order") == [f"trial {numbers[4]} comes before trial {numbers[2]}"]
        assert session.trials.start_measured.all()

    def test_two_trials_with_one_start(self, tmp_path: Path) -> None:
        def edit(s: Struct) -> None:
            s["trialStartTimes"][0, 3] = s["trialStartTimes"][0, 2]

        session, log = read_edited(tmp_path, edit)
        before, after = session.trials.numbers[2:4]
        start = session.trials.start_ms[3]
        assert found_of(log.problems, "trials-start-together") == [f"trials {before} and {after} at {start:.10g} ms"]
        assert trial_times(session).stop_ms[2] == start

    @pytest.mark.parametrize("number", [-1, 0])
    def test_a_trial_number_below_one(self, tmp_path: Path, number: int) -> None:
        def edit(s: Struct) -> None:
            s["trialIds"] = s["trialIds"].astype(np.float64)
            s["trialIds"][0, 2] = number

        _, log = read_edited(tmp_path, edit)
        assert found_of(log.problems, "trial-number-below-one") == [f"trial {number}"]

    def test_minus_one_is_no_missing_label(self, tmp_path: Path) -> None:
        """A trial of number -1, beside events whose label is NaN."""

        def edit(s: Struct) -> None:
            s["trialIds"] = s["trialIds"].astype(np.float64)
            s["trialIds"][0, 2] = -1
            events(s, "leftLicks")["eventTrials"] = events(s, "leftLicks")["eventTrials"].astype(np.float64)
            events(s, "leftLicks")["eventTrials"][:] = np.nan

        session, _ = read_edited(tmp_path, edit)
        assert (session.events["leftLicks"].trains[0].trial == NO_TRIAL).all()
        assert np.isnan(trial_times(session).stop_ms[2])


class TestJoined:
    @pytest.mark.parametrize(("added", "reported"), [(0.0, True), (12_345.0, True), (-1.0, False), (1e6, False)])
    def test_the_hour_between_two_files_is_reported(self, tmp_path: Path, added: float, reported: bool) -> None:
        def edit(s: Struct) -> None:
            starts = s["trialStartTimes"] = s["trialStartTimes"].astype(np.float64)
            later = starts[0, 2] + JOINED_AFTER_MS + added - starts[0, 3]
            cut = float(starts[0, 3])
            starts[0, 3:] += later
            for key in s["timeSeriesArrayHash"]["keyNames"]:
                time = array(s, key)["time"] = array(s, key)["time"].astype(np.float64)
                time[time >= cut] += later

        session, log = read_edited(tmp_path, edit)
        before, after = session.trials.numbers[2:4]
        jump = JOINED_AFTER_MS + added
        expected = [f"{jump:.10g} ms from the start of trial {before} to that of trial {after}"] if reported else []
        assert found_of(log.problems, "session-joined") == expected

    def test_the_hour_is_found_beside_a_missing_start(self, tmp_path: Path) -> None:
        def edit(s: Struct) -> None:
            s["trialStartTimes"] = s["trialStartTimes"].astype(np.float64)
            s["trialStartTimes"][0, 4:] += JOINED_AFTER_MS
            s["trialStartTimes"][0, 3] = 0

        session, log = read_edited(tmp_path, edit)
        [found] = found_of(log.problems, "session-joined")
        assert f"trial {session.trials.numbers[2]} to that of trial {session.trials.numbers[4]}" in found
