"""The record of a run's attempts: one JSON line each, appended in one piece and flushed to the disk.

A crash at any byte leaves at most one torn line, at the end: reading passes over it, and the next line is set off
from it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ssc_to_nwb.problems import run_kinds as kinds
from ssc_to_nwb.problems.model import error

Line = dict[str, Any]


class RunRecord:
    """The record of one output, open for appending. Used by one thread of one process, under the output's lock.

    Raises record-unwritable.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.lines = list(read_record(path))
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
            self._descriptor = os.open(path, flags, 0o666)
        except OSError as failure:
            raise error(kinds.RECORD_UNWRITABLE, file=path, found=failure) from failure

    def append(self, line: Line) -> None:
        """Write one line down, for good when this returns. Raises record-unwritable; nothing is then half written."""
        self.lines.append(line)
        data = (json.dumps(line, ensure_ascii=False, default=str) + "\n").encode("utf-8", "backslashreplace")
        try:
            if not self._is_in_place():
                raise FileNotFoundError("it was taken away")
            end = os.fstat(self._descriptor).st_size
            if end and self._byte_at(end - 1) != b"\n":
                data = b"\n" + data
            self._write_whole(data, end)
            os.fsync(self._descriptor)
        except OSError as failure:
            raise error(kinds.RECORD_UNWRITABLE, file=self.path, found=failure) from failure

    def close(self) -> None:
        """Nothing can be appended afterwards."""
        os.close(self._descriptor)

    def __enter__(self) -> RunRecord:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write_whole(self, data: bytes, end: int) -> None:
        """A full disk takes a part of a line: that part is taken back."""
        try:
            written = os.write(self._descriptor, data)
            if written < len(data):
                written += os.write(self._descriptor, data[written:])
            if written < len(data):
                raise OSError("the disk took a part of the line only")
        except OSError:
            os.ftruncate(self._descriptor, end)
            raise

    def _byte_at(self, position: int) -> bytes:
        os.lseek(self._descriptor, position, os.SEEK_SET)
        return os.read(self._descriptor, 1)

    def _is_in_place(self) -> bool:
        """Whether the file that is open is still the one of that name."""
        try:
            return os.path.samestat(self.path.stat(), os.fstat(self._descriptor))
        except OSError:
            return False


def read_record(path: Path) -> Iterator[Line]:
    """The lines of a record, oldest first; a torn one is passed over. Nothing where there is no record.

    Raises OSError.
    """
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for text in file:
            try:
                line = json.loads(text)
            except ValueError:
                continue
            if isinstance(line, dict):
                yield line
