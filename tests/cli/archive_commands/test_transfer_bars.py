"""The bars of an upload: one per file under way, one in total, on a terminal alone."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from dandi_server import KEY, DandiServer
from rich.console import Console
from rich.progress import DownloadColumn, TextColumn
from rich.progress import Progress as Bars

from ssc_to_nwb.archive.results import Progress, Stage
from ssc_to_nwb.cli.transfer_bars import TransferBars, transfer_bars


@pytest.fixture
def bars() -> Iterator[Bars]:
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    yield Bars(TextColumn("{task.description}"), DownloadColumn(), console=console, auto_refresh=False)


def shown(bars: Bars) -> list[tuple[str, float, float | None]]:
    return [(task.description, task.completed, task.total) for task in bars.tasks]


def test_a_bar_per_file_under_way_and_one_in_total(bars: Bars) -> None:
    drawn = TransferBars(bars)
    drawn.draw(Progress(stage=Stage.UPLOADING, path="sub-1/a.nwb", bytes_done=30, bytes_total=100))
    drawn.draw(Progress(stage=Stage.UPLOADING, path="sub-1/b.mp4", bytes_done=5, bytes_total=50))

    assert shown(bars) == [("total", 35, 150), ("  a.nwb uploading", 30, 100), ("  b.mp4 uploading", 5, 50)]

    drawn.draw(Progress(stage=Stage.DONE, path="sub-1/b.mp4", bytes_done=50, bytes_total=50))
    assert shown(bars) == [("total", 80, 150), ("  a.nwb uploading", 30, 100)]


def test_a_file_that_was_only_looked_at_leaves_no_bar(bars: Bars) -> None:
    """However many files are unchanged: their checksums are over before anything is sent."""
    drawn = TransferBars(bars)
    for number in range(100):
        drawn.draw(Progress(stage=Stage.CHECKSUM, path=f"{number}.mp4", bytes_total=50))
        drawn.draw(Progress(stage=Stage.PLANNED, path=f"{number}.mp4", bytes_total=50))

    assert len(bars.tasks) == 1 and bars.tasks[0].completed == 0


def test_the_total_is_of_all_that_is_to_be_sent(bars: Bars) -> None:
    drawn = TransferBars(bars)
    drawn.draw(Progress(stage=Stage.UPLOADING, bytes_total=1000))
    drawn.draw(Progress(stage=Stage.UPLOADING, path="a.nwb", bytes_done=30, bytes_total=100))
    assert shown(bars)[0] == ("total", 30, 1000)


def test_a_wait_says_why_and_keeps_the_count(bars: Bars) -> None:
    drawn = TransferBars(bars)
    drawn.draw(Progress(stage=Stage.UPLOADING, path="a.nwb", bytes_done=30, bytes_total=100))
    drawn.draw(Progress(stage=Stage.WAITING, path="a.nwb", bytes_total=100, note="again in 2 s"))
    assert shown(bars)[0] == ("total", 30, 100)
    assert shown(bars)[1][0] == "  a.nwb waiting (again in 2 s)"


def test_a_failed_file_counts_nothing(bars: Bars) -> None:
    drawn = TransferBars(bars)
    drawn.draw(Progress(stage=Stage.UPLOADING, path="a.nwb", bytes_done=30, bytes_total=100))
    drawn.draw(Progress(stage=Stage.FAILED, path="a.nwb", bytes_total=100))
    assert shown(bars) == [("total", 0, 100)]


def test_none_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    with transfer_bars(quiet=False) as drawn:
        assert drawn is None
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with transfer_bars(quiet=True) as drawn:
        assert drawn is None


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")
def test_on_a_real_terminal(output: Path, archive: DandiServer) -> None:
    import pty

    program = (
        "from ssc_to_nwb.api import archive; from types import SimpleNamespace\n"
        "archive._validate = lambda files: SimpleNamespace(ok=True, messages=())\n"
        "from ssc_to_nwb.cli.upload import command; command()"
    )
    arguments = [str(output), "--dandiset", "000123", "--instance", archive.url]
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "DANDI_API_KEY": KEY, "TERM": "xterm", "COLUMNS": "120"},
    ) as process:
        os.close(theirs)
        drawn = b""
        while piece := _read(ours):
            drawn += piece
        printed = process.stdout.read() if process.stdout is not None else b""
    os.close(ours)
    assert process.returncode == 0 and b"holds all 3 files" in printed
    assert b"total" in drawn and b"trial_2.mp4" in drawn
    assert KEY.encode() not in drawn + printed


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:
        # Linux: the other end was closed.
        return b""
