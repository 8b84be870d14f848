"""One run at a time on an output: a lock the system takes back when the process ends, however it ends."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from ssc_to_nwb import run_files
from ssc_to_nwb.nwb_file.in_progress import name_system_error
from ssc_to_nwb.problems import run_kinds as kinds
from ssc_to_nwb.problems.model import error

# How long to wait for processes of a run that was killed; they end themselves at once when their parent is gone.
_ORPHANS_SECONDS = 20.0
_HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)


@contextmanager
def output_lock(output: Path) -> Iterator[None]:
    """Hold an output for this run. Raises output-in-use, output-not-writable."""
    path = run_files.run_lock(output)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError as failure:
        raise name_system_error(failure, path) from failure
    with file:
        if not _try_lock(file, shared=False):
            raise error(kinds.OUTPUT_IN_USE, file=output, found=_holder(path))
        _wait_for_orphans(output)
        _write_holder(file)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                file.truncate(0)


def share_workers_lock(output: Path) -> IO[str] | None:
    """Show that a process of a run lives, until the returned file is closed or the process ends.

    None where the system has no shared locks, or the output does not let a lock be made.
    """
    try:
        file = run_files.workers_lock(output).open("a+", encoding="utf-8")
    except OSError:
        return None
    _try_lock(file, shared=True)
    return file


def _wait_for_orphans(output: Path) -> None:
    """Wait until no process of a run that was killed is left. Raises output-in-use where one does not end."""
    path = run_files.workers_lock(output)
    try:
        file = path.open("a+", encoding="utf-8")
    except OSError as failure:
        raise name_system_error(failure, path) from failure
    with file:
        deadline = time.monotonic() + _ORPHANS_SECONDS
        while not _try_lock(file, shared=False):
            if time.monotonic() > deadline:
                raise error(kinds.OUTPUT_IN_USE, file=output, found="a process of an earlier run that has not ended")
            time.sleep(0.05)


def _try_lock(file: IO[str], *, shared: bool) -> bool:
    """Take the lock if nobody has it; true where the system or the file system knows no locks."""
    if sys.platform == "win32":
        import msvcrt

        if shared:
            return True
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(file.fileno(), (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError as failure:
        return failure.errno not in _HELD
    return True


def _write_holder(file: IO[str]) -> None:
    """For the message to whoever comes second; a full disk must not stop the first."""
    holder = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    with contextlib.suppress(OSError):
        file.truncate(0)
        file.write(json.dumps(holder))
        file.flush()


def _holder(path: Path) -> str:
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        return f"process {holder['pid']} on {holder['host']}, since {holder['since']}"
    except (OSError, ValueError, KeyError):
        return "another process"
