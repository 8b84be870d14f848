"""One trial on its own time axis, against what is true of it."""

from __future__ import annotations

import numpy as np
import pytest
from made_sessions import Converted, problem_raised

from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.trial import read_trial


@pytest.fixture
def session(opened_raw: NwbSession) -> NwbSession:
    return opened_raw


def _position(made: Converted, number: int) -> int:
    return int(np.flatnonzero(made.made.trials.numbers == number)[0])


def test_traces_begin_with_the_trial(session: NwbSession, converted_raw: Converted) -> None:
    truth = converted_raw.made.whisker
    trial = read_trial(session, 4)
    of_trial = truth.trials == 4
    start = converted_raw.made.trials.start_ms[_position(converted_raw, 4)]
    for row, trace in enumerate(trial.angles):
        np.testing.assert_allclose(trace.time_s, (truth.time_ms[of_trial] - start) / 1000.0, atol=1e-9)
        np.testing.assert_array_equal(trace.values, truth.angle_deg[row, of_trial])
    assert [trace.name for trace in trial.curvatures] == ["c1", "c2"]


def test_events_of_the_trial_and_no_other(session: NwbSession, converted_raw: Converted) -> None:
    made = converted_raw.made
    number = int(next(n for n, kind in zip(made.trials.numbers, made.trials.types, strict=True) if kind == "HitR"))
    trial = read_trial(session, number)
    start = made.trials.start_ms[_position(converted_raw, number)]
    licks = made.trials.events["rightLicks"]
    np.testing.assert_allclose(trial.points["right lick"], (licks.times_ms[licks.trials == number] - start) / 1000.0)
    assert "left lick" not in trial.points
    pole = made.trials.pole_ms[_position(converted_raw, number)]
    np.testing.assert_allclose(trial.intervals["pole in reach"], [(pole - start) / 1000.0])
    assert trial.intervals["right water"].shape == (1, 2)
    assert trial.trial_type == "HitR"


def test_touches_by_direction_and_whisker(session: NwbSession, converted_raw: Converted) -> None:
    made = converted_raw.made
    number, start = int(made.trials.numbers[0]), made.trials.start_ms[0]
    trial = read_trial(session, number)
    assert sum("touch" in name for name in trial.intervals) == 4
    for touch in made.whisker.touches:
        # A touch lasts to the end of its last whisker sample, 2 ms long.
        pairs = np.stack([touch.onset_ms, touch.offset_ms + 2], axis=1)[touch.trials == number]
        found = trial.intervals[f"{touch.direction.lower()} touch {touch.whisker}"]
        np.testing.assert_allclose(found, (pairs - start) / 1000.0)


def test_the_most_active_rois_are_chosen(session: NwbSession, converted_raw: Converted) -> None:
    trial = read_trial(session, 4, most_rois=3)
    volume = converted_raw.made.subvolumes[0]
    peaks = np.nanmax(volume.matrices["dff"][:, volume.trials == 4], axis=1)
    highest = sorted(volume.ids[np.argsort(-peaks)[:3]].tolist())
    assert [int(trace.name) for trace in trial.dff] == highest


def test_chosen_rois_in_the_order_asked(session: NwbSession, converted_raw: Converted) -> None:
    volume = converted_raw.made.subvolumes[0]
    rois = volume.ids[[5, 1]].tolist()
    trial = read_trial(session, 4, rois=rois)
    assert [trace.name for trace in trial.dff] == [str(number) for number in rois]
    np.testing.assert_array_equal(trial.dff[0].values, volume.matrices["dff"][5, volume.trials == 4])


def test_a_trial_that_is_not_there(session: NwbSession) -> None:
    with problem_raised() as found:
        read_trial(session, 9)
    assert found[0].kind.identifier == "trial-not-in-file"
    assert found[0].expected == "2 to 8, 10 to 18"


def test_a_roi_that_was_not_imaged_in_the_trial(session: NwbSession, converted_raw: Converted) -> None:
    other = int(converted_raw.made.subvolumes[1].ids[0])
    with problem_raised() as found:
        read_trial(session, 4, rois=[other])
    assert found[0].kind.identifier == "roi-not-in-file"
    assert found[0].found == str(other)
    assert str(int(converted_raw.made.subvolumes[0].ids[0])) in found[0].expected
