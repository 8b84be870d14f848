"""Which ROIs respond: the rank test and the false discovery rate."""

from __future__ import annotations

import numpy as np
import pytest

from ssc_to_nwb.analysis.event_triggered import TriggeredTraces, trigger
from ssc_to_nwb.analysis.response_test import ResponseOptions, responsive, roi_tests

LAG_S = np.array([-0.4, -0.2, 0.0, 0.2, 0.4])
OPTIONS = ResponseOptions(baseline_s=(-0.4, 0.0), response_s=(0.0, 0.6))


def _traces(change: np.ndarray) -> TriggeredTraces:
    """change: (E, R), what is added to dF/F from the event on."""
    values = np.zeros((change.shape[0], LAG_S.size, change.shape[1]))
    values[:, LAG_S >= 0] = change[:, None, :]
    return TriggeredTraces(interval_s=0.2, lag_s=np.tile(LAG_S, (len(change), 1)), values=values)


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
    assert responsive(tests["p"]).mean() < 0.01


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
    cut = trigger(time_s=time_s, values=values, event_s=event_s, interval_s=interval_s, before_s=1.0, after_s=2.0)
    found = responsive(roi_tests(cut, options=ResponseOptions())["p"])
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
