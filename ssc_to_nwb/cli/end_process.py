"""How the commands that talk to an archive end."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from typing import NoReturn

# How the threads of an upload are named.
_THREADS = "ssc-to-nwb-"


def end_process(status: int) -> NoReturn:
    """Exit. Threads of an interrupted upload that wait for a server, and its processes, are not waited for."""
    waiting = any(thread.name.startswith(_THREADS) for thread in threading.enumerate())
    if waiting or multiprocessing.active_children():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)
