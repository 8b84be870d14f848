"""A mark on the disk that an attempt at a session is under way, and what it was about to put in place.

The mark answers two questions. To a later run: was there an attempt whose end was not written down, and had it a whole,
verified file to put in place? To the attempt itself, before it does so: is it still the one that counts?
"""

from __future__ import annotations

import json
import os
import socket
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ssc_to_nwb import run_files
from ssc_to_nwb.nwb_file.in_progress import flush_folder, name_system_error
from ssc_to_nwb.problems import run_kinds as kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.run.clock_text import now_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """The mark of one attempt. `token` is the attempt's own; another token in the file means another attempt."""

    path: Path
    session: str
    token: str
    started: str
    attempt: int

    @classmethod
    def begin(cls, output: Path, work: str, *, session: str, attempt: int) -> Marker:
        """Mark the beginning of an attempt, in place of any earlier mark. Raises output-not-writable, disk-full."""
        marker = cls(
            path=run_files.attempt_marker(output, work),
            session=session,
            token=uuid.uuid4().hex,
            started=now_text(),
            attempt=attempt,
        )
        marker._write(prepared=None, durable=False)
        return marker

    def prepare(self, line: dict[str, Any]) -> None:
        """Note what is about to be put in place: `line` is what the record will say of this attempt.

        Raises attempt-superseded where another attempt has taken over, disk-full, output-not-writable.
        """
        self.check()
        self._write(prepared=line, durable=True)

    def check(self) -> None:
        """Raises attempt-superseded unless the mark is still this attempt's."""
        content = read_marker(self.path)
        if content is None or content.get("token") != self.token:
            raise error(kinds.ATTEMPT_SUPERSEDED, file=self.path, found="no mark" if content is None else "another")

    def _write(self, *, prepared: dict[str, Any] | None, durable: bool) -> None:
        content = {
            "session": self.session,
            "token": self.token,
            "attempt": self.attempt,
            "started": self.started,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "prepared": prepared,
        }
        write_whole(self.path, json.dumps(content, ensure_ascii=False, default=str), durable=durable)


def read_marker(path: Path) -> dict[str, Any] | None:
    """What a mark says; None where there is none that can be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def write_whole(path: Path, text: str, *, durable: bool) -> None:
    """Replace a small file in one step; `durable`: on the disk when this returns.

    Raises output-not-writable, disk-full, system-refused.
    """
    building = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with building.open("w", encoding="utf-8", errors="surrogateescape") as file:
                file.write(text)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            building.replace(path)
        except BaseException:
            building.unlink(missing_ok=True)
            raise
    except OSError as failure:
        raise name_system_error(failure, path) from failure
    if durable:
        flush_folder(path.parent)
