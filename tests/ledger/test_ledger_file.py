"""The ledger beside the NWB file: JSON that reads back as it was, one line per entry."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_sessions import Converted, problem_raised

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.rule import Disposition
from ssc_to_nwb.ledger.ledger import read_ledger, write_ledger


def test_ledger_is_beside_the_file_and_reads_back(converted_default: Converted, tmp_path: Path):
    path = naming.sidecar(converted_default.path, "ledger")
    ledger = read_ledger(path)
    assert ledger.session == "an900001_2013_03_08"
    assert ledger.files[0].source == converted_default.made.mat_path.name
    assert len(str(ledger.files[0].sha256)) == 64
    again = tmp_path / "folder" / "again.json"
    write_ledger(ledger, again)
    assert again.read_bytes() == path.read_bytes()
    assert read_ledger(again) == ledger


def test_file_is_json_with_a_line_per_entry(converted_default: Converted):
    path = naming.sidecar(converted_default.path, "ledger")
    text = path.read_text(encoding="utf-8")
    content = json.loads(text)
    assert len(content["leaves"]) == sum(part["leaves"] for part in content["summary"].values())
    assert sum(content["by_rule"].values()) == len(content["leaves"])
    lines = [line for line in text.splitlines() if '"source":' in line]
    assert len(lines) == len(content["leaves"]) + len(content["files"])
    assert {entry["disposition"] for entry in content["leaves"]} <= {one.value for one in Disposition}


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        (None, "ledger-missing"),
        ("no json", "ledger-unreadable"),
        ("[]", "ledger-unreadable"),
        ('{"format": 99}', "ledger-unreadable"),
        ('{"format": 1, "session": "a", "variable": "s", "leaves": [{"source": 1}], "files": []}', "ledger-unreadable"),
    ],
)
def test_what_is_no_ledger_is_named(tmp_path: Path, text: str | None, identifier: str):
    path = tmp_path / "x.ledger.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with problem_raised() as problems:
        read_ledger(path)
    assert problems[0].kind.identifier == identifier
    assert problems[0].file == str(path)
