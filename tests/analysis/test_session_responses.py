"""The science comes out of the file: ROIs made to respond to touch or to whisking are found, and few others."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pytest
from made_sessions import Converted
from session_variants import RESPONDING

from ssc_to_nwb.analysis.event_triggered import TriggeredTraces, trigger
from ssc_to_nwb.analysis.session_responses import (
    EventResponses,
    ResponseOptions,
    first_touches_s,
    responsive,
    roi_tests,
    session_responses,
)
from ssc_to_nwb.analysis.whisking import free_whisking_onsets_s
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.opened_session import open_nwb_session


@pytest.fixture(scope="module")
def converted(convert_once: Callable[..., Converted]) -> Converted:
    return convert_once(RESPONDING)


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
    _check(session_responses(session)["touch"], converted.made.touch_rois, converted)


def test_whisking_responsive_rois_are_found(session: NwbSession, converted: Converted) -> None:
    _check(session_responses(session)["whisking"], converted.made.whisking_rois, converted)


def test_the_strongest_responses_come_first(session: NwbSession) -> None:
    found = session_responses(session)["touch"]
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
    made = convert_once(whisker_data=False, empty_event_series=("touches",), arrays=("dff",))
    with open_nwb_session(made.path) as opened:
        found = session_responses(opened)
    for responses in found.values():
        assert responses.event_s.size == responses.tested_count == responses.responsive_count == 0
        assert np.isnan(responses.share)


LAG_S = np.array([-0.4, -0.2, 0.0, 0.2, 0.4])
OPTIONS = ResponseOptions(baseline_s=(-0.4, 0.0), response_s=(0.0, 0.6))


def _traces(change: np.ndarray) -> TriggeredTraces:
    """change: (E, R), what is added to dF/F from the event on."""
    values = np.zeros((change.shape[0], LAG_S.size, change.shape[1]))
    values[:, LAG_S >= 0] = change[:, None, :]
    lag_s, numbers = np.tile(LAG_S, (len(change), 1)), np.arange(change.shape[1])
    return TriggeredTraces(roi_numbers=numbers, interval_s=0.2, lag_s=lag_s, values=values)


def test_a_rise_is_found_and_a_fall_is_not() -> None:
    steps = np.linspace(0.1, 1.0, 10)
    tests = roi_tests(_traces(np.stack([steps, -steps], axis=1)), options=OPTIONS)
    assert tests["p"][0] == 0.5**10
    assert tests["p"][1] == 1.0
    np.testing.assert_allclose(tests["effect_dff"], [steps.mean(), -steps.mean()])
    assert tests["events"].tolist() == [10, 10]


def test_a_roi_with_too_few_events_is_not_tested() -> None:
    change = np.linspace(0.1, 1.0, 20).reshape(10, 2)
    change[4:, 1] = np.nan
    tests = roi_tests(_traces(change), options=OPTIONS)
    assert np.isfinite(tests["p"][0])
    assert np.isnan(tests["p"][1])
    assert np.isnan(tests["effect_dff"][1])
    assert tests["events"].tolist() == [10, 4]


def test_missing_events_of_one_roi_do_not_touch_another() -> None:
    change = np.linspace(0.1, 1.0, 20).reshape(10, 2)
    whole = roi_tests(_traces(change), options=OPTIONS)
    change[7:, 1] = np.nan
    partly = roi_tests(_traces(change), options=OPTIONS)
    assert partly["p"][0] == whole["p"][0]
    assert partly["p"][1] == 0.5**7


def test_the_false_discovery_rate_is_held_over_all_tests() -> None:
    p_value = np.array([0.01, 0.02, 0.04, 0.9, np.nan])
    assert responsive(p_value, false_discovery_rate=0.05).tolist() == [True, True, False, False, False]
    assert responsive(p_value, false_discovery_rate=0.06).tolist() == [True, True, True, False, False]


def test_nothing_to_test() -> None:
    assert not responsive(np.array([np.nan, np.nan])).any()
    assert responsive(np.zeros(0)).size == 0


def test_by_chance_few_rois_respond() -> None:
    noise = np.random.default_rng(0).normal(size=(30, 400))
    tests = roi_tests(_traces(noise), options=OPTIONS)
    assert np.mean(tests["p"] < 0.05) < 0.08
    assert responsive(tests["p"].to_numpy()).mean() < 0.01


def _share_found(*, peak: float, trials: int) -> tuple[float, float]:
    """Shares of 100 responding and of 100 other ROIs that are found, in white noise of 0.2 dF/F at 7 frames/s."""
    rng = np.random.default_rng(0)
    interval_s = 1 / 7
    in_trial_s = np.arange(70) * interval_s
    start_s = 15.0 * np.arange(trials)
    event_s = start_s + 4 + rng.uniform(0, interval_s, trials)
    lag_s = (in_trial_s - (event_s - start_s)[:, None]).ravel()
    shape = np.where(lag_s >= 0, np.exp(-lag_s.clip(0) / 0.5) * (1 - np.exp(-lag_s.clip(0) / 0.1)), 0.0)
    values = 0.2 * rng.normal(size=(lag_s.size, 200))
    values[:, :100] += peak * (shape / shape.max())[:, None]
    time_s = (start_s[:, None] + in_trial_s).ravel()
    cut = trigger(pd.DataFrame(values, index=time_s), event_s, interval_s=interval_s, before_s=1.0, after_s=2.0)
    found = responsive(roi_tests(cut, options=ResponseOptions())["p"].to_numpy())
    return float(found[:100].mean()), float(found[100:].mean())


@pytest.mark.parametrize(
    ("peak", "trials", "least", "most"),
    [(0.4, 20, 0.95, 1.0), (0.2, 50, 0.95, 1.0), (0.1, 100, 0.9, 1.0), (0.1, 20, 0.0, 0.4)],
)
def test_weak_responses_are_found_as_the_documentation_says(
    peak: float, trials: int, least: float, most: float
) -> None:
    found, false = _share_found(peak=peak, trials=trials)
    assert least <= found <= most
    assert false <= 0.05
