"""The bars of an upload: one per file under way, one in total, on a terminal alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from dandi_server import KEY, DandiServer

from ssc_to_nwb.cli import progress as progress_module
from ssc_to_nwb.cli.displays import TransferLines
from ssc_to_nwb.cli.progress import Display, display
from ssc_to_nwb.dandi.results import TransferProgress


@pytest.fixture
def bars() -> Iterator[Display]:
    shown = Display(on_terminal=True)
    yield shown
    shown.bars.stop()


def shown(bars: Display) -> list[tuple[str, float, float | None]]:
    return [(task.description, task.completed, task.total) for task in bars.bars.tasks]


def test_a_bar_per_file_under_way_and_one_in_total(bars: Display) -> None:
    drawn = TransferLines(bars)
    drawn(TransferProgress(stage="uploading", path="sub-1/a.nwb", bytes_done=30, bytes_total=100))
    drawn(TransferProgress(stage="uploading", path="sub-1/b.mp4", bytes_done=5, bytes_total=50))

    assert shown(bars) == [("total", 35, 150), ("a.nwb uploading", 30, 100), ("b.mp4 uploading", 5, 50)]

    drawn(TransferProgress(stage="done", path="sub-1/b.mp4", bytes_done=50, bytes_total=50))
    assert shown(bars) == [("total", 80, 150), ("a.nwb uploading", 30, 100)]


def test_a_file_that_was_only_looked_at_leaves_no_bar(bars: Display) -> None:
    """However many files are unchanged: their checksums are over before anything is sent."""
    drawn = TransferLines(bars)
    for number in range(100):
        drawn(TransferProgress(stage="checksum", path=f"{number}.mp4", bytes_total=50))
        drawn(TransferProgress(stage="planned", path=f"{number}.mp4", bytes_total=50))

    assert bars.bars.tasks == []


def test_the_total_is_of_all_that_is_to_be_sent(bars: Display) -> None:
    drawn = TransferLines(bars)
    drawn(TransferProgress(stage="uploading", bytes_total=1000))
    drawn(TransferProgress(stage="uploading", path="a.nwb", bytes_done=30, bytes_total=100))
    assert shown(bars)[0] == ("total", 30, 1000)


def test_a_wait_says_why_and_keeps_the_count(bars: Display) -> None:
    drawn = TransferLines(bars)
    drawn(TransferProgress(stage="uploading", path="a.nwb", bytes_done=30, bytes_total=100))
    drawn(TransferProgress(stage="waiting", path="a.nwb", bytes_total=100, note="again in 2 s"))
    assert shown(bars)[0] == ("total", 30, 100)
    assert shown(bars)[1][0] == "a.nwb waiting (again in 2 s)"


def test_a_failed_file_counts_nothing(bars: Display) -> None:
    drawn = TransferLines(bars)
    drawn(TransferProgress(stage="uploading", path="a.nwb", bytes_done=30, bytes_total=100))
    drawn(TransferProgress(stage="failed", path="a.nwb", bytes_total=100))
    assert shown(bars) == [("total", 0, 100)]


def test_a_file_whose_content_the_archive_has_is_done_all_the_same(bars: Display) -> None:
    drawn = TransferLines(bars)
    drawn(TransferProgress(stage="uploading", bytes_total=100))
    drawn(TransferProgress(stage="done", path="a.nwb", bytes_done=0, bytes_total=100))
    assert shown(bars) == [("total", 100, 100)]


def test_without_a_terminal_a_line_for_each_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with display(TransferLines, quiet=False) as drawn:
        assert isinstance(drawn, TransferLines)
        drawn(TransferProgress(stage="connecting", note="dandi"))
        drawn(TransferProgress(stage="checksum", path="a.nwb", bytes_total=2000))
        drawn(TransferProgress(stage="uploading", path="a.nwb", bytes_done=1000, bytes_total=2000))
        monkeypatch.setattr(progress_module, "PLAIN_SECONDS", 0.0)
        drawn(TransferProgress(stage="uploading", path="a.nwb", bytes_done=2000, bytes_total=2000))
        drawn(TransferProgress(stage="done", path="a.nwb", bytes_done=2000, bytes_total=2000))
        drawn(TransferProgress(stage="done", path="b.mp4", bytes_done=0, bytes_total=50))
        drawn(TransferProgress(stage="waiting", path="c.mp4", note="The archive answers with errors; again in 2 s"))
        drawn(TransferProgress(stage="failed", path="c.mp4"))
    lines = capsys.readouterr().err.splitlines()
    assert "total 100 % (2.0 kB of 2.0 kB)" in lines
    assert [line for line in lines if not line.startswith("total")] == [
        "connecting dandi",
        "a.nwb uploading 100 % (2.0 kB of 2.0 kB)",
        "a.nwb: done (2.0 kB)",
        "b.mp4: done (the archive had its content)",
        "c.mp4: waiting (The archive answers with errors; again in 2 s)",
        "c.mp4: failed",
    ]


def test_quiet_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with display(TransferLines, quiet=True) as drawn:
        assert drawn is None


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")
def test_on_a_real_terminal(output: Path, archive: DandiServer) -> None:
    import pty

    program = (
        "from ssc_to_nwb.dandi import prepare; prepare.errors_of = lambda file: ()\n"
        "from ssc_to_nwb.cli.archive import upload_command; upload_command()"
    )
    arguments = [str(output), "--dandiset", "000123", "--instance", archive.url, "--workers", "1"]
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
