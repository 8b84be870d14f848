"""Means over trials, and the order of ROIs by their peak."""

from __future__ import annotations

import numpy as np

from ssc_to_nwb.analysis.trial_means import binned_mean, peak_order, similar_together, trial_means

INTERVAL_S = 0.1


def _session(trials: int, frames: int = 10) -> tuple[np.ndarray, np.ndarray]:
    start_s = 5.0 * np.arange(trials) + 0.03
    time_s = (start_s[:, None] + INTERVAL_S * np.arange(frames)).ravel()
    return start_s, time_s


def test_means_by_kind_of_the_trials_that_did_not_give_the_order() -> None:
    start_s, time_s = _session(6)
    trial = np.repeat(np.arange(6), 10)
    values = np.stack([trial * 1.0, np.tile(np.arange(10.0), 6)], axis=1)
    label = np.array(["a", "a", "b", "a", "b", "a"])
    found = trial_means(
        time_s=time_s, values=values, interval_s=INTERVAL_S, trial_start_s=start_s, trial_label=label, labels=("a", "b")
    )
    # Of kind a are trials 0, 1, 3, 5, and 0 and 3 give the order; of kind b 2 and 4.
    assert found.trial_counts == (2, 1)
    np.testing.assert_allclose(found.shown[0][:, 0], (1 + 5) / 2)
    np.testing.assert_allclose(found.shown[1][:, 0], 4)
    np.testing.assert_allclose(found.sorting[:, 0], (0 + 3 + 2) / 3)
    np.testing.assert_allclose(found.shown[0][:, 1], np.arange(10))


def test_missing_values_and_trials_are_left_out() -> None:
    start_s, time_s = _session(4)
    values = np.ones((time_s.size, 1))
    values[15] = np.nan
    start_s[3] = np.nan
    kept = time_s < 15
    found = trial_means(
        time_s=time_s[kept], values=values[kept], interval_s=INTERVAL_S, trial_start_s=start_s,
        trial_label=np.array(["a"] * 4), labels=("a",),
    )  # fmt: skip
    assert found.trial_counts == (1,)
    assert np.isnan(found.shown[0][5, 0])
    assert np.isfinite(found.shown[0][:5, 0]).all()


def test_roi_order_by_peak() -> None:
    means = np.zeros((5, 4))
    means[3, 0] = means[1, 1] = means[2, 3] = 1.0
    means[:, 2] = np.nan
    assert peak_order(means).tolist() == [1, 3, 0, 2]
    assert peak_order(np.zeros((0, 2))).tolist() == [0, 1]


def test_similar_traces_lie_together() -> None:
    rng = np.random.default_rng(0)
    shapes = rng.normal(size=(100, 3)).cumsum(axis=0)
    kind = rng.permutation(np.repeat(np.arange(3), 8))
    traces = shapes[:, kind] + 0.1 * rng.normal(size=(100, kind.size))
    order = similar_together(traces)
    assert sorted(order) == list(range(kind.size))
    assert np.count_nonzero(np.diff(kind[order])) == 2


def test_traces_without_a_value_or_without_change_are_ordered_too() -> None:
    traces = np.random.default_rng(0).normal(size=(20, 5))
    traces[:, 1], traces[:, 3] = np.nan, 1.0
    assert sorted(similar_together(traces)) == [0, 1, 2, 3, 4]
    assert similar_together(traces[:, :1]).tolist() == [0]


def test_binned_means_leave_missing_values_out() -> None:
    values = np.array([[1.0, 4.0], [3.0, np.nan], [np.nan, 6.0], [np.nan, 8.0], [5.0, 10.0]])
    np.testing.assert_array_equal(binned_mean(values, columns=2), [[2.0, 4.0], [5.0, 8.0]])
    np.testing.assert_array_equal(binned_mean(values, columns=5), values)
