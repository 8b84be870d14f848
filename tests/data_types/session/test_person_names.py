"""Names of people as "Last, First"."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssc_to_nwb.data_types.session.interface import last_first, split_names

_word = st.text(alphabet="abcdefghij", min_size=2, max_size=8).map(str.capitalize)
_people = st.lists(st.tuples(_word, _word), min_size=1, max_size=5)


@given(_people, st.sampled_from(["; ", ";", " & ", " and "]))
def test_people_with_their_last_names_first(people: list[tuple[str, str]], between: str) -> None:
    names = [f"{last}, {first}" for first, last in people]
    assert [last_first(name) for name in split_names(between.join(names))] == names


@given(_people, st.sampled_from(["; ", ", ", " & ", " and "]))
def test_people_with_their_first_names_first(people: list[tuple[str, str]], between: str) -> None:
    text = between.join(f"{first} {last}" for first, last in people)
    assert [last_first(name) for name in split_names(text)] == [f"{last}, {first}" for first, last in people]


@given(_people)
def test_people_with_initials(people: list[tuple[str, str]]) -> None:
    text = ", ".join(f"{last}, {first[0]}" for first, last in people)
    assert split_names(text) == [f"{last}, {first[0]}" for first, last in people]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Peron S", "Peron, S"), ("Peron S P", "Peron, S P"), ("Van der Berg J.K.", "Van der Berg, J.K."),
        ("S. Peron", "Peron, S."), ("S P Peron", "Peron, S P"), ("S P", "P, S"),
    ],
)  # fmt: skip
def test_initials_are_no_last_name(text: str, name: str) -> None:
    assert last_first(text) == name


@pytest.mark.parametrize("text", ["Peron, Freeman, Iyer", "Peron, Simon, Freeman, Jeremy", "A, B C, D"])
def test_commas_that_could_mean_either(text: str) -> None:
    with pytest.raises(ValueError, match="commas"):
        split_names(text)


@pytest.mark.parametrize("text", ["", "  ", ";", ","])
def test_nobody(text: str) -> None:
    assert split_names(text) == []
