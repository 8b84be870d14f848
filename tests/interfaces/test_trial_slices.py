"""Nothing of the source's `trial` vectors is lost: the trials table refers to the samples of every series."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_sessions import Converted, Struct, array, opened

from ssc_to_nwb.interfaces.context import load_context
from ssc_to_nwb.interfaces.trial_slices import collect_trial_slices, runs_of


@given(st.lists(st.integers(-1, 4), max_size=60))
def test_runs_give_back_the_labels(labels: list[int]) -> None:
    rebuilt: list[int] = []
    for label, first, count in runs_of(np.array(labels, dtype=np.int64)):
        assert first == len(rebuilt)
        assert count > 0
        assert not rebuilt or rebuilt[-1] != label, "runs are as long as can be"
        rebuilt += [label] * count
    assert rebuilt == labels


def labels_in(nwbfile: Any) -> dict[str, np.ndarray]:
    """The trial number of every sample of every series, by series, as the file's tables tell it."""
    labels: dict[str, np.ndarray] = {}

    def put(reference: Any, number: int) -> None:
        series = reference.timeseries
        own = labels.setdefault(series.name, np.full(len(series.timestamps), -99))
        place = slice(reference.idx_start, reference.idx_start + reference.count)
        assert (own[place] == -99).all(), "no sample belongs to two trials"
        own[place] = number

    for number, references in nwbfile.trials.to_dataframe()["timeseries"].items():
        for reference in references:
            put(reference, number)
    if "samples_outside_trials" in nwbfile.intervals:
        table = nwbfile.intervals["samples_outside_trials"]
        for _, outside in table.to_dataframe().iterrows():
            for reference in outside["timeseries"]:
                put(reference, outside["source_trial_number"])
                times = reference.timeseries.timestamps
                assert times[reference.idx_start] == outside["start_time"]
                assert times[reference.idx_start + reference.count - 1] == outside["stop_time"]
    return labels


@pytest.mark.parametrize("name", ["default", "awkward"])
def test_every_sample_of_every_series(name: str, request: pytest.FixtureRequest) -> None:
    made = request.getfixturevalue(f"converted_{name}").made
    labels = labels_in(request.getfixturevalue(f"nwb_{name}"))
    expected = {}
    assert made.whisker is not None
    for whisker in made.whisker.names:
        for quantity in ("angle", "curvature_change"):
            expected[f"whisker_{quantity}_{whisker.lower()}"] = made.whisker.trials
    for volume in made.subvolumes:
        for plane in volume.planes:
            for prefix in ("raw_fluorescence", "dff", "calcium_events"):
                expected[f"{prefix}_{plane.name}"] = volume.trials
    assert set(labels) == set(expected)
    for series, numbers in expected.items():
        np.testing.assert_array_equal(labels[series], numbers, err_msg=series)


def test_a_trial_in_pieces_and_samples_of_no_trial(convert_edited: Callable[..., Converted]) -> None:
    def edit(s: Struct) -> None:
        trial = array(s, "whiskerVars")["trial"]
        trial[0, 10:20] = np.nan
        trial[0, 30:40] = 0

    converted = convert_edited(edit)
    made = converted.made.whisker
    assert made is not None
    expected = made.trials.copy()
    expected[10:20], expected[30:40] = -1, 0
    with opened(converted.path) as nwbfile:
        np.testing.assert_array_equal(labels_in(nwbfile)["whisker_angle_c2"], expected)
        first = nwbfile.trials.to_dataframe()["timeseries"].iloc[0]
        assert sum(reference.timeseries.name == "whisker_angle_c2" for reference in first) == 3


def test_a_session_where_every_sample_has_its_trial_needs_no_table_for_others(nwb_default: Any) -> None:
    assert "samples_outside_trials" not in nwb_default.intervals


def test_frames_of_one_time_stamp_keep_their_own_trials(convert_edited: Callable[..., Converted]) -> None:
    """Two trials meet in one time stamp: the frames before and after it are told apart all the same."""

    def edit(s: Struct) -> None:
        for key in s["timeSeriesArrayHash"]["keyNames"]:
            if key != "whiskerVars":
                time, trial = (array(s, key)[name] for name in ("time", "trial"))
                last = np.flatnonzero(np.diff(trial[0]))[0]
                time[0, last + 1] = time[0, last]

    converted = convert_edited(edit, raw=True)
    assert converted.outcome.verified == "full", converted.outcome.error
    expected = converted.made.subvolumes[0].trials
    with opened(converted.path) as nwbfile:
        labels = labels_in(nwbfile)
        for channel in ("green", "red"):
            np.testing.assert_array_equal(labels[f"two_photon_series_fov_01002_{channel}"], expected)
        # Added again to the file as it was read back, where the frames no longer know their stack.
        again = collect_trial_slices(nwbfile, context=load_context(converted.made.mat_path))
        runs = {
            number: sum(run.count for run in found if run.series.name == "two_photon_series_fov_01002_green")
            for number, found in again.by_trial.items()
        }
        assert runs == {number: int((expected == number).sum()) for number in again.by_trial}
