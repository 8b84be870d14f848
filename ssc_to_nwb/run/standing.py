"""Whether the NWB file that is there may stand, told by content where times do not tell; and checksum lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ssc_to_nwb.nwb_file.options import ConversionOptions
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.run.recorded import Done
from ssc_to_nwb.run.session_sources import SessionSource
from ssc_to_nwb.run.source_state import take_state
from ssc_to_nwb.source_files.checksums import FoundChecksums, find_checksums
from ssc_to_nwb.source_files.session_files import SessionFile


def content_changes(done: Done, file: SessionFile, *, workers: int) -> tuple[str, ...]:
    """What the source files don't hold as they did when the session was done, in words.

    Raises source-not-readable.
    """
    folders = (file.raw_folder,) if done.raw and file.raw_folder is not None else ()
    state = take_state(file.path.parent, (file.path, *folders))
    try:
        hashes = done.source_hashes()
    except SscError:
        return ("no hashes of the source files are on record",)
    return state.content_changes(hashes, workers=workers)


def has_content(output: Path, digest: str | None, *, options: ConversionOptions) -> bool:
    """Whether an NWB file has the content of this digest; a file that can't be read has not."""
    from ssc_to_nwb.proof.digest import content_digest

    try:
        return content_digest(output, workers=options.workers, memory_mb=options.memory_mb) == digest
    except SscError:
        return False


def checksums_of(source: SessionSource, file: SessionFile, *, raw: bool) -> FoundChecksums:
    """What lists beside and above a session say of the files it is made from; packed ones as they are and unpacked.

    Raises source-not-readable.
    """
    found = find_checksums(dict.fromkeys(_folders(source, file, raw=raw)))
    packed = source.sources(raw=raw) if source.packed is not None else ()
    raw_folder = file.raw_folder if raw else None
    of_session = [
        checksum
        for checksum in found.checksums
        if checksum.path == file.path
        or checksum.path in packed
        or (raw_folder is not None and raw_folder in checksum.path.parents)
    ]
    return replace(found, checksums=tuple(of_session))


def _folders(source: SessionSource, file: SessionFile, *, raw: bool) -> Iterator[Path]:
    yield from (folder for folder in source.path.parents if folder.is_relative_to(source.top))
    yield file.path.parent
    if raw and file.raw_folder is not None:
        yield file.raw_folder
