"""SHA-256 of the source files: small ones at once, stacks in a thread of their own while their frames are written.

A stack is read for its hash shortly before or after it is read for its frames, so it mostly comes from the system's
cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py

from ssc_to_nwb import naming
from ssc_to_nwb.mapping.file_hash import sha256_of
from ssc_to_nwb.mapping.ledger import Ledger
from ssc_to_nwb.source.raw_data import RawData
from ssc_to_nwb.source.session import Session

_TABLE = f"processing/{naming.SOURCE_MODULE}/{naming.SOURCE_FILES}"


def hash_small_files(session: Session, raw: RawData | None) -> dict[Path, str]:
    """Hashes of the session file, side images, registration files, films and files left out, by path."""
    paths = [session.path]
    if raw is not None:
        for plane in raw.inventory.planes:
            paths += [image.path for image in plane.side_images]
            paths += list(plane.registration.values())
        paths += [video.path for video in raw.inventory.videos]
        paths += [left_out.path for left_out in raw.inventory.left_out if left_out.path.is_file()]
    return {path: sha256_of(path) for path in paths}


def stack_paths(raw: RawData | None) -> tuple[Path, ...]:
    """The stacks that are there, in the order in which their frames are written."""
    if raw is None:
        return ()
    return tuple(file.path for plane in raw.inventory.planes for file in plane.listed_files if file.path is not None)


@contextmanager
def hashing(paths: tuple[Path, ...]) -> Iterator[Future[dict[Path, str]]]:
    """Hash files in a thread while the block runs; the rest is not hashed when the block ends with an exception."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="hashes") as pool:
        futures = [(path, pool.submit(sha256_of, path)) for path in paths]
        whole = pool.submit(lambda: {path: future.result() for path, future in futures})
        try:
            yield whole
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def write_hashes(file: Any, hashes: Mapping[Path, str], *, root: Path) -> None:
    """Put the hashes of stacks into the table of source files, whose other rows have theirs already.

    file: an open h5py file or Zarr group; root: the folder that the table's paths are relative to.
    """
    if not hashes:
        return
    by_name = {path.resolve().relative_to(root.resolve()).as_posix(): digest for path, digest in hashes.items()}
    table = file[_TABLE]
    digests = _texts(table["sha256"])
    for row, name in enumerate(_texts(table["path"])):
        digests[row] = by_name.get(name, digests[row])
    table["sha256"][:] = digests


def _texts(column: Any) -> Any:
    return column.asstr()[:] if isinstance(column, h5py.Dataset) else column[:]


def with_hashes(ledger: Ledger, hashes: Mapping[Path, str], *, root: Path) -> Ledger:
    """The ledger with the hashes of stacks in it."""
    by_name = {path.resolve().relative_to(root.resolve()).as_posix(): digest for path, digest in hashes.items()}
    files = tuple(replace(entry, sha256=by_name.get(entry.source, entry.sha256)) for entry in ledger.files)
    return replace(ledger, files=files)
