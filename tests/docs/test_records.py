"""The page of record and ledger names every key that a conversion writes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace

from made_sessions import Converted

from ssc_to_nwb.naming import sidecar

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "records.md").read_text(encoding="utf-8")


def named(section: str) -> set[str]:
    """Words in code in a section of the page."""
    return set(re.findall(r"`([\w-]+)`", PAGE.split(f"## {section}\n")[1].split("\n## ")[0]))


def test_keys_of_the_ledger(converted_raw: Converted) -> None:
    ledger = json.loads(sidecar(converted_raw.path, "ledger").read_text(encoding="utf-8"))
    keys = {*ledger, *ledger["leaves"][0], *ledger["files"][0]}
    assert keys - named("Ledger") == set()


def test_keys_of_the_record() -> None:
    from ssc_to_nwb.nwb_file.results import SessionOutcome
    from ssc_to_nwb.run.record import session_line

    outcome = SessionOutcome(session="an1_2013_01_01", source=Path("s.mat"), status="failed")
    job = SimpleNamespace(work="an1_2013_01_01", attempt=1)
    line = session_line(outcome, job, started="now")  # type: ignore[arg-type]
    assert set(line) - named("Record") == set()
