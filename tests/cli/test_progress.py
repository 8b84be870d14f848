"""What a run shows while it goes on: bars on a terminal, plain lines elsewhere, notices on both."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from ssc_to_nwb.cli.displays import run_display
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
    with run_display(quiet=False) as on_event:
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
        RunEvent(name="run-started", fields={"to_do": 2}),
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
    with run_display(quiet=True) as on_event:
        assert on_event is None


def test_clocks_are_labelled(monkeypatch: pytest.MonkeyPatch) -> None:
    events = [
        RunEvent(name="run-started", fields={"to_do": 2}),
        RunEvent(name="session-started", session="an1"),
        RunEvent(name="session-finished", session="an1", fields={"status": "converted", "error": None}),
    ]
    assert "elapsed 0:00" in shown(events, monkeypatch, terminal=True)


def test_an_interrupted_run_is_not_shown_as_done(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted = {"status": "failed", "error": {"identifier": "interrupted"}}
    events = [
        RunEvent(name="run-started", fields={"to_do": 2}),
        RunEvent(name="session-finished", session="an1", fields=interrupted),
        RunEvent(name="session-finished", session="an2", fields=interrupted),
    ]
    text = shown(events, monkeypatch, terminal=True)
    assert "100 %" not in text
    assert "(0 of 2)" in text


def test_files_are_counted_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(terminal=True)
    monkeypatch.setattr(sys, "stderr", screen)
    with display(quiet=False) as drawn:
        on_file = counted(drawn, "validate")
        assert on_file is not None
        on_file(1, 3, Path("sub-a/x.nwb"))
    assert "validate x.nwb" in screen.getvalue()
    assert "33 % (1 of 3)" in screen.getvalue()
    assert counted(None, "validate") is None
