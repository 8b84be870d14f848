"""Time: units of the source, milliseconds of the model, seconds of NWB."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_sessions import cell, field, problem_raised, row, struct

from ssc_to_nwb.clock import (
    Clock,
    TimeUnits,
    check_times_increase,
    median_interval_ms,
    read_time_units,
    usual_rate_hz,
)
from ssc_to_nwb.data_types.trial_labels.source import NO_TRIAL
from ssc_to_nwb.problems.model import ProblemLog

UNITS = TimeUnits(names={1: "millisecond", 2: "second", 3: "minute", 4: "hour", 5: "day", 9: "fortnight"})
_times = st.lists(st.floats(0, 1e8), min_size=1, max_size=30)


@pytest.mark.parametrize(("unit", "ms"), [(1, 1.0), (2, 1e3), (3, 6e4), (4, 3.6e6), (5, 8.64e7)])
def test_every_unit_of_the_file_becomes_milliseconds(unit: int, ms: float) -> None:
    times = UNITS.to_ms(field(row(0, 1, 2.5)), field(row(unit)))
    np.testing.assert_array_equal(times, [0, ms, 2.5 * ms])


def test_the_files_own_table_decides_what_a_number_means() -> None:
    table = read_time_units(field(struct(timeUnitIds=row(7, 3), timeUnitNames=cell("second", "millisecond"))))
    assert table.ms_per_unit(field(row(7))) == 1000
    assert table.ms_per_unit(field(row(3))) == 1


@pytest.mark.parametrize("unit", [0, 6])
def test_a_unit_that_is_not_in_the_table(unit: int) -> None:
    with problem_raised() as found:
        UNITS.to_ms(field(row(1)), field(row(unit), "s.trialTimeUnit"))
    assert (found[0].kind.identifier, found[0].field) == ("time-unit-unknown", "s.trialTimeUnit")
    assert found[0].found == str(unit)
    assert "1 (millisecond)" in (found[0].expected or "")


def test_a_unit_whose_name_nobody_knows() -> None:
    with problem_raised() as found:
        UNITS.to_ms(field(row(1)), field(row(9), "s.trialTimeUnit"))
    assert (found[0].kind.identifier, found[0].found) == ("time-unit-unknown", "9 (fortnight)")
    assert found[0].expected == "millisecond, second, minute, hour, day"


def test_a_table_with_a_name_too_few() -> None:
    with problem_raised() as found:
        read_time_units(field(struct(timeUnitIds=row(1, 2), timeUnitNames=cell("second")), "s"))
    assert (found[0].kind.identifier, found[0].field) == ("field-length", "s.timeUnitNames")


@given(_times, st.floats(-1e5, 1e5))
def test_seconds_are_the_milliseconds_divided_and_shifted(times: list[float], offset: float) -> None:
    seconds = Clock(zero_offset_s=offset).seconds(np.array(times))
    assert seconds.dtype == np.float64
    np.testing.assert_array_equal(seconds, np.array([time / 1000 + offset for time in times]))


@given(_times)
def test_seconds_keep_order_and_lose_less_than_a_nanosecond(times: list[float]) -> None:
    ordered = np.sort(times)
    seconds = Clock().seconds(ordered)
    assert (np.diff(seconds) >= 0).all()
    np.testing.assert_allclose(seconds * 1000, ordered, rtol=0, atol=1e-6)


@given(st.lists(st.integers(0, 255), min_size=1, max_size=30), st.sampled_from([1, 2, 3]))
def test_times_stored_as_small_integers_do_not_wrap(times: list[int], unit: int) -> None:
    stored = field(np.array([times], dtype=np.uint8))
    expected = [time * {1: 1, 2: 1000, 3: 60_000}[unit] / 1000 for time in times]
    np.testing.assert_allclose(Clock().seconds(UNITS.to_ms(stored, field(row(unit)))), expected, rtol=1e-15)


def test_nan_stays_nan() -> None:
    assert np.isnan(Clock(zero_offset_s=2.0).seconds(np.nan))


def test_times_that_go_backwards() -> None:
    with problem_raised() as found:
        check_times_increase(field(row(), "s.time"), np.array([1.0, 5.0, 4.0, 6.0]), log=ProblemLog())
    assert (found[0].kind.identifier, found[0].field) == ("time-backwards", "s.time")
    assert found[0].found == "4 ms after 5 ms, at position 3"


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_times_that_are_no_times(bad: float) -> None:
    with problem_raised() as found:
        check_times_increase(field(row(), "s.time"), np.array([1.0, bad]), log=ProblemLog())
    assert (found[0].kind.identifier, found[0].found) == ("field-value", f"{bad} at position 2")


def test_equal_neighbours_are_reported_once() -> None:
    log = ProblemLog()
    check_times_increase(field(row(), "s.time"), np.array([1.0, 1.0, 2.0, 2.0]), log=log)
    assert [(one.kind.identifier, one.found) for one in log.problems] == [("time-repeated", "2 repeated times")]
    check_times_increase(field(row(), "s.time"), np.array([]), log=log)
    assert len(log.problems) == 1


class TestMedianInterval:
    """The usual interval of a clock, within trials alone."""

    def test_pauses_between_trials_do_not_count(self) -> None:
        times = np.array([0.0, 143, 9000, 9143, 20000, 20142])
        assert median_interval_ms(times, np.array([1, 1, 2, 2, 3, 3])) == 143

    def test_of_one_sample_per_trial_there_is_none(self) -> None:
        assert median_interval_ms(np.array([0.0, 9000, 20000]), np.array([1, 2, 3])) is None
        assert median_interval_ms(np.zeros(0), np.zeros(0, dtype=np.int64)) is None

    def test_samples_without_a_label_are_in_no_trial(self) -> None:
        times = np.array([0.0, 2, 4, 10, 12])
        assert median_interval_ms(times, np.array([NO_TRIAL, NO_TRIAL, NO_TRIAL, NO_TRIAL, 3])) is None
        assert median_interval_ms(times, np.array([NO_TRIAL, NO_TRIAL, NO_TRIAL, 3, 3])) == 2

    def test_a_clock_of_whole_ms_has_a_whole_interval(self) -> None:
        assert median_interval_ms(np.array([0.0, 142, 285]), np.array([1, 1, 1])) == 142

    def test_a_clock_in_minutes_shows_no_rounding_errors(self) -> None:
        minutes = np.arange(5) * 2.0 / 60_000
        assert median_interval_ms(minutes * 60_000 + 1e-12, np.ones(5, dtype=np.int64)) == 2.0

    def test_fractions_of_a_ms_stay_where_the_clock_has_them(self) -> None:
        assert median_interval_ms(np.arange(5) * 1000 / 28, np.ones(5, dtype=np.int64)) == 35.714

    def test_repeated_times_alone_are_no_interval(self) -> None:
        assert median_interval_ms(np.array([5.0, 5.0]), np.array([1, 1])) is None


class TestUsualRate:
    """Samples per second within trials, to the precision of the clock."""

    @pytest.mark.parametrize(
        ("interval_ms", "rate_hz"),
        [
            (1000 / 7, 7.0),
            (1000 / 28, 28.0),
            (1000 / 14.5, 14.5),
            (143, 7.0),
            (36, 28.0),
            (67, 15.0),
            (87, 11.5),
            (2, 500.0),
        ],
    )
    def test_no_more_digits_than_the_clock_has(self, interval_ms: float, rate_hz: float) -> None:
        assert usual_rate_hz(13_000 + np.arange(6) * interval_ms, np.ones(6, dtype=np.int64)) == rate_hz

    @given(st.floats(min_value=0.5, max_value=600))
    def test_a_clock_of_whole_ms_shows_the_same_interval_for_it(self, rate_hz: float) -> None:
        time_ms = np.arange(4) * np.rint(1000 / rate_hz)
        found = usual_rate_hz(time_ms, np.ones(4, dtype=np.int64))
        assert found is not None
        assert abs(1000 / found - np.rint(1000 / rate_hz)) <= 0.5 + 1e-9

    def test_trials_of_one_frame_have_none(self) -> None:
        assert usual_rate_hz(np.array([0.0, 9000, 20000]), np.array([1, 2, 3])) is None
