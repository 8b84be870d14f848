"""Validates files, one after the other or several at a time; what has not changed need not be validated again.

The record of a validation holds for the state of the file and of its videos (size, times of change), and for the
versions of all that takes part. A file with messages that make it fail is validated again each time: what they name may
lie elsewhere.
"""

from __future__ import annotations

import contextlib
import gc
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import as_completed
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ssc_to_nwb import naming
from ssc_to_nwb._version import __version__
from ssc_to_nwb.local_processes import WorkerDiedError, processes
from ssc_to_nwb.output_files import write_whole
from ssc_to_nwb.parallel import OBJECTS_BETWEEN_SEARCHES
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Severity, SscError
from ssc_to_nwb.reading.nwb_files import is_zarr
from ssc_to_nwb.validate.messages import Message, message_of

_TAKING_PART = ("pynwb", "hdmf", "nwbinspector", "dandi", "dandischema", "h5py")


def validate_each(files: Sequence[Path], *, workers: int) -> Iterator[tuple[Path, tuple[Message, ...]]]:
    """(file, its messages) as they are done; with more than one worker in the order in which they end.

    nwbinspector's own pool can't be used: its checks, configured, can't be pickled. Here every process makes its own.
    """
    if workers == 1 or len(files) == 1:
        from ssc_to_nwb.validate.dandi_rules import client_reads_ahead

        for file in files:
            with client_reads_ahead(file):
                messages = validate_and_record(file)
            yield file, messages
        return
    with processes(min(workers, len(files)), preloaded=("ssc_to_nwb.validate.one_file",)) as pool:
        tasks = {pool.submit(validate_and_record, file): file for file in files}
        for task in as_completed(tasks):
            file = tasks[task]
            try:
                yield file, task.result()
            except WorkerDiedError as failure:
                yield file, (message_of(kinds.VALIDATION_CUT_SHORT, file=file, text=str(failure)),)


def validate_and_record(file: Path) -> tuple[Message, ...]:
    """The messages of one file, recorded where its output folder holds records of this program."""
    from ssc_to_nwb.validate.one_file import validate_file

    before, thresholds = basis(file), gc.get_threshold()
    # hdmf makes hundreds of thousands of objects: to search them for cycles again and again takes a tenth of the time.
    gc.set_threshold(OBJECTS_BETWEEN_SEARCHES, *thresholds[1:])
    try:
        messages = validate_file(file)
    finally:
        gc.set_threshold(*thresholds)
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
        stats = {path.name: path.stat() for path in (file, *videos)}
    except OSError:
        return None
    versions = {name: version(name) for name in _TAKING_PART}
    states = {name: [one.st_size, one.st_mtime_ns, one.st_ctime_ns] for name, one in stats.items()}
    return {"files": states, "versions": {"ssc-to-nwb": __version__, **versions}}


def write_record(file: Path, record: dict[str, Any]) -> None:
    """Only into a folder that a conversion made; one that cannot be written has no records."""
    target = naming.sidecar(file, "validation")
    if target.parent.is_dir():
        with contextlib.suppress(SscError):
            write_whole(target, json.dumps(record, indent=1))
