"""The one display of progress, on standard error: bars on a terminal, plain lines elsewhere.

What is being done is handed in as lines by key; `displays.py` makes them of the events of a run and of a transfer.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ssc_to_nwb.cli.terminal import echo, harmless, terminal_width
from ssc_to_nwb.quantities import bytes_text

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn, Task, TaskID
    from rich.text import Text

_Drawing = TypeVar("_Drawing")
# A plain line about something under way comes this often at most.
PLAIN_SECONDS = 10.0
_BAR_WIDTH = 16


@contextmanager
def display(draws: Callable[[Display], _Drawing], *, quiet: bool) -> Iterator[_Drawing | None]:
    """What draws progress, made for a display; None where nothing is to be shown."""
    if quiet:
        yield None
        return
    shown = Display(on_terminal=terminal_width(err=True) is not None)
    try:
        yield draws(shown)
    finally:
        if shown.bars is not None:
            shown.bars.stop()


def counted(doing: str) -> Callable[[Display], Callable[[int, int, Path], None]]:
    """For a display, a function that takes the number of finished files, of all files, and a file."""

    def draws(shown: Display) -> Callable[[int, int, Path], None]:
        def on_file(done: int, total: int, file: Path) -> None:
            shown.show(None, f"{doing} {file.name}", done=done, total=total, amount=f"({done} of {total})")

        return on_file

    return draws


class Display:
    """A bar for the whole work, whose key is None, and one for each part under way. Called from several threads.

    Elsewhere than on a terminal: lines that say what begins and ends, and now and then how far it is.
    """

    def __init__(self, *, on_terminal: bool) -> None:
        self._lock = threading.Lock()
        self._lines: dict[str | None, TaskID] = {}
        self._last: dict[str | None, float] = {}
        self.bars = _bars() if on_terminal else None
        if self.bars is not None:
            self.bars.start()

    def show(
        self, key: str | None, text: str, *, done: float = 0.0, total: float | None = None, amount: str = ""
    ) -> None:
        """Draw how far something is; a plain line comes now and then, the first when it has been under way for long."""
        percent = f"{100 * done / total:.0f} % " if total else ""
        with self._lock:
            if self.bars is not None:
                fields: dict[str, Any] = {"percent": percent, "amount": amount, "total": total}
                if key not in self._lines:
                    self._lines[key] = self.bars.add_task(harmless(text), **fields, clocks=key is None)
                self.bars.update(self._lines[key], description=harmless(text), completed=done, **fields)
                return
            now = time.monotonic()
            if now - self._last.setdefault(key, now) < PLAIN_SECONDS or not total:
                return
            self._last[key] = now
        echo(f"{text} {percent}{amount}".rstrip(), err=True)

    def show_bytes(self, key: str | None, text: str, *, done: int, total: int) -> None:
        """Draw how many bytes of something are done; total: 0 where nobody knows."""
        amount = f"({bytes_text(done)} of {bytes_text(total)})" if total else ""
        self.show(key, text, done=done, total=total or None, amount=amount)

    def end(self, key: str, said: str | None = None) -> None:
        """Take the bar of a part away; said: what a plain line says of it."""
        with self._lock:
            self._last.pop(key, None)
            line = self._lines.pop(key, None)
        if self.bars is None and said is not None:
            echo(said, err=True)
        elif self.bars is not None and line is not None:
            self.bars.remove_task(line)

    def say(self, text: str) -> None:
        """Print what no bar shows, above the bars."""
        if self.bars is None:
            echo(text, err=True)
        else:
            self.bars.console.print(harmless(text), highlight=False, markup=False, soft_wrap=True)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Take the bars off the terminal, for a question."""
        if self.bars is not None:
            self.bars.stop()
        yield
        if self.bars is not None:
            self.bars.start()


def _bars() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress

    def name(task: Task) -> str:
        """What is being done, in the room that the bars and the longest of the numbers leave."""
        room = bars.console.width - _BAR_WIDTH - 2 - max(len(_numbers(one)) for one in bars.tasks)
        return f"{_cut(task.description, room - len(_elapsed(task)))}{_elapsed(task)}"

    # The clocks are parts of the texts: columns of their own would not fit into 80 characters.
    bars = Progress(_column(name), BarColumn(bar_width=_BAR_WIDTH), _column(_numbers), console=Console(stderr=True))
    return bars


def _numbers(task: Task) -> str:
    return f"{task.fields['percent']}{task.fields['amount']}{_left(task)}"


def _cut(text: str, room: int) -> str:
    """A text without its middle, where it is too long: what is done is at its ends."""
    head = 2 * room // 3
    return text if len(text) <= room or head < 4 else f"{text[: head - 3]}...{text[head - room :]}"


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
