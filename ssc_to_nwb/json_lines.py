"""What is given out as JSON: results, and records of a line for each event.

A line is appended in one piece and flushed to the disk. A crash at any byte leaves at most one torn line, at the end:
reading passes over it, and the next line is set off from it.
"""

from __future__ import annotations

import inspect
import json
import os
import textwrap
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar, dataclass_transform

Line = dict[str, Any]
_DOCSTRING_WIDTH = 116
_Result = TypeVar("_Result")


class AsJson:
    """A dataclass whose fields are given out as JSON."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        ok = {"ok": self.ok} if hasattr(self, "ok") else {}
        return {**ok, **{one.name: as_json(getattr(self, one.name)) for one in fields(self)}}


def as_json(value: Any) -> Any:
    """A value as JSON has it: objects as mappings of their fields, paths as texts."""
    if hasattr(value, "as_dict"):
        return value.as_dict()
    if is_dataclass(value):
        return {one.name: as_json(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {key: as_json(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [as_json(one) for one in value]
    return str(value) if isinstance(value, Path) else value


def fact(text: str | None = None, *, default: Any = MISSING, default_factory: Any = MISSING, **limits: Any) -> Any:
    """A field with what is said of it; limits: of its value, in the words of pydantic, which reads both there."""
    return field(default=default, default_factory=default_factory, metadata={"description": text, **limits})


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(fact,))
def facts(kind: type[_Result]) -> type[_Result]:
    """Make a class of facts a frozen dataclass, and name them in its docstring."""
    made = dataclass(frozen=True, slots=True, kw_only=True)(kind)
    section = ["Attributes", "----------"]
    for one in fields(made):  # type: ignore[arg-type]
        said = one.metadata["description"]
        text = textwrap.fill(said, _DOCSTRING_WIDTH, initial_indent="    ", subsequent_indent="    ")
        section += [f"{one.name} : {one.type}", text]
    made.__doc__ = "\n".join([inspect.cleandoc(made.__doc__ or ""), "", *section])
    return made


class JsonLines:
    """A record that is open for appending; several threads may append to it.

    path: its folder must be there; redact: what is done to the text of each line before it is written, such as taking
    secrets out. Raises OSError where the file cannot be opened for writing.
    """

    def __init__(self, path: Path, *, redact: Callable[[str], str] | None = None) -> None:
        self.path = path
        self._redact = redact
        self._lock = threading.Lock()
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        self._descriptor = os.open(path, flags, 0o666)

    def append(self, line: Mapping[str, Any]) -> None:
        """Write one line, for good when this returns. Raises OSError; nothing is then half written."""
        text = json.dumps(line, ensure_ascii=False, default=str)
        if self._redact is not None:
            text = self._redact(text)
        data = f"{text}\n".encode("utf-8", "backslashreplace")
        with self._lock:
            if not self._is_in_place():
                raise FileNotFoundError(f"{self.path} was taken away")
            end = os.fstat(self._descriptor).st_size
            if end and self._byte_at(end - 1) != b"\n":
                data = b"\n" + data
            self._write_whole(data, end)
            os.fsync(self._descriptor)

    def close(self) -> None:
        """Nothing can be appended afterwards."""
        os.close(self._descriptor)

    def __enter__(self) -> JsonLines:
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


def read_json_lines(path: Path) -> Iterator[Line]:
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
