"""What happens in a run, as events: for a display, and as JSON lines for other programs."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TextIO

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error

EventName = Literal[
    "listing",
    "run-started",
    "session-skipped",
    "session-started",
    "progress",
    "session-retried",
    "session-finished",
    "waiting",
    "stopping",
    "run-finished",
]
# Progress of one session goes to the file this often at most, and whenever its stage changes.
_PROGRESS_SECONDS = 0.5


def now_text() -> str:
    """Now, in UTC to the millisecond: `2026-01-31T12:00:00.000+00:00`."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEvent:
    """One event. session: its name, None where the event is about the run; fields: JSON-ready particulars.

    progress: stage, done_bytes, total_bytes, worker (host:pid); session-finished: what `SessionOutcome.as_dict` has;
    run-started: sessions, to_do, skipped, source_bytes; run-finished: ok, done, failed, seconds; waiting: for what.
    """

    name: EventName
    session: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)


OnEvent = Callable[[RunEvent], None]


class EventFile:
    """Writes events to a file as JSON lines, each flushed. A disk that is full later on does not stop the run.

    Raises events-unwritable where the file can't be opened.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file: TextIO = path.open("a", encoding="utf-8", errors="backslashreplace")
        except OSError as failure:
            raise error(kinds.EVENTS_UNWRITABLE, file=path, found=failure) from failure
        self._last: dict[str | None, tuple[str, float]] = {}

    def __call__(self, event: RunEvent) -> None:
        """Write an event, unless it is progress that comes too soon after the last."""
        if event.name == "progress" and not self._is_due(event):
            return
        line = {"time": now_text(), "event": event.name, "session": event.session, **event.fields}
        with contextlib.suppress(OSError):
            self._file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        with contextlib.suppress(OSError):
            self._file.close()

    def _is_due(self, event: RunEvent) -> bool:
        stage, now = event.fields["stage"], time.monotonic()
        last_stage, last_time = self._last.get(event.session, ("", 0.0))
        if stage == last_stage and now - last_time < _PROGRESS_SECONDS:
            return False
        self._last[event.session] = (stage, now)
        return True
