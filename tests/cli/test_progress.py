"""What a run shows while it goes on: bars on a terminal, plain lines elsewhere, notices on both."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import pytest

from ssc_to_nwb.cli.displays import RunLines
from ssc_to_nwb.cli.progress import counted, display
from ssc_to_nwb.run.events import RunEvent

NOTICES = [
    (RunEvent(name="listing", fields={"file": "/data/[a]/all.tar.gz"}), "looking into /data/[a]/all.tar.gz\n"),
    (RunEvent(name="waiting", fields={"for": "a worker"}), "waiting for a worker\n"),
    (RunEvent(name="session-retried", session="an1"), "an1: failed, is tried again\n"),
    (RunEvent(name="stopping", fields={"signal": 2}), "stopping...\n"),
]


class Screen(io.StringIO):
    """Standard error that is a terminal, or is none."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


def shown(events: list[RunEvent], monkeypatch: pytest.MonkeyPatch, *, terminal: bool) -> str:
    """All that is written to standard error for these events."""
    screen = Screen(terminal=terminal)
    monkeypatch.setattr(sys, "stderr", screen)
    with display(RunLines, quiet=False) as on_event:
        assert on_event is not None
        for event in events:
            on_event(event)
    return screen.getvalue()


@pytest.mark.parametrize("terminal", [True, False], ids=["terminal", "elsewhere"])
@pytest.mark.parametrize(("event", "text"), NOTICES)
def test_notices_are_shown_on_a_terminal_and_elsewhere(
    event: RunEvent, text: str, terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert text in shown([event], monkeypatch, terminal=terminal)


def test_plain_lines_say_what_begins_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    events = [
        RunEvent(name="run-started", fields={"sessions": 2, "skipped": 0}),
        RunEvent(name="session-started", session="an1"),
        RunEvent(name="session-finished", session="an1", fields={"status": "converted", "error": None}),
    ]
    assert shown(events, monkeypatch, terminal=False) == "an1: begun\nan1: converted (1 of 2)\n"


def test_plain_lines_end_without_blanks_and_leave_interrupted_sessions_to_the_summary(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failed = {"status": "failed", "error": {"identifier": "packed-unreadable"}}
    interrupted = {"status": "failed", "error": {"identifier": "interrupted"}}
    events = [
        RunEvent(name="session-finished", session="an1", fields=failed),
        RunEvent(name="session-finished", session="an2", fields=interrupted),
    ]
    assert shown(events, monkeypatch, terminal=False) == "an1: failed\n"


def test_a_quiet_run_shows_nothing() -> None:
    with display(RunLines, quiet=True) as on_event:
        assert on_event is None


def test_clocks_are_labelled(monkeypatch: pytest.MonkeyPatch) -> None:
    events = [
        RunEvent(name="run-started", fields={"sessions": 2, "skipped": 0}),
        RunEvent(name="session-started", session="an1"),
        RunEvent(name="session-finished", session="an1", fields={"status": "converted", "error": None}),
    ]
    assert "elapsed 0:00" in shown(events, monkeypatch, terminal=True)


def test_what_fails_before_it_begins_is_counted_among_all(monkeypatch: pytest.MonkeyPatch) -> None:
    events = [
        RunEvent(name="run-started", fields={"sessions": 3, "to_do": 1, "skipped": 1}),
        RunEvent(name="session-skipped", session="an0", fields={"status": "skipped", "error": None}),
        RunEvent(name="session-finished", session="an1", fields={"status": "failed", "error": {}}),
        RunEvent(name="session-finished", session="an2", fields={"status": "converted", "error": None}),
    ]
    assert shown(events, monkeypatch, terminal=False) == "an1: failed (1 of 2)\nan2: converted (2 of 2)\n"


def test_no_line_is_broken_on_a_terminal_of_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    bytes_done = {"stage": "verify", "done_bytes": 203_400_000, "total_bytes": 209_700_000}
    events = [
        RunEvent(name="run-started", fields={"sessions": 12, "skipped": 0}),
        RunEvent(name="session-started", session="an229716_2013_12_02b"),
        RunEvent(name="progress", session="an229716_2013_12_02b", fields=bytes_done),
    ]
    text = shown(events, monkeypatch, terminal=True)
    drawn = [" ".join(line.split()) for line in re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", text).splitlines()[-2:]]
    assert re.fullmatch(r"all sessions, elapsed 0:00 \S+ 8 % \(0 of 12\)(, left \S+)?", drawn[0])
    assert re.fullmatch(r"an229716_2013_12_02b verify \S+ 97 % \(203.4 MB of 209.7 MB\)", drawn[1])


def test_an_interrupted_run_is_not_shown_as_done(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted = {"status": "failed", "error": {"identifier": "interrupted"}}
    events = [
        RunEvent(name="run-started", fields={"sessions": 2, "skipped": 0}),
        RunEvent(name="session-finished", session="an1", fields=interrupted),
        RunEvent(name="session-finished", session="an2", fields=interrupted),
    ]
    text = shown(events, monkeypatch, terminal=True)
    assert "100 %" not in text
    assert "(0 of 2)" in text


def shown_of_one_file(command: str, file: Path, *, of: int, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a terminal has got when the first of some files is done."""
    screen = Screen(terminal=True)
    monkeypatch.setattr(sys, "stderr", screen)
    with display(counted(command), quiet=False) as on_file:
        assert on_file is not None
        on_file(1, of, file)
    return screen.getvalue()


def test_files_are_counted_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown_of_one_file("validate", Path("sub-a/x.nwb"), of=3, monkeypatch=monkeypatch)
    assert "validate x.nwb" in text
    assert "33 % (1 of 3)" in text


def test_numbers_are_whole_on_a_terminal_of_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    file = Path("sub-an900001_ses-20130308_behavior+image+ophys.nwb")
    text = shown_of_one_file("report", file, of=2, monkeypatch=monkeypatch)
    lines = [line.rstrip() for line in re.split(r"[\r\n]|\x1b\[[0-9;?]*[a-zA-Z]", text) if line.strip()]
    assert any(line.startswith("report sub-an900001") and "...ge+ophys.nwb, elapsed 0:00" in line for line in lines)
    assert "50 % (1 of 2)" in lines[-1]
    assert not any(line.startswith(",") for line in lines), "a line without a text at first"
