"""The record of a validation: when it holds, and when the file is looked at again."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from made_sessions import Converted

from ssc_to_nwb import naming
from ssc_to_nwb.problems.model import Severity
from ssc_to_nwb.validate import one_file
from ssc_to_nwb.validate.messages import Message
from ssc_to_nwb.validate.run import validate_and_record, validate_unless_recorded


@pytest.fixture
def file(convert_once: Callable[..., Converted], tmp_path: Path) -> Path:
    """A converted file in an output folder of its own."""
    converted = convert_once(subvolumes=(), whisker_data=False)
    copied = tmp_path / "output" / converted.path.parent.name / converted.path.name
    copied.parent.mkdir(parents=True)
    shutil.copyfile(converted.path, copied)
    naming.run_folder(copied.parent.parent).mkdir()
    return copied


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were validated; one whose name has a blank gets an error."""
    seen: list[Path] = []

    def note(file: Path) -> tuple[Message, ...]:
        seen.append(file)
        severity = Severity.ERROR if " " in file.name else Severity.INFO
        return (
            Message(
                identifier="seen", severity=severity, file=file, object_path="/", text="Seen.", reason="", remedy=""
            ),
        )

    monkeypatch.setattr(one_file, "validate_file", note)
    return seen


def test_an_unchanged_file_is_not_looked_at_again(file: Path, looked_at: list[Path]) -> None:
    first = validate_and_record(file)
    assert validate_unless_recorded(file) == first
    assert looked_at == [file]


def test_validate_always_looks(file: Path, looked_at: list[Path]) -> None:
    validate_and_record(file)
    validate_and_record(file)
    assert looked_at == [file, file]


def change_content(file: Path) -> None:
    """Keep size and time of last change."""
    stat = file.stat()
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def add_video(file: Path) -> None:
    """Change what the file may refer to."""
    naming.video_folder(file).mkdir()
    (naming.video_folder(file) / "trial_1.mp4").write_bytes(b"x")


def forget_version(file: Path) -> None:
    """As if another version had been installed."""
    path = naming.sidecar(file, "validation")
    record = json.loads(path.read_text())
    record["basis"]["versions"]["nwbinspector"] = "0.0.1"
    path.write_text(json.dumps(record))


def spoil_record(file: Path) -> None:
    """A record that was cut."""
    path = naming.sidecar(file, "validation")
    path.write_text(path.read_text()[:-20])


@pytest.mark.parametrize("change", [change_content, add_video, forget_version, spoil_record])
def test_any_change_makes_it_look_again(file: Path, looked_at: list[Path], change: object) -> None:
    validate_and_record(file)
    change(file)  # type: ignore[operator]
    validate_unless_recorded(file)
    assert looked_at == [file, file]


def test_a_file_with_errors_is_looked_at_each_time(file: Path, looked_at: list[Path]) -> None:
    misplaced = file.with_name("wrong name.nwb")
    file.rename(misplaced)
    messages = validate_unless_recorded(misplaced)
    assert any(message.severity == "error" for message in messages)
    validate_unless_recorded(misplaced)
    assert looked_at == [misplaced, misplaced]


def test_messages_come_back_as_they_were(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = tuple(
        Message(
            identifier="values-nan",
            severity=severity,
            file=file,
            object_path="/acquisition/whisker_video",
            text="3 µm, “NaN”,\nor \u2028 nothing",
            reason="Why.",
            remedy="What to do.",
        )
        for severity in (Severity.WARNING, Severity.INFO)
    )
    monkeypatch.setattr(one_file, "validate_file", lambda _: messages)
    assert validate_and_record(file) == messages
    monkeypatch.setattr(one_file, "validate_file", lambda _: ())
    assert validate_unless_recorded(file) == messages


def test_in_a_folder_of_somebody_else_nothing_is_written(file: Path, looked_at: list[Path]) -> None:
    naming.run_folder(file.parent.parent).rmdir()
    before = sorted(file.parent.parent.rglob("*"))
    validate_and_record(file)
    assert looked_at == [file]
    assert sorted(file.parent.parent.rglob("*")) == before
