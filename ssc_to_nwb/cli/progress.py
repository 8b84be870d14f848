"""The progress of a conversion, as a bar over bytes on standard error; silent where that is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssc_to_nwb.converter.results import OnProgress, Progress


@contextmanager
def progress_bar(*, quiet: bool) -> Iterator[OnProgress | None]:
    """A function that takes progress and draws it, one line per session; None where nothing is to be drawn."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TaskID, TextColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Bars(*columns, console=Console(stderr=True)) as bars:
        lines: dict[str, TaskID] = {}

        def draw(progress: Progress) -> None:
            if progress.session not in lines:
                lines[progress.session] = bars.add_task(progress.session, total=None)
            line = lines[progress.session]
            total = progress.total_bytes or None
            bars.update(line, description=f"{progress.session} {progress.stage}")
            if total is not None:
                bars.update(line, completed=progress.done_bytes, total=total)

        yield draw
