"""Counts, lists, bytes and seconds in words."""

from __future__ import annotations

import pytest

from ssc_to_nwb.quantities import bytes_text, listed, numbered, plural, seconds_text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (999, "999 B"), (1_234_567, "1.2 MB"), (154e9, "154.0 GB"), (2.5e12, "2.5 TB")]
)
def test_bytes(count: float, text: str) -> None:
    assert bytes_text(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(12.34, "12.3 s"), (200, "3 min 20 s"), (3725, "1 h 2 min"), (float("nan"), "not known")]
)
def test_seconds(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


def test_counts() -> None:
    assert plural(1, "touch", "touches") == "1 touch"
    assert plural(2000, "trial") == "2,000 trials"


def test_numbers_of_things() -> None:
    assert numbered("trial", [7]) == "trial 7"
    assert numbered("trial", ["7", "9"]) == "trials 7, 9"


def test_long_lists_are_cut() -> None:
    assert listed([str(n) for n in range(3)], most=3) == "0, 1, 2"
    assert listed([str(n) for n in range(5)], most=3) == "0, 1, 2 and 2 more"
