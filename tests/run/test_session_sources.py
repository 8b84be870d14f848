"""Which of the sessions of a source are taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_sessions import problem_raised

from ssc_to_nwb.run.session_sources import SourceSearch, choose, find_sources

FIRST, SECOND = "an197522_2013_03_08", "an229719_2013_12_02"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for name in (FIRST, "an197522_2013_03_10", SECOND):
        (tmp_path / f"{name}_session.mat").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("patterns", "chosen"),
    [
        ((), 3),
        (("*",), 3),
        (("an197522*",), 2),
        (("*_12_*", "*_03_08"), 2),
        ((SECOND,), 1),
        (("an197522_2013_03_??",), 2),
    ],
)
def test_globs(source: Path, patterns: tuple[str, ...], chosen: int) -> None:
    assert len(choose(find_sources(source, SourceSearch()), patterns, source=source)) == chosen


def test_a_glob_that_matches_nothing(source: Path) -> None:
    with problem_raised() as found:
        choose(find_sources(source, SourceSearch()), ("an1*_2014*",), source=source)
    assert found[0].kind.identifier == "no-session-found"
    assert "an1*_2014*" in (found[0].expected or "")
    assert FIRST in (found[0].found or "")
