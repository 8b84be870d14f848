"""Animal, day and letter of a session, from names of files and folders and back."""

from __future__ import annotations

import pytest

from ssc_to_nwb.session_key import SessionKey

DAY = SessionKey(animal="an229716", date="20131202")
SECOND = SessionKey(animal="an229716", date="20131202", letter="b")


@pytest.mark.parametrize("key", [DAY, SECOND])
def test_the_text_form_is_read_back(key: SessionKey) -> None:
    assert SessionKey.from_name(str(key)) == key


def test_a_second_session_of_a_day_is_another_session_and_comes_after_the_first() -> None:
    assert (str(DAY), str(SECOND)) == ("an229716_2013_12_02", "an229716_2013_12_02b")
    assert (DAY.label, SECOND.label) == ("20131202", "20131202b")
    assert sorted([SessionKey(animal="an229716", date="20131203"), SECOND, DAY])[:2] == [DAY, SECOND]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("an229716_2013_12_02_raw.tar", DAY),
        ("an229716_2013_12_02.imaging", DAY),
        ("an229716_2013_12_02b_raw.tar", SECOND),
        ("an229716_2013_12_02b-1.tar", SECOND),
        ("an229716_2013_12_02raw.tar", DAY),
        ("an229716_2013_12_021", None),
        ("2013_12_02", None),
        ("notes on an229716_2013_12_02", None),
    ],
)
def test_names_that_begin_with_a_session(text: str, key: SessionKey | None) -> None:
    assert SessionKey.at_start_of(text) == key


@pytest.mark.parametrize("name", ["an229716_2013_12_02_", "an229716_2013_12_02bcd", "an229716_2013_12_2b", ""])
def test_names_of_no_session(name: str) -> None:
    assert SessionKey.from_name(name) is None
