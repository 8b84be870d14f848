"""The objects of converted sessions are those that are recorded: nothing but a meant change changes the files."""

from __future__ import annotations

from pathlib import Path

import digest_cases
import pytest


@pytest.mark.long
@pytest.mark.parametrize("case", digest_cases.CASES)
def test_objects_are_as_recorded(case: str, tmp_path: Path) -> None:
    """After a meant change: python scripts/record_digests.py --write."""
    if case == "sample" and not digest_cases.SAMPLE.is_dir():
        pytest.skip("the shared sample is not here")
    found = digest_cases.digests_of(case, tmp_path)
    assert digest_cases.differences(digest_cases.recorded(case), found) == []


def test_every_case_has_a_record() -> None:
    assert {path.stem for path in digest_cases.RECORDS.glob("*.json")} == set(digest_cases.CASES)


def test_what_speaks_of_the_conversion_is_left_out() -> None:
    names = {name.partition(":")[2] for case in digest_cases.CASES for name in digest_cases.recorded(case)}
    assert "/intervals/trials/start_time" in names
    assert not any(name.startswith("/processing/source") for name in names)
    assert names.isdisjoint({"/", "/file_create_date", "/general/was_generated_by"})


def test_differences_are_named() -> None:
    before, after = {"/a": "1", "/b": "1", "/c": "1"}, {"/a": "1", "/b": "2", "/d": "1"}
    assert digest_cases.differences(before, after) == ["changed: /b", "gone: /c", "new: /d"]
