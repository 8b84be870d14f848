"""The progress of an upload or download: a bar per file under way and one in total, on standard error."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ssc_to_nwb.cli.terminal import harmless

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from ssc_to_nwb.archive.results import Progress

_NAME_WIDTH = 40


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

    def draw(self, progress: Progress) -> None:
        """Show one step."""
        with self._lock:
            if progress.path is None:
                self._bytes_total = progress.bytes_total or self._bytes_total
                self._bars.update(self._total, description=harmless(f"{progress.stage.value} {progress.note}".strip()))
            else:
                self._draw_file(progress.path, progress)

    def _draw_file(self, path: str, progress: Progress) -> None:
        stage = progress.stage.value
        if stage in ("uploading", "downloading", "waiting", "done", "failed"):
            self._sizes[path] = progress.bytes_total or self._sizes.get(path, 0)
            if stage != "waiting":
                self._done[path] = progress.bytes_done
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


@contextmanager
def transfer_bars(*, quiet: bool) -> Iterator[TransferBars | None]:
    """Bars on standard error; None where that is no terminal or nothing is to be shown."""
    if quiet or not sys.stderr.isatty():
        yield None
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


def on_progress_of(bars: TransferBars | None) -> Callable[[Progress], None] | None:
    """What to hand to the API as `on_progress`."""
    return bars.draw if bars is not None else None
