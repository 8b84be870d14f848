"""Which messages an accept file accepts, what it says of itself, and what a wrong one gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.validate.accept import apply_entries, load_entries, packaged_file, read_entries
from ssc_to_nwb.validate.messages import Message, message_of

TOUCHES = message_of(
    kinds.TOUCH_OUTSIDE_POLE_IN_REACH, file=Path("out/sub-a/a.nwb"), object_path="/intervals/touches", text="t"
)
TEXT = message_of(kinds.PLACEHOLDER_TEXT, file=Path("out/sub-a/a.nwb"), object_path="/general", text="p")


@pytest.fixture
def accept(tmp_path: Path) -> object:
    """The messages after a file with one entry, given as YAML lines."""

    def apply(*lines: str) -> list[Message]:
        path = tmp_path / "accept.yaml"
        path.write_text("accept:\n  - " + "\n    ".join(lines) + "\n", encoding="utf-8")
        return apply_entries([TOUCHES, TEXT], read_entries(path))

    return apply


@pytest.mark.parametrize(
    "lines",
    [
        ("identifier: touch-outside-pole-in-reach", "path: /intervals/touches", "reason: tracker"),
        ("identifier: touch-*", "path: /inter*", "reason: tracker"),
        ("identifier: '*'", "path: /intervals/*", "file: '*.nwb'", "reason: tracker"),
    ],
)
def test_an_entry_accepts_what_its_globs_match(lines: tuple[str, ...], accept: object) -> None:
    touches, text = accept(*lines)  # type: ignore[operator]
    assert touches.accepted == "tracker"
    assert text.accepted is None


@pytest.mark.parametrize(
    "lines",
    [
        ("identifier: touch", "path: '*'", "reason: tracker"),
        ("identifier: touch-outside-pole-in-reach", "path: /intervals", "reason: tracker"),
        ("identifier: touch-outside-pole-in-reach", "path: '*'", "file: b.nwb", "reason: tracker"),
    ],
)
def test_an_entry_that_matches_nothing_is_reported_with_its_line(
    lines: tuple[str, ...], accept: object, tmp_path: Path
) -> None:
    touches, _, unused = accept(*lines)  # type: ignore[operator]
    assert touches.accepted is None
    assert unused.identifier == "accept-entry-unused"
    assert unused.severity.value == "warning"
    assert unused.file == tmp_path / "accept.yaml"
    assert unused.text.startswith("line 2: touch")


def test_a_user_s_reason_comes_before_the_packaged_one(tmp_path: Path) -> None:
    path = tmp_path / "accept.yaml"
    path.write_text("accept: [{identifier: check_*, path: /intervals/touches, reason: mine}]", encoding="utf-8")
    message = Message(
        identifier="check_empty_table", severity=TOUCHES.severity, file=TOUCHES.file,
        object_path="/intervals/touches", text="t", reason="r", remedy="m",
    )  # fmt: skip

    assert apply_entries([message], load_entries(path))[0].accepted == "mine"
    assert (apply_entries([message], load_entries(None))[0].accepted or "").startswith("The source may have series")


def test_unused_packaged_entries_are_one_note() -> None:
    (note,) = apply_entries([], load_entries(None))
    assert (note.identifier, note.severity.value, note.file) == ("accept-default-unused", "info", packaged_file())
    assert note.text == f"Of this package's own list {len(load_entries(None))} entries match nothing in these files."


def test_every_packaged_entry_gives_a_reason_and_is_narrow() -> None:
    for entry in load_entries(None):
        assert len(entry.reason.split()) > 5
        assert entry.identifier.startswith("check_")
        assert entry.path.startswith("/")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "nothing"),
        ("accept: yes", "accept"),
        ("accepted: []", "accepted"),
        ("accept: []\nother: 1", "accept, other"),
        ("accept: [7]", "7"),
        ("accept:\n  - identifier: a\n    path: b", "unknown or missing: reason"),
        ("accept:\n  - {identifier: a, path: b, reason: ' '}", "unknown or missing: reason"),
        ("accept:\n  - {identifier: a, path: b, reason: c, paths: d}", "unknown or missing: paths"),
        ("accept:\n  - {identifier: a, path: [3], reason: c}", "unknown or missing: path"),
        ("accept:\n  - {identifier: a, path: b, reason: c, file: [3]}", "unknown or missing: file"),
        ("accept: [", "while parsing"),
    ],
)
def test_a_wrong_file_is_refused(text: str, found: str, tmp_path: Path) -> None:
    path = tmp_path / "accept.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SscError) as failure:
        read_entries(path)
    assert failure.value.problem.kind.identifier == "accept-file-invalid"
    assert str(path) in str(failure.value.problem.file)
    assert found in str(failure.value.problem.found)


def test_an_empty_list_accepts_nothing(tmp_path: Path) -> None:
    path = tmp_path / "accept.yaml"
    path.write_text("accept: []", encoding="utf-8")
    assert read_entries(path) == ()
