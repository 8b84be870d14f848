"""What does not follow from the rest of a file is a contradiction, whatever stops its computing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ssc_to_nwb.restoring.following import Followed, contradictions
from ssc_to_nwb.restoring.nwb_reader import ObjectError
from ssc_to_nwb.restoring.pieces import RestoreError


@pytest.mark.parametrize(
    ("failure", "place", "found"),
    [
        (
            RestoreError("/a", leaf="s.b", expected="3 values", found="2 are missing"),
            "/a",
            "2 are missing (source field s.b)",
        ),
        (ObjectError("/a", expected="a dataset", found="a group"), "/a", "a group"),
        (KeyError("b"), "/place", "KeyError: 'b'"),
    ],
)
def test_what_stops_a_comparison_is_named(failure: Exception, place: str, found: str) -> None:
    def follow(_: Any) -> Iterator[Followed]:
        yield Followed("/first", 1, 1)
        raise failure

    (one,) = contradictions(None, {"/place": follow})  # type: ignore[arg-type]
    assert (one.place, one.found, one.of_record) == (place, found, False)
