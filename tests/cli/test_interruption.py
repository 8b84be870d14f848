"""Signals end a command with the status that shells give, wherever they come."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from patience import PATIENCE_S

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


LOST = """
import signal, sys, weakref
from ssc_to_nwb.cli.interruption import interruptible
class Thing: pass
thing = Thing()
watched = weakref.ref(thing, lambda _: [signal.raise_signal(signal.SIGINT), None])
with interruptible() as interruption:
    try:
        del thing
        for number in range(10**9): pass
    except KeyboardInterrupt:
        sys.exit(interruption.status)
"""


def test_one_that_comes_while_python_removes_an_object_is_not_lost() -> None:
    done = subprocess.run([sys.executable, "-c", LOST], capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert (done.returncode, done.stderr) == (130, "")


WHILE_LOADING = """
import signal, sys
class Interrupting:
    def find_spec(self, name, *_):
        if name == {module!r}:
            signal.raise_signal(signal.SIGINT)
signal.signal(signal.SIGINT, signal.default_int_handler)
from ssc_to_nwb.__main__ import main
sys.meta_path.insert(0, Interrupting())
sys.argv = ["ssc-to-nwb", *{arguments!r}]
main()
"""


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("ssc_to_nwb.cli", ["--help"]),
        ("click", ["--help"]),
        ("click.core", ["sessions", "."]),
        ("ssc_to_nwb.cli.interruption", ["--help"]),
        ("ssc_to_nwb.cli.terminal", ["--help"]),
        ("ssc_to_nwb.process_start", ["convert", ".", "nwb"]),
        ("ssc_to_nwb.api.conversion", ["convert", ".", "nwb"]),
    ],
)
def test_one_that_comes_while_the_program_is_loaded(module: str, arguments: list[str]) -> None:
    code = WHILE_LOADING.format(module=module, arguments=arguments)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, "", "interrupted")


EARLY = """
import signal, sys
from ssc_to_nwb.cli import main
main.LazyGroup.make_context = lambda *_, **__: signal.raise_signal(signal.SIGINT)
sys.argv = ["ssc-to-nwb", "explain"]
main.main()
"""


def test_one_that_comes_before_the_command_begins() -> None:
    done = subprocess.run([sys.executable, "-c", EARLY], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (130, "interrupted")
