"""The objects of converted sessions are those of the inventories: a unit or a text changes with intent only."""

from __future__ import annotations

from pathlib import Path

import inventory
import pytest


@pytest.mark.parametrize("case", [pytest.param("demo_with_gaps"), pytest.param("sample", marks=pytest.mark.long)])
def test_objects_are_as_recorded(case: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """After a meant change: python scripts/record_inventory.py."""
    if not inventory.is_here(case):
        pytest.skip("the shared sample is not here")
    recorded = inventory.record_path(case).read_text(encoding="utf-8").splitlines()
    if case == "demo_with_gaps":
        outcomes = [request.getfixturevalue("converted_raw").outcome]
    else:
        outcomes = inventory.converted(case, tmp_path)
    assert inventory.lines_of(outcomes) == recorded
