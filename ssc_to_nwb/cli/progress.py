"""The one display of progress, on standard error: bars on a terminal, plain lines elsewhere.

What is being done is handed in as lines by key; `displays.py` makes them of the events of a run and of a transfer.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ssc_to_nwb.cli.terminal import echo, harmless

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn, Task, TaskID
    from rich.text import Text

# A plain line about something under way comes this often at most.
PLAIN_SECONDS = 10.0
_TOTAL = "total"


@contextmanager
def display(*, quiet: bool) -> Iterator[Display | None]:
    """Where to show progress; None where nothing is to be shown."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with Bars() as bars:
            yield bars
    else:
        yield PlainLines()


def counted(shown: Display | None, doing: str) -> Callable[[int, int, Path], None] | None:
    """A function that takes the number of finished files, of all files, and a file; None where nothing is shown."""
    if shown is None:
        return None

    def on_file(done: int, total: int, file: Path) -> None:
        shown.total(f"{doing} {file.name}", done=done, total=total, amount=f"({done} of {total})")

    return on_file


class PlainLines:
    """Says what begins and ends, and how far what is under way is, now and then. Called from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: dict[str, float] = {}

    def total(self, text: str, *, done: float, total: float | None, amount: str = "") -> None:
        """A line now and then."""
        if total:
            self.show(_TOTAL, text, done=done, total=total, amount=amount)

    def show(self, key: str, text: str, *, done: float = 0.0, total: float | None = None, amount: str = "") -> None:
        """A line now and then, the first when the part has been under way for a while."""
        with self._lock:
            now = time.monotonic()
            if now - self._last.setdefault(key, now) < PLAIN_SECONDS or not total:
                return
            self._last[key] = now
        echo(f"{text} {100 * done / total:.0f} % {amount}".rstrip(), err=True)

    def end(self, key: str, said: str | None = None) -> None:
        """What is said of it."""
        with self._lock:
            self._last.pop(key, None)
        if said is not None:
            echo(said, err=True)

    def say(self, text: str) -> None:
        """Something that no bar shows."""
        echo(text, err=True)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """For a question: nothing is in its way."""
        yield


class Bars:
    """A bar for the whole work and one for each part under way."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress

        self._lock = threading.Lock()
        # The clocks are parts of the texts: columns of their own would not fit into 80 characters.
        self._bars: Progress = Progress(
            _column(lambda task: f"{task.description}{_elapsed(task)}"),
            BarColumn(bar_width=16),
            _column(lambda task: f"{task.fields['percent']}{task.fields['amount']}{_left(task)}"),
            console=Console(stderr=True),
        )
        self._lines: dict[str, TaskID] = {}

    def __enter__(self) -> Bars:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def total(self, text: str, *, done: float, total: float | None, amount: str = "") -> None:
        """Draw the bar of the whole work, which has the clocks."""
        self._draw(_TOTAL, text, done=done, total=total, amount=amount)

    def show(self, key: str, text: str, *, done: float = 0.0, total: float | None = None, amount: str = "") -> None:
        """Draw the bar of a part."""
        self._draw(f"part {key}", text, done=done, total=total, amount=amount)

    def end(self, key: str, said: str | None = None) -> None:  # noqa: ARG002
        """Take the bar of a part away."""
        with self._lock:
            line = self._lines.pop(f"part {key}", None)
            if line is not None:
                self._bars.remove_task(line)

    def say(self, text: str) -> None:
        """Print above the bars."""
        self._bars.console.print(harmless(text), highlight=False, markup=False, soft_wrap=True)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Take the bars off the terminal, for a question."""
        self._bars.stop()
        yield
        self._bars.start()

    @property
    def tasks(self) -> list[Task]:
        """The bars as they are drawn."""
        return self._bars.tasks

    def _draw(self, key: str, text: str, *, done: float, total: float | None, amount: str) -> None:
        with self._lock:
            if key not in self._lines:
                self._lines[key] = self._bars.add_task("", total=None, percent="", amount="", clocks=key == _TOTAL)
            self._bars.update(
                self._lines[key],
                description=harmless(text),
                completed=done,
                total=total,
                percent=f"{100 * done / total:.0f} % " if total else "",
                amount=amount,
            )


def _column(text: Callable[[Task], str]) -> ProgressColumn:
    """A column of texts that are not broken into lines: the bars beside them give way."""
    from rich.progress import ProgressColumn
    from rich.table import Column
    from rich.text import Text

    class Texts(ProgressColumn):
        """A text for each line, written again as time goes by."""

        def render(self, task: Task) -> Text:
            """The text of a line."""
            return Text(text(task))

    return Texts(table_column=Column(no_wrap=True))


def _elapsed(task: Task) -> str:
    """`, elapsed 0:05`, on the line of the whole work."""
    return f", elapsed {_clock(task.elapsed or 0)}" if task.fields["clocks"] else ""


def _left(task: Task) -> str:
    """`, left 0:12`, on the line of the whole work."""
    return f", left {_clock(task.time_remaining)}" if task.fields["clocks"] and task.time_remaining else ""


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


Display = PlainLines | Bars
