"""Items put into groups."""

from __future__ import annotations

from ssc_to_nwb.grouping import grouped


def test_groups_come_in_the_order_in_which_they_begin_and_items_in_their_own() -> None:
    found = grouped(["ab", "c", "de", "f"], len)
    assert list(found.items()) == [(2, ["ab", "de"]), (1, ["c", "f"])]


def test_without_items_there_is_no_group() -> None:
    assert grouped([], len) == {}
