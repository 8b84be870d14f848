"""The record of uploads: one JSON line per event, beside the other records of the output folder.

What decides whether an asset is sent is always the archive's own listing and the checksum of the local file; the
record says what was tried when, with what outcome, and whether the last run came to its end. A line is written in one
piece and flushed to the disk, so that a crash at any byte leaves at most one torn line, at the end, which reading
passes over. The key never comes near it, and every text in it has gone through the redactor.
"""

from __future__ import annotations

import json
import os
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ssc_to_nwb.archive.api_key import Redactor
from ssc_to_nwb.problems import archive_kinds as kinds
from ssc_to_nwb.problems.model import error


class UploadRecord:
    """Appends events of one run; usable from several threads. Error: archive-record-unwritable.

    With path None nothing is written anywhere (a dry run leaves no trace).
    """

    def __init__(self, path: Path | None, *, redact: Redactor) -> None:
        self.path = path
        self._redact = redact
        self._run = uuid.uuid4().hex[:12]
        self._lock = threading.Lock()
        self._descriptor: int | None = None
        if path is None:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            torn = _ends_within_a_line(path)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
            self._descriptor = os.open(path, flags, 0o600)
            if torn:
                os.write(self._descriptor, b"\n")
        except OSError as problem:
            raise error(kinds.RECORD_UNWRITABLE, file=path, detail=problem.strerror) from None

    def add(self, event: str, **fields: Any) -> None:
        """Append one event with its fields."""
        if self._descriptor is None:
            return
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "run": self._run,
            "event": event,
            **fields,
        }
        text = self._redact(json.dumps(line, ensure_ascii=False, default=str)) + "\n"
        with self._lock:
            try:
                os.write(self._descriptor, text.encode())
                os.fsync(self._descriptor)
            except OSError as problem:
                raise error(kinds.RECORD_UNWRITABLE, file=self.path, detail=problem.strerror) from None

    def close(self) -> None:
        """Close the file; nothing can be added afterwards."""
        if self._descriptor is not None:
            os.close(self._descriptor)


def _ends_within_a_line(path: Path) -> bool:
    if not path.exists() or path.stat().st_size == 0:
        return False
    with path.open("rb") as record:
        record.seek(-1, os.SEEK_END)
        return record.read(1) != b"\n"


def read_record(path: Path) -> Iterator[dict[str, Any]]:
    """The events of a record, oldest first; a torn line is passed over. Nothing where there is no record."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict):
                yield event


def was_interrupted(path: Path, *, api_url: str, dandiset: str) -> bool:
    """True where the last run to this dandiset did not end with everything there."""
    open_runs: dict[str, bool] = {}
    last = None
    for event in read_record(path):
        run = str(event.get("run"))
        if event.get("event") == "run-started" and (event.get("api"), event.get("dandiset")) == (api_url, dandiset):
            open_runs[run] = True
            last = run
        elif event.get("event") == "run-ended" and run in open_runs:
            open_runs[run] = not event.get("ok", False)
    return last is not None and open_runs[last]
