"""The source read again for a comparison: the session file by verification's own way, hashes of all files."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.proof.source_reading.session_file import read_for_proof
from ssc_to_nwb.session.context import SessionContext, load_context
from ssc_to_nwb.session.raw_data import RawData
from ssc_to_nwb.session.session import Session
from ssc_to_nwb.source_files.checksums import sha256_of


def read_source_again(
    path: Path, *, dataset: str | None, metadata_files: Sequence[Path], log: ProblemLog
) -> SessionContext:
    """The session to compare a file with. Raises what `load_context` raises.

    Whether fields that nobody knows were allowed does not matter here: the file must hold them.
    """
    return load_context(
        path, dataset=dataset, metadata_files=metadata_files, log=log, allow_unmapped=True, read=read_for_proof
    )


def hash_sources(session: Session, raw: RawData | None, *, stacks: bool, workers: int) -> dict[Path, str]:
    """Hashes by path: of the session file, and of the raw files, with or without the imaging stacks. Raises OSError."""
    paths = [session.path]
    if raw is not None:
        paths += raw.inventory.besides_stacks
        listed = (file for plane in raw.inventory.planes if stacks for file in plane.listed_files)
        paths += [file.path for file in listed if file.path is not None]
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="hashes") as pool:
        return dict(zip(paths, pool.map(sha256_of, paths), strict=True))
