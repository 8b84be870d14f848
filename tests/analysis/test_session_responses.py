"""The science comes out of the file: ROIs made to respond to touch or to whisking are found, and few others."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from made_sessions import Converted

from ssc_to_nwb.analysis.session_responses import (
    EventResponses,
    first_touches_s,
    touch_responses,
    whisking_responses,
)
from ssc_to_nwb.analysis.whisking import free_whisking_onsets_s
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.opened_session import open_nwb_session
from ssc_to_nwb.testing.spec import SessionSpec, SubvolumeSpec

SPEC = SessionSpec(
    animal="an900011",
    n_trials=48,
    trial_seconds=5.0,
    subvolumes=(
        SubvolumeSpec(number=1, planes=(2, 3), rois_per_plane=40),
        SubvolumeSpec(number=2, planes=(2,), rois_per_plane=40),
    ),
    image_shape=(96, 128),
    rejected_file=True,
    rois_without_trace=2,
)


@pytest.fixture(scope="module")
def converted(convert_once: Callable[..., Converted]) -> Converted:
    return convert_once(SPEC)


@pytest.fixture(scope="module")
def session(converted: Converted) -> Iterator[NwbSession]:
    with open_nwb_session(converted.path) as opened:
        yield opened


def _check(found: EventResponses, truth: tuple[int, ...], made: Converted) -> None:
    traced = {roi.number for roi in made.made.rois if roi.has_trace}
    expected, responding = set(truth) & traced, set(found.rois["roi"][found.rois["responsive"]])
    assert found.tested_count == len(traced)
    assert len(responding & expected) >= 0.95 * len(expected)
    assert len(responding - expected) <= 0.05 * len(traced)
    assert found.share == pytest.approx(len(expected) / len(traced), abs=0.05)


def test_touch_responsive_rois_are_found(session: NwbSession, converted: Converted) -> None:
    _check(touch_responses(session), converted.made.touch_rois, converted)


def test_whisking_responsive_rois_are_found(session: NwbSession, converted: Converted) -> None:
    _check(whisking_responses(session), converted.made.whisking_rois, converted)


def test_the_strongest_responses_come_first(session: NwbSession) -> None:
    found = touch_responses(session)
    strongest = found.strongest(5)
    assert len(strongest) == 5
    assert strongest["responsive"].all()
    assert strongest["effect_dff"].is_monotonic_decreasing
    assert strongest["effect_dff"].iloc[0] == found.rois["effect_dff"][found.rois["responsive"]].max()


def test_first_touches_are_those_of_the_source(session: NwbSession, converted: Converted) -> None:
    made = converted.made
    onsets = np.concatenate([touch.onset_ms for touch in made.whisker.touches])
    trials = np.concatenate([touch.trials for touch in made.whisker.touches])
    firsts = sorted(onsets[trials == number].min() for number in np.unique(trials))
    np.testing.assert_allclose(first_touches_s(session), np.array(firsts) / 1000.0)


def test_whisking_begins_once_a_trial_and_not_during_touch(session: NwbSession) -> None:
    onsets = free_whisking_onsets_s(session)
    start = session.trials["start_time"].to_numpy()
    trial = np.searchsorted(start, onsets) - 1
    assert np.unique(trial).size == trial.size >= 0.9 * len(start)
    touches = session.touches["start_time"].to_numpy()
    assert all(not np.any((touches > onset - 0.3) & (touches < onset + 1.0)) for onset in onsets)


def test_a_session_without_whisker_data_has_no_responses(convert_once: Callable[..., Converted]) -> None:
    made = convert_once(whisker_data=False, empty_event_series=("touches",))
    with open_nwb_session(made.path) as opened:
        found = touch_responses(opened), whisking_responses(opened)
    for responses in found:
        assert responses.event_s.size == responses.tested_count == responses.responsive_count == 0
        assert np.isnan(responses.share)
