"""The progress of an upload or download on standard error: bars on a terminal, a line per file elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from ssc_to_nwb.cli.terminal import echo, harmless
from ssc_to_nwb.quantities import bytes_text

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from ssc_to_nwb.dandi.results import TransferProgress

_NAME_WIDTH = 40
# A plain line about a file under way comes this often at most.
_PLAIN_SECONDS = 10.0
_RUN_STAGES = ("connecting", "validating", "comparing")


class PlainLines:
    """A line for each file that is done or failed, and now and then one for a large file under way."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: dict[str, float] = {}

    def __call__(self, progress: TransferProgress) -> None:
        """Say one step, where there is something to say."""
        with self._lock:
            text = self._text(progress)
        if text is not None:
            echo(text, err=True)

    def _text(self, progress: TransferProgress) -> str | None:
        path, stage, note = progress.path, progress.stage.value, progress.note
        if path is None:
            return f"{stage} {note}".strip() if stage in _RUN_STAGES else None
        if stage == "done":
            done = bytes_text(progress.bytes_done) if progress.bytes_done else "the archive had its content"
            return f"{path}: done ({done})"
        if stage in ("failed", "waiting"):
            return f"{path}: {stage}{f' ({note})' if note else ''}"
        if stage in ("uploading", "downloading"):
            return self._text_under_way(path, progress)
        return f"{path}: removed" if stage == "pruning" else None

    def _text_under_way(self, path: str, progress: TransferProgress) -> str | None:
        now = time.monotonic()
        if now - self._last.setdefault(path, now) < _PLAIN_SECONDS:
            return None
        self._last[path] = now
        done, total = bytes_text(progress.bytes_done), bytes_text(progress.bytes_total)
        return f"{path}: {progress.stage.value}, {done} of {total}"


class TransferBars:
    """Draws progress; called from several threads. Pausing takes the bars away, for a question at the terminal."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._lock = threading.Lock()
        self._total = bars.add_task("connecting", total=None)
        self._lines: dict[str, TaskID] = {}
        self._sizes: dict[str, int] = {}
        self._done: dict[str, int] = {}
        self._bytes_total = 0

    def __call__(self, progress: TransferProgress) -> None:
        """Show one step."""
        with self._lock:
            if progress.path is None:
                self._bytes_total = progress.bytes_total or self._bytes_total
                self._bars.update(self._total, description=harmless(f"{progress.stage.value} {progress.note}".strip()))
            else:
                self._draw_file(progress.path, progress)

    def _draw_file(self, path: str, progress: TransferProgress) -> None:
        stage = progress.stage.value
        if stage in ("uploading", "downloading", "waiting", "done", "failed"):
            self._sizes[path] = progress.bytes_total or self._sizes.get(path, 0)
            if stage != "waiting":
                # Nothing is sent of a file whose content the archive has: it is done all the same.
                self._done[path] = progress.bytes_total if stage == "done" else progress.bytes_done
            total = max(self._bytes_total, sum(self._sizes.values()))
            done = sum(self._done.values())
            self._bars.update(self._total, description="total", completed=done, total=total or None)
        if stage in ("planned", "done", "failed"):
            if path in self._lines:
                self._bars.remove_task(self._lines.pop(path))
            return
        if stage not in ("checksum", "uploading", "downloading", "waiting"):
            return
        if path not in self._lines:
            self._lines[path] = self._bars.add_task(path, total=None)
        name = path.rpartition("/")[2]
        shortened = name if len(name) <= _NAME_WIDTH else f"...{name[3 - _NAME_WIDTH :]}"
        note = f" ({progress.note})" if progress.note else ""
        total_bytes = progress.bytes_total or None
        self._bars.update(
            self._lines[path],
            description=harmless(f"  {shortened} {stage}{note}"),
            completed=progress.bytes_done,
            total=total_bytes if stage in ("uploading", "downloading") else None,
        )

    def pause(self) -> None:
        """Take the bars off the terminal; the next step shows them again."""
        self._bars.stop()

    def resume(self) -> None:
        """Show the bars again."""
        self._bars.start()


Display: TypeAlias = TransferBars | PlainLines


@contextmanager
def transfer_display(*, quiet: bool) -> Iterator[Display | None]:
    """What to hand to the API as `on_progress`: bars on a terminal, else lines; None where nothing is to be shown."""
    if quiet:
        yield None
        return
    if not sys.stderr.isatty():
        yield PlainLines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}", markup=False), BarColumn(),
        DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        yield TransferBars(bars)
