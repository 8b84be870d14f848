"""The record of uploads: a JSON line per event, beside the other records of the output folder.

What decides whether an asset is sent is always the archive's own listing and the checksum of the local file; the
record says what was tried when, with what outcome, and whether the last run came to its end.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ssc_to_nwb.dandi.api_key import Redactor
from ssc_to_nwb.json_lines import JsonLines, read_json_lines
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error


class UploadRecord:
    """Appends events of one run; usable from several threads. Error: archive-record-unwritable.

    With path None nothing is written anywhere: a dry run leaves no trace.
    """

    def __init__(self, path: Path | None, *, redact: Redactor) -> None:
        self.path = path
        self._run = uuid.uuid4().hex[:12]
        self._lines: JsonLines | None = None
        if path is None:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # It names people and addresses: for its owner alone.
            path.touch(mode=0o600)
            self._lines = JsonLines(path, redact=redact)
        except OSError as problem:
            raise error(kinds.ARCHIVE_RECORD_UNWRITABLE, file=path, detail=problem.strerror) from None

    def add(self, event: str, **fields: Any) -> None:
        """Append one event with its fields."""
        if self._lines is None:
            return
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        try:
            self._lines.append({"time": time, "run": self._run, "event": event, **fields})
        except OSError as problem:
            raise error(kinds.ARCHIVE_RECORD_UNWRITABLE, file=self.path, detail=problem) from None

    def close(self) -> None:
        """Close the file; nothing can be added afterwards."""
        if self._lines is not None:
            self._lines.close()
            self._lines = None


def was_interrupted(path: Path, *, api_url: str, dandiset: str) -> bool:
    """True where the last run to this dandiset did not end with everything there."""
    complete: dict[str, bool] = {}
    for event in read_json_lines(path):
        run, name = str(event.get("run")), event.get("event")
        if name == "run-started" and (event.get("api"), event.get("dandiset")) == (api_url, dandiset):
            complete[run] = False
        elif name == "run-ended" and run in complete:
            complete[run] = bool(event.get("ok"))
    return bool(complete) and not list(complete.values())[-1]
