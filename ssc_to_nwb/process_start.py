"""How processes are started, from what and with which signals. A run begins here, so that this loads little."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from multiprocessing.util import get_temp_dir
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from ssc_to_nwb.fork_server import SOCKET_FOLDER
from ssc_to_nwb.run_files import run_record

if TYPE_CHECKING:
    # Not every system has both.
    from multiprocessing.context import ForkServerContext, SpawnContext

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
# What sessions are converted with.
CONVERSION = ("ssc_to_nwb.run.preloaded",)
# What Linux takes as the path of a socket, and what multiprocessing adds to the folder for temporary files.
_SOCKET_PATH_CHARACTERS = 107
_SOCKET_NAME_CHARACTERS = 40


def stop_signals() -> tuple[signal.Signals, ...]:
    """The signals that end a run on this system. A hangup that the caller has chosen to ignore (`nohup`) is none."""
    there = [signal.Signals[name] for name in _NAMES if hasattr(signal, name)]
    return tuple(one for one in there if one.name != "SIGHUP" or signal.getsignal(one) is not signal.SIG_IGN)


@contextmanager
def signals_held_back() -> Iterator[None]:
    """Have processes that are started in the block begin with these signals blocked.

    Ctrl-C and `timeout` signal all processes of a run at once. The one that the others are forked from must neither
    die of that nor print a traceback while it loads modules.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Where it starts its own process, the tracker unblocks them.
    resource_tracker.ensure_running()
    earlier = signal.pthread_sigmask(signal.SIG_BLOCK, stop_signals())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, earlier)


@contextmanager
def without_main_module() -> Iterator[None]:
    """Keep a new process from running the caller's script once more: nothing of it is needed there.

    multiprocessing looks at `__main__` while a process starts, and would import the script; a script without the
    guard `if __name__ == "__main__"` would then begin its conversion again in every process.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def process_context(preloaded: Sequence[str]) -> SpawnContext | ForkServerContext:
    """Processes free of this one's threads; on Linux forked from one that has loaded all modules.

    Elsewhere the system's own libraries may not be used any more after a fork. The one that forks is asked through a
    socket in the folder for temporary files, whose path may be too long for that.
    """
    too_long = len(tempfile.gettempdir()) + _SOCKET_NAME_CHARACTERS > _SOCKET_PATH_CHARACTERS
    if not sys.platform.startswith("linux") or too_long:
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    # A process that multiprocessing has made shares the folder with the one that made it, which goes on.
    if multiprocessing.parent_process() is None:
        os.environ[SOCKET_FOLDER] = get_temp_dir()
    context.set_forkserver_preload(["ssc_to_nwb.fork_server", *preloaded])
    return context


def load_ahead(source: Path, output: Path) -> None:
    """Have the process that forks all others load its modules now, while this one does something else.

    Only where there is surely something to convert, and without effect on systems whose processes are not forked.
    """
    # Unlike `Path.exists`, this takes a name that is too long for one of nothing.
    is_to_do = os.path.exists(source) and not os.path.exists(run_record(output))  # noqa: PTH110
    # Else numpy's OpenBLAS starts threads here, there and at each fork: a tenth of a second, and nothing uses them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if is_to_do and process_context(CONVERSION).get_start_method() == "forkserver":
        with without_main_module(), signals_held_back():
            forkserver.ensure_running()
