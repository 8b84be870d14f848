"""SHA-256 of a session's source files, several at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ssc_to_nwb.session.raw_data import RawData
from ssc_to_nwb.session.session import Session
from ssc_to_nwb.source_files.file_hash import sha256_of


def hash_sources(session: Session, raw: RawData | None, *, stacks: bool, workers: int) -> dict[Path, str]:
    """Hashes by path: of the session file, and of the raw files, with or without the imaging stacks. Raises OSError."""
    paths = [session.path]
    if raw is not None:
        paths += raw.inventory.besides_stacks
        listed = (file for plane in raw.inventory.planes if stacks for file in plane.listed_files)
        paths += [file.path for file in listed if file.path is not None]
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="hashes") as pool:
        return dict(zip(paths, pool.map(sha256_of, paths), strict=True))
