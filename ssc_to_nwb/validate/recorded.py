"""The record of a validation: what has not changed need not be validated again.

It holds for the state of the file and of its videos (size, times of change), and for the versions of all that takes
part. A file with messages that make it fail is validated again each time: what they name may lie elsewhere.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ssc_to_nwb import naming
from ssc_to_nwb._version import __version__
from ssc_to_nwb.problems.model import Severity
from ssc_to_nwb.validate.messages import Message
from ssc_to_nwb.validate.nwb_files import is_zarr
from ssc_to_nwb.validate.one_file import validate_file

_TAKING_PART = ("pynwb", "hdmf", "nwbinspector", "dandi", "dandischema", "h5py")


def validate_and_record(file: Path) -> tuple[Message, ...]:
    """The messages of one file, recorded where its output folder holds records of this program."""
    before = basis(file)
    messages = validate_file(file)
    if before is not None and before == basis(file):
        write_record(file, {"basis": before, "messages": [message.as_dict() for message in messages]})
    return messages


def validate_unless_recorded(file: Path) -> tuple[Message, ...]:
    """The messages of one file; as recorded, where it has not changed since and had no errors."""
    recorded = recorded_messages(file)
    if recorded is None or any(message.severity is Severity.ERROR for message in recorded):
        return validate_and_record(file)
    return recorded


def recorded_messages(file: Path) -> tuple[Message, ...] | None:
    """The messages of the last validation; None where there is none, or the file or a version has changed since."""
    try:
        record = json.loads(naming.sidecar(file, "validation").read_text(encoding="utf-8"))
        if record["basis"] != basis(file):
            return None
        found = [Message(**fields) for fields in record["messages"]]
    except (OSError, ValueError, TypeError, KeyError):
        # No record, or none that this version wrote.
        return None
    return tuple(replace(message, file=file, severity=Severity(message.severity)) for message in found)


def basis(file: Path) -> dict[str, Any] | None:
    """What a validation depends on; None for a file whose state does not show in its size and times."""
    if is_zarr(file):
        return None
    try:
        folder = naming.video_folder(file)
        videos = sorted(folder.iterdir()) if folder.is_dir() else []
        states = {path.name: _state(path) for path in (file, *videos)}
    except OSError:
        return None
    versions = {name: version(name) for name in _TAKING_PART}
    return {"files": states, "versions": {"ssc-to-nwb": __version__, **versions}}


def _state(path: Path) -> list[int]:
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns]


def write_record(file: Path, record: dict[str, Any]) -> None:
    """Beside its place first. Only into a folder that a conversion made; one that cannot be written has no records."""
    target = naming.sidecar(file, "validation")
    if not target.parent.is_dir():
        return
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.write_text(json.dumps(record, indent=1), encoding="utf-8")
        beside.replace(target)
    except OSError:
        beside.unlink(missing_ok=True)
