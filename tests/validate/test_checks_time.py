"""What the checks of time let pass, and what they don't."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import h5py
import numpy as np
import pytest
from check_runs import RunCheck, run_over
from pynwb import NWBFile
from pynwb.base import TimeSeries
from pynwb.epoch import TimeIntervals
from ssc_like import sound_nwbfile

from ssc_to_nwb.validate import checks_time


def shared_times(file: h5py.File) -> h5py.Dataset:
    return file["/processing/ophys/Fluorescence/raw_fluorescence_fov_01002/timestamps"]


def test_time_stamps_that_series_share_are_reported_once(check_values: RunCheck) -> None:
    def repeat(file: h5py.File) -> None:
        shared_times(file)[7] = shared_times(file)[6]

    found = check_values(checks_time.check_timestamps_not_repeated, repeat)

    assert [text.split(":")[0] for text in found] == ["/processing/ophys/Fluorescence/raw_fluorescence_fov_01002"]


def test_a_nan_is_no_fall_but_is_not_finite(check_values: RunCheck) -> None:
    def lose(file: h5py.File) -> None:
        shared_times(file)[3] = np.nan

    assert check_values(checks_time.check_timestamps_increasing, lose) == []
    assert check_values(checks_time.check_timestamps_not_repeated, lose) == []
    assert len(check_values(checks_time.check_timestamps_finite, lose)) == 1


@pytest.mark.parametrize(("start", "found"), [(0.0, False), (-0.001, True), (86400.0, True)])
def test_series_with_a_rate_are_placed_by_their_start(start: float, found: bool) -> None:
    series = TimeSeries(name="a", data=np.zeros(100), unit="V", rate=10.0, starting_time=start)
    assert (checks_time.check_timestamps_inside_session(series) is not None) == found


@pytest.mark.parametrize(
    ("start", "stop", "rows"),
    [([1.0, 2.0], [1.0, 3.0], None), ([1.0, 2.0], [np.nan, 3.0], None), ([1.0, 2.0], [0.9, 1.0], "0, 1"),
     ([np.nan, 2.0], [1.0, 3.0], "0")],
)  # fmt: skip
def test_instants_and_unknown_stops_are_intervals(start: list[float], stop: list[float], rows: str | None) -> None:
    table = TimeIntervals(name="things", description="Things.")
    for row in zip(start, stop, strict=True):
        table.add_interval(start_time=row[0], stop_time=row[1])
    found = checks_time.check_intervals_stop_at_or_after_start(table)
    assert (found and found.message) == (rows and f"{len(rows.split(','))} of 2 intervals: rows {rows}.")


def test_a_trial_whose_start_was_not_measured_may_come_last_without_one() -> None:
    def trials(start: list[float], measured: list[bool]) -> TimeIntervals:
        table = TimeIntervals(name="trials", description="Trials.")
        table.add_column(name="start_measured", description="Measured or not.")
        for one, known in zip(start, measured, strict=True):
            table.add_interval(start_time=one, stop_time=np.nan, start_measured=known)
        return table

    for check, start, measured, text in (
        (checks_time.check_intervals_stop_at_or_after_start, [1.0, np.nan], [True, False], None),
        (checks_time.check_intervals_stop_at_or_after_start, [1.0, np.nan], [False, True], "rows 1"),
        (checks_time.check_intervals_sorted, [1.0, np.nan], [True, False], None),
        (checks_time.check_intervals_sorted, [1.0, np.nan], [True, True], "1 rows have no time"),
        (checks_time.check_intervals_sorted, [np.nan, 1.0], [False, True], "1 rows have no time"),
    ):
        found = check(trials(start, measured))
        assert (found is None) == (text is None)
        assert text is None or text in found.message


def test_events_at_the_same_time_are_sorted_and_events_without_time_are_not(check_values: RunCheck) -> None:
    def same(file: h5py.File) -> None:
        file["/events/licks/timestamp"][2] = 14.6

    def without(file: h5py.File) -> None:
        file["/events/licks/timestamp"][1] = np.nan

    assert check_values(checks_time.check_events_sorted, same) == []
    assert check_values(checks_time.check_events_sorted, without) == ["/events/licks: 1 rows have no time."]


def test_without_trials_no_series_is_too_late(sound_file: Path) -> None:
    nwbfile = sound_nwbfile()
    late = TimeSeries(name="late", data=np.zeros(2), unit="V", timestamps=[40.0, 41.0])
    nwbfile.add_acquisition(late)

    found = checks_time.check_timestamps_before_last_trial_ends(late)
    assert found is not None
    assert found.message == "The last sample is at 41.0 s; the last trial ends at 36.0 s."
    alone = TimeSeries(name="late", data=np.zeros(2), unit="V", timestamps=[40.0, 41.0])
    start = datetime(2013, 3, 8, tzinfo=UTC)
    NWBFile(session_description="no trials", identifier="a", session_start_time=start).add_acquisition(alone)
    assert checks_time.check_timestamps_before_last_trial_ends(alone) is None
    assert run_over(checks_time.check_timestamps_before_last_trial_ends, sound_file) == []


@pytest.mark.parametrize(("label", "late"), [(5.0, True), (0.0, False), (np.nan, False)])
def test_samples_of_no_known_trial_may_come_after_the_last(label: float, late: bool) -> None:
    nwbfile = sound_nwbfile()
    series = TimeSeries(name="late", data=np.zeros(3), unit="V", timestamps=[35.0, 40.0, 41.0])
    labels = np.array([5.0, label, label])
    nwbfile.add_acquisition(series)
    nwbfile.processing["ophys"].add(
        TimeSeries(name="trial_number_subvolume_02", data=labels, unit="n/a", timestamps=series)
    )
    assert (checks_time.check_timestamps_before_last_trial_ends(series) is not None) == late
