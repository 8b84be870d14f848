"""Choices by the position of the pole."""

from __future__ import annotations

import numpy as np
import pytest

from ssc_to_nwb.analysis.psychometric import choice_curve, running_performance


def test_a_choice_is_the_correct_side_in_a_hit_and_the_other_one_in_an_error() -> None:
    curve = choice_curve(
        position=np.array([1.0, 1.0, 1.0, 5.0, 5.0, 5.0, 5.0, 1.0]),
        correct_side=np.array(["left", "left", "left", "right", "right", "right", "right", "left"]),
        response=np.array(["hit", "error", "hit", "hit", "hit", "error", "no_lick", "no_lick"]),
    )
    assert curve.position.tolist() == [1.0, 5.0]
    assert curve.right.tolist() == [1, 2]
    assert curve.answers.tolist() == [3, 3]


def test_what_is_not_known_does_not_count() -> None:
    curve = choice_curve(
        position=np.array([np.nan, 2.0, 2.0]),
        correct_side=np.array(["left", "none", "left"]),
        response=np.array(["hit", "hit", "other"]),
    )
    assert curve.answers.size == 0


def test_many_positions_are_counted_in_bins_of_as_many_answers() -> None:
    rng = np.random.default_rng(0)
    position = rng.uniform(0, 10, 400)
    right = rng.uniform(size=400) < 1 / (1 + np.exp(-(position - 5)))
    side = np.where(position > 5, "right", "left")
    response = np.where((side == "right") == right, "hit", "error")
    curve = choice_curve(position=position, correct_side=side, response=response)
    assert curve.answers.tolist() == [50] * 8
    assert (np.diff(curve.position) > 0).all()
    assert curve.right.sum() == right.sum()
    assert (curve.share_right[0], curve.share_right[-1]) == pytest.approx((0, 1), abs=0.1)


def test_the_interval_is_wilsons() -> None:
    curve = choice_curve(
        position=np.ones(10), correct_side=np.array(["right"] * 10), response=np.array(["hit"] * 8 + ["error"] * 2)
    )
    low, high = curve.interval()
    assert (low[0], high[0]) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_running_performance() -> None:
    outcome = np.array(["hit", "hit", "error", "no_lick", "error", "error", "error"])
    found = running_performance(outcome, window=3)
    np.testing.assert_array_equal(found, [np.nan, 2 / 3, np.nan, np.nan, np.nan, 0.0, np.nan])
    assert np.isnan(running_performance(np.array(["hit"]))).all()


def test_one_side_is_counted_in_the_windows_of_both() -> None:
    """A side that has few trials is not averaged over a longer part of the session than the other."""
    outcome = np.array(["hit"] * 6 + ["error"] * 6)
    left = np.tile([True, False], 6)
    found = running_performance(outcome, chosen=left, window=7)
    both = running_performance(outcome, window=7)
    np.testing.assert_array_equal(found[[2, 9]], [1.0, 0.0])
    np.testing.assert_array_equal(both[[2, 9]], [1.0, 0.0])
    assert np.isnan(found[0])
