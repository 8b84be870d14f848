"""The progress of a run on standard error: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ssc_to_nwb.cli.terminal import echo, harmless
from ssc_to_nwb.quantities import bytes_text

if TYPE_CHECKING:
    from ssc_to_nwb.run.events import OnEvent, RunEvent

# A plain line about a session under way comes this often at most.
_PLAIN_SECONDS = 10.0


@contextmanager
def run_display(*, quiet: bool) -> Iterator[OnEvent | None]:
    """A function that takes the events of a run and shows them; None where nothing is to be shown."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _Bars() as bars:
            yield bars
    else:
        yield PlainLines()


class PlainLines:
    """Says what begins and ends, and how far the sessions under way are, now and then."""

    def __init__(self) -> None:
        self._count = _Count()
        self._last: dict[str, float] = {}

    def __call__(self, event: RunEvent) -> None:
        """Take an event."""
        self._count(event)
        text = self._text(event)
        if text is not None:
            echo(text, err=True)

    def _text(self, event: RunEvent) -> str | None:
        fields, session = event.fields, event.session
        text = _notice(event)
        if text is not None or session is None:
            return text
        if event.name == "session-started":
            self._last[session] = time.monotonic()
            return f"{session}: begun"
        if event.name == "session-finished":
            if (fields["error"] or {}).get("identifier") == "interrupted":
                return None
            return f"{session}: {fields['status']} {self._count}".rstrip()
        return self._progress_text(session, fields) if event.name == "progress" else None

    def _progress_text(self, session: str, fields: dict[str, Any]) -> str | None:
        now = time.monotonic()
        if not fields["total_bytes"] or now - self._last.get(session, now) < _PLAIN_SECONDS:
            return None
        self._last[session] = now
        share = 100 * fields["done_bytes"] / fields["total_bytes"]
        done, total = bytes_text(fields["done_bytes"]), bytes_text(fields["total_bytes"])
        return f"{session}: {fields['stage']} {share:.0f} % ({done} of {total})"


class _Bars:
    """A bar for the run and one for each session under way."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} % {task.fields[rate]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._count = _Count()
        self._lines: dict[str, TaskID] = {}
        self._shares: dict[str, float] = {}
        self._total: TaskID | None = None

    def __enter__(self) -> _Bars:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def __call__(self, event: RunEvent) -> None:
        """Take an event."""
        self._count(event)
        session = event.session
        text = _notice(event)
        if text is not None:
            self._bars.console.print(harmless(text), highlight=False, markup=False, soft_wrap=True)
        if event.name == "run-started" and event.fields["to_do"]:
            self._total = self._bars.add_task("all sessions", total=event.fields["to_do"], rate="")
        elif event.name == "progress" and session is not None:
            self._draw(session, event.fields)
        elif event.name == "session-finished" and session in self._lines:
            self._bars.remove_task(self._lines.pop(session))
            self._shares.pop(session, None)
        if self._total is not None:
            done = self._count.finished + sum(self._shares.values())
            self._bars.update(self._total, completed=done, rate=str(self._count))

    def _draw(self, session: str, fields: dict[str, Any]) -> None:
        if session not in self._lines:
            self._lines[session] = self._bars.add_task(session, total=None, rate="")
        total, done = fields["total_bytes"], fields["done_bytes"]
        rate = f"{bytes_text(done)} of {bytes_text(total)}" if total else ""
        self._bars.update(
            self._lines[session],
            description=f"{session} {fields['stage']}",
            completed=done if total else 0,
            total=total or None,
            rate=rate,
        )
        self._shares[session] = _share_of_session(fields)


def _notice(event: RunEvent) -> str | None:
    """What no bar shows: why nothing seems to happen, and what goes otherwise than expected."""
    if event.name == "listing":
        return f"looking into {event.fields['file']}"
    if event.name == "stopping":
        return "stopping..."
    if event.name == "waiting":
        return f"waiting for {event.fields['for']}"
    if event.name == "session-retried":
        return f"{event.session}: failed, is tried again"
    return None


class _Count:
    """How many sessions of those to be done are finished."""

    def __init__(self) -> None:
        self.finished = 0
        self._to_do = 0

    def __call__(self, event: RunEvent) -> None:
        if event.name == "run-started":
            self._to_do = event.fields["to_do"]
        elif event.name == "session-finished":
            self.finished += 1

    def __str__(self) -> str:
        return f"({self.finished} of {self._to_do})" if self._to_do else ""


def _share_of_session(fields: dict[str, Any]) -> float:
    """About how much of a session is done: writing and verifying take about as long."""
    share = fields["done_bytes"] / fields["total_bytes"] if fields["total_bytes"] else 0.0
    return {"write": 0.5 * share, "verify": 0.5 + 0.5 * share, "done": 1.0}.get(fields["stage"], 0.0)
