"""Loaded by the process that others are forked from: where its run is killed, it removes the folder of its socket."""

from __future__ import annotations

import atexit
import os
import shutil

SOCKET_FOLDER = "SSC_TO_NWB_SOCKET_FOLDER"
"""The environment variable that names the folder."""


def _remove_left(folder: str, *, process: int, run: int) -> None:
    """Unlike what was forked from it, it ends as soon as its run does; one that has another parent now was killed."""
    if os.getpid() == process and os.getppid() != run:
        shutil.rmtree(folder, ignore_errors=True)


if SOCKET_FOLDER in os.environ:
    atexit.register(_remove_left, os.environ.pop(SOCKET_FOLDER), process=os.getpid(), run=os.getppid())
