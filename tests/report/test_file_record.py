"""What a page says of the verification and validation of its file."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from made_sessions import Converted

from ssc_to_nwb.api.reporting import report
from ssc_to_nwb.report.file_record import FileRecord, badges
from ssc_to_nwb.validate import one_file
from ssc_to_nwb.validate.run import validate_and_record


@pytest.mark.parametrize(
    ("record", "texts", "states"),
    [
        (FileRecord(), ("Not known whether verified", "Not validated"), ("open", "open")),
        (FileRecord(verified="full", validation=(0, 0)), ("Verified", "Valid"), ("good", "good")),
        (FileRecord(verified="sample", validation=(2, 0)), ("Verified in part", "Not valid"), ("good", "bad")),
        (FileRecord(verified="off"), ("Not verified", "Not validated"), ("bad", "open")),
        (
            FileRecord(verified="full", changed=True),
            ("Changed since it was verified", "Not validated"),
            ("bad", "open"),
        ),
    ],
)
def test_badges(record: FileRecord, texts: tuple[str, ...], states: tuple[str, ...]) -> None:
    found = badges(record)
    assert tuple(badge.text for badge in found) == texts
    assert tuple(badge.state for badge in found) == states


@pytest.mark.usefixtures("few_pictures")
def test_records_of_a_conversion_and_a_validation(
    convert_once: Callable[..., Converted], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_file, "validate_file", lambda _: ())
    converted = convert_once(subvolumes=(), whisker_data=False)
    output = Path(shutil.copytree(converted.path.parent.parent, tmp_path / "nwb"))
    file = output / converted.path.parent.name / converted.path.name
    before = report(files=[output], output=tmp_path / "before").pages[0].read_text(encoding="utf-8")
    assert "<strong>Verified</strong>" in before
    assert f"<dd>{converted.outcome.digest}</dd>" in before
    assert "<strong>Not validated</strong>" in before
    validate_and_record(file)
    after = report(files=[output], output=tmp_path / "after").pages[0].read_text(encoding="utf-8")
    assert "<strong>Valid</strong>" in after
    with file.open("ab") as opened:
        opened.write(b"x")
    changed = report(files=[output], output=tmp_path / "changed").pages[0].read_text(encoding="utf-8")
    assert "<strong>Changed since it was verified</strong>" in changed
    assert "<strong>Not validated</strong>" in changed
