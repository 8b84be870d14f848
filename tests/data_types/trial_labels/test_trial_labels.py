"""Trial labels as the file holds them."""

from __future__ import annotations

import numpy as np
import pytest

from ssc_to_nwb.data_types.trial_labels.source import NO_TRIAL, describe_trials, distinct_labels_text, labels_for_file


@pytest.mark.parametrize("numbers", [[], [3, 1, 2], [0, -1, 2**31 - 1]])
def test_whole_labels_are_int32(numbers: list[int]) -> None:
    stored = labels_for_file(np.array(numbers, dtype=np.int64))
    assert (stored.dtype, stored.tolist()) == (np.dtype(np.int32), numbers)


def test_a_missing_label_is_nan_and_minus_one_is_a_number() -> None:
    stored = labels_for_file(np.array([-1, NO_TRIAL, 4]))
    assert stored.dtype == np.float64
    np.testing.assert_array_equal(stored, [-1.0, np.nan, 4.0])


def test_numbers_beyond_int32_are_kept_exactly() -> None:
    assert labels_for_file(np.array([2**40 + 1])).tolist() == [2.0**40 + 1]


def test_labels_as_text_name_each_once_and_nan_as_nan() -> None:
    assert distinct_labels_text(np.array([9999, -1, NO_TRIAL, -1])) == "[NaN, -1, 9999]"


@pytest.mark.parametrize(
    ("trials", "text"),
    [
        ([], ""),
        ([NO_TRIAL, NO_TRIAL], ""),
        ([4, 4], "trial 4"),
        ([4, 5, 6], "trials 4 to 6"),
        ([9, 2, 2], "trials 2, 9"),
        (list(range(0, 40, 2)), "trials 0, 2, 4, 6, 8, 10, 12, 14 and others"),
    ],
)
def test_trials_in_words(trials: list[int], text: str) -> None:
    assert describe_trials(np.array(trials, dtype=np.int64)) == text
