"""Signals end a command with the status that shells give, wherever they come."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

IN_EXEC = """
import signal, sys
from ssc_to_nwb.cli.interruption import interruptible
signal.signal({number}, signal.SIG_DFL)  # `nohup` and shells have it ignored
with interruptible() as interruption:
    try:
        exec("import os; os.kill(os.getpid(), {number}); [None for _ in range(10)]")
    except KeyboardInterrupt:
        sys.exit(interruption.status)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=["INT", "TERM", "HUP"])
def test_the_status_is_that_of_the_signal_also_where_it_comes_within_exec(
    number: signal.Signals, tmp_path: Path
) -> None:
    (tmp_path / "in_exec.py").write_text(IN_EXEC.format(number=int(number)))
    # Only with `-m` does Python look at the status after the program has ended.
    done = subprocess.run([sys.executable, "-m", "in_exec"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (128 + number, "")
