"""The events of a run as lines of the display of progress."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ssc_to_nwb.cli.progress import Display, display
from ssc_to_nwb.quantities import bytes_text

if TYPE_CHECKING:
    from ssc_to_nwb.run.events import OnEvent, RunEvent


@contextmanager
def run_display(*, quiet: bool) -> Iterator[OnEvent | None]:
    """A function that takes the events of a run and shows them; None where nothing is to be shown."""
    with display(quiet=quiet) as shown:
        yield None if shown is None else RunLines(shown)


class RunLines:
    """A line for the run and one for each session under way."""

    def __init__(self, shown: Display) -> None:
        self._shown = shown
        self._to_do = 0
        self._finished = 0
        self._shares: dict[str, float] = {}

    def __call__(self, event: RunEvent) -> None:
        """Take an event."""
        text = _notice(event)
        if text is not None:
            self._shown.say(text)
        if event.name == "run-started":
            self._to_do = event.fields["to_do"]
        elif event.session is not None:
            self._take(event.session, event)
        if self._to_do:
            # Sessions that an interruption ended are not done: the bar stays where it was.
            done = self._finished + sum(self._shares.values())
            self._shown.total("all sessions", done=done, total=self._to_do, amount=self._count())

    def _take(self, session: str, event: RunEvent) -> None:
        if event.name == "session-started":
            self._shown.show(session, session)
            self._shown.end("", f"{session}: begun")
        elif event.name == "progress":
            self._draw(session, event.fields)
        elif event.name == "session-finished":
            share = self._shares.pop(session, 0.0)
            if (event.fields["error"] or {}).get("identifier") == "interrupted":
                self._shares[session] = share
                self._shown.end(session)
                return
            self._finished += 1
            self._shown.end(session, f"{session}: {event.fields['status']} {self._count()}".rstrip())

    def _draw(self, session: str, fields: dict[str, Any]) -> None:
        total, done = fields["total_bytes"], fields["done_bytes"]
        amount = f"({bytes_text(done)} of {bytes_text(total)})" if total else ""
        self._shown.show(session, f"{session} {fields['stage']}", done=done, total=total or None, amount=amount)
        self._shares[session] = _share_of_session(fields)

    def _count(self) -> str:
        return f"({self._finished} of {self._to_do})" if self._to_do else ""


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


def _share_of_session(fields: dict[str, Any]) -> float:
    """About how much of a session is done: writing and verifying take about as long."""
    share = fields["done_bytes"] / fields["total_bytes"] if fields["total_bytes"] else 0.0
    return {"write": 0.5 * share, "verify": 0.5 + 0.5 * share, "done": 1.0}.get(fields["stage"], 0.0)
