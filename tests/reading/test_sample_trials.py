"""The samples of a trial are those that the file labels with it, whatever their time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from made_sessions import Converted, Struct, array

from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.opened_session import open_nwb_session
from ssc_to_nwb.reading.trial import read_trial


def test_trial_numbers_of_every_clock(opened_awkward: NwbSession, converted_awkward: Converted) -> None:
    session, made = opened_awkward, converted_awkward.made
    assert made.whisker is not None
    names = [one.series.name for one in session.sample_trials]
    assert names == ["trial_number", "trial_number_subvolume_04", "trial_number_subvolume_06"]
    assert session.sample_trials[0].shares_clock(session.whisker_traces[-1].series)
    np.testing.assert_array_equal(session.sample_trials[0].values, made.whisker.trials)
    for volume in made.subvolumes:
        number = int(volume.trials[-1])
        for plane in session.planes:
            series = plane.series("dff")
            if plane.name in [one.name for one in volume.planes] and series is not None:
                assert any(one.shares_clock(series) for one in session.sample_trials)
                found = session.samples_of(series, number)
                np.testing.assert_array_equal(found, np.flatnonzero(volume.trials == number))


def test_a_trial_has_the_samples_with_its_number(convert_edited: Callable[..., Converted]) -> None:
    """Some inside its time have no number, or that of another trial."""

    def edit(s: Struct) -> None:
        trial = array(s, "whiskerVars")["trial"]
        trial[0, 10:15] = np.nan
        trial[0, 20:30] = trial[0, -1]

    converted = convert_edited(edit, subvolumes=())
    whisker = converted.made.whisker
    assert whisker is not None
    number = int(whisker.trials[0])
    expected = np.flatnonzero(whisker.trials == number)
    expected = expected[(expected < 10) | (expected >= 15) & (expected < 20) | (expected >= 30)]
    with open_nwb_session(converted.path) as session:
        (angle,) = read_trial(session, number).angles
    np.testing.assert_array_equal(angle.values, whisker.angle_deg[0][expected])
