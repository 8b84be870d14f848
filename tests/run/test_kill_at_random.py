"""Two hundred processes killed at random moments: after a rerun all is whole, nothing is stray, nothing done twice."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")


@pytest.fixture(scope="module")
def faults() -> ModuleType:
    """The script that causes the faults and prints the table of what was found."""
    path = Path(__file__).parents[2] / "scripts" / "fault_table.py"
    spec = importlib.util.spec_from_file_location("fault_table", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Processes that are started look their functions up by the module's name.
    sys.modules["fault_table"] = module
    sys.path.insert(0, str(path.parent))
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(path.parent))
    del sys.modules["fault_table"]


def check(findings: list, kills: int) -> None:
    """What must be true after any number of kills."""
    assert sum(one.kills for one in findings) == kills
    for one in findings:
        assert one.sessions > 0, one
        assert one.whole == one.sessions, one
        assert (one.stray_files, one.done_twice) == (0, 0), one


@pytest.mark.long
def test_a_few_kills(faults: ModuleType) -> None:
    check(faults.cause_faults(kills=12, seed=5, dask=False), 12)


def test_the_table_goes_between_the_markers_of_the_page(faults: ModuleType) -> None:
    page = Path(__file__).parents[2] / "docs" / "explanation" / "interruptions.md"
    before = page.read_text(encoding="utf-8")
    findings = [faults.Findings(kind="worker", kills=3, reruns=1, sessions=5, whole=5)]
    text = faults.with_table(before, findings, "Seed 1.")
    assert "| worker | 3 | 1 | 5 | 5 | 0 | 0 |\n| all | 3 | 1 | 5 | 5 | 0 | 0 |\n\nSeed 1.\n" in text
    assert faults.with_table(text, findings, "Seed 1.") == text


@pytest.mark.long
def test_two_hundred_kills(faults: ModuleType) -> None:
    pytest.importorskip("distributed")
    findings = faults.cause_faults(kills=200, seed=1, dask=True)
    check(findings, 200)
    assert {one.kind for one in findings} == set(faults.SHARES)
