"""What is done to an NWB file before it is sent: validation, and the metadata that the archive wants of it.

Both read the file with pynwb and take seconds; they are done in processes of their own, several files at a time, and
the sending goes on meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dandi.files import LocalFileAsset

from ssc_to_nwb.dandi.assets import asset_metadata
from ssc_to_nwb.local_processes import processes
from ssc_to_nwb.options.archive import Validation
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.validate.messages import Message, fails

_MESSAGES_SHOWN = 10
_PRELOADED = ("ssc_to_nwb.dandi.prepare", "ssc_to_nwb.validate.one_file")


def prepare(local: LocalFileAsset, validation: Validation) -> dict[str, Any]:
    """Validate a file, unless that is recorded or was not wanted, and read its metadata; what a worker runs.

    Errors: archive-not-valid, archive-asset-metadata, and those of a file that cannot be validated.
    """
    errors = errors_of(local.filepath) if validation == "require" else ()
    if errors:
        lines = [f"{each.identifier} {each.object_path}: {each.text}" for each in errors[:_MESSAGES_SHOWN]]
        found, detail = plural(len(errors), "error"), "\n    ".join(lines)
        raise error(kinds.ARCHIVE_NOT_VALID, file=local.path, expected="no error", found=found, detail=detail)
    return asset_metadata(local)


def errors_of(file: Path) -> tuple[Message, ...]:
    """The errors that a validation finds in a file and that are not accepted."""
    from ssc_to_nwb.validate.accept import apply_entries, load_entries
    from ssc_to_nwb.validate.run import validate_unless_recorded

    messages = apply_entries(validate_unless_recorded(file), load_entries(None))
    return tuple(message for message in messages if fails(message, "error"))


@contextmanager
def preparation(workers: int, *, files: int) -> Iterator[Executor]:
    """Where files are prepared: in so many processes, or in a thread of this one where `workers` is 1."""
    if workers > 1:
        with processes(max(1, min(workers, files)), preloaded=_PRELOADED) as pool:
            yield pool
        return
    threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ssc-to-nwb-prepare")
    try:
        yield threads
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
