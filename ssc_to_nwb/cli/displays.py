"""The events of a run, and the steps of an upload or download, as lines of the display of progress."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from ssc_to_nwb.cli.progress import Display
from ssc_to_nwb.quantities import bytes_text

if TYPE_CHECKING:
    from ssc_to_nwb.dandi.results import TransferProgress
    from ssc_to_nwb.run.events import RunEvent

# What no bar shows, by the event: why nothing seems to happen, and what goes otherwise than expected.
_NOTICES = {
    "listing": "looking into {file}",
    "stopping": "stopping...",
    "waiting": "waiting for {for}",
    "session-retried": "{session}: failed, is tried again",
}
_RUN_STAGES = ("connecting", "validating", "comparing")
_MOVING = ("uploading", "downloading")
_COUNTED = (*_MOVING, "waiting", "done", "failed")


class RunLines:
    """A line for the run and one for each session under way."""

    def __init__(self, shown: Display) -> None:
        self._shown = shown
        self._to_do = 0
        self._finished = 0
        self._shares: dict[str, float] = {}

    def __call__(self, event: RunEvent) -> None:
        """Take an event."""
        if event.name in _NOTICES:
            self._shown.say(_NOTICES[event.name].format_map({**event.fields, "session": event.session}))
        if event.name == "run-started":
            self._to_do = event.fields["sessions"] - event.fields["skipped"]
        elif event.session is not None:
            self._take(event.session, event)
        if self._to_do:
            # Sessions that an interruption ended are not done: the bar stays where it was.
            done = self._finished + sum(self._shares.values())
            self._shown.show(None, "all sessions", done=done, total=self._to_do, amount=self._count())

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
        text = f"{session} {fields['stage']}"
        self._shown.show_bytes(session, text, done=fields["done_bytes"], total=fields["total_bytes"])
        self._shares[session] = _share_of_session(fields)

    def _count(self) -> str:
        return f"({self._finished} of {self._to_do})" if self._to_do else ""


def _share_of_session(fields: dict[str, Any]) -> float:
    """About how much of a session is done: writing and verifying take about as long."""
    share = fields["done_bytes"] / fields["total_bytes"] if fields["total_bytes"] else 0.0
    return {"write": 0.5 * share, "verify": 0.5 + 0.5 * share, "done": 1.0}.get(fields["stage"], 0.0)


class TransferLines:
    """A line per file under way and one in total; called from several threads."""

    def __init__(self, shown: Display) -> None:
        self._shown = shown
        self._lock = threading.Lock()
        self._sizes: dict[str, int] = {}
        self._done: dict[str, int] = {}
        self._bytes_total = 0

    def __call__(self, progress: TransferProgress) -> None:
        """Show one step."""
        with self._lock:
            if progress.path is None:
                self._draw_run(progress)
            else:
                self._draw_file(progress.path, progress)

    def _draw_run(self, progress: TransferProgress) -> None:
        self._bytes_total = progress.bytes_total or self._bytes_total
        text = f"{progress.stage} {progress.note}".strip()
        if progress.stage in _RUN_STAGES:
            self._shown.end("", text)
        self._draw_total(text)

    def _draw_total(self, text: str) -> None:
        total = max(self._bytes_total, sum(self._sizes.values()))
        self._shown.show_bytes(None, text, done=sum(self._done.values()), total=total)

    def _draw_file(self, path: str, progress: TransferProgress) -> None:
        stage, note = progress.stage, f" ({progress.note})" if progress.note else ""
        if stage in _COUNTED:
            self._sizes[path] = progress.bytes_total or self._sizes.get(path, 0)
            if stage != "waiting":
                # Nothing is sent of a file whose content the archive has: it is done all the same.
                self._done[path] = progress.bytes_total if stage == "done" else progress.bytes_done
            self._draw_total("total")
        if stage in ("planned", "done", "failed", "pruning"):
            self._shown.end(path, _ending(path, progress, note=note))
            return
        if stage == "waiting":
            self._shown.end("", f"{path}: waiting{note}")
        elif stage not in ("checksum", *_MOVING):
            return
        total = progress.bytes_total if stage in _MOVING else 0
        self._shown.show_bytes(path, f"{path.rpartition('/')[2]} {stage}{note}", done=progress.bytes_done, total=total)

    def paused(self) -> AbstractContextManager[None]:
        """Take the bars off the terminal while the context lasts, for a question."""
        return self._shown.paused()


def _ending(path: str, progress: TransferProgress, *, note: str) -> str | None:
    """What plain lines say of a file that is done, has failed or is removed."""
    stage = progress.stage
    if stage == "done":
        done = bytes_text(progress.bytes_done) if progress.bytes_done else "the archive had its content"
        return f"{path}: done ({done})"
    if stage == "failed":
        return f"{path}: failed{note}"
    return f"{path}: removed" if stage == "pruning" else None
