"""SHA-256 of the source files: small ones at once, the stacks of a plane when its frames have been written."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from ssc_to_nwb import naming
from ssc_to_nwb.ledger.ledger import Ledger
from ssc_to_nwb.session.raw_data import RawData
from ssc_to_nwb.session.session import Session
from ssc_to_nwb.source_files.checksums import sha256_of

_DIGEST_CHARACTERS = 64
_TABLE = f"processing/{naming.SOURCE_MODULE}/{naming.SOURCE_FILES}"


def hash_small_files(session: Session, raw: RawData | None) -> dict[Path, str]:
    """Hashes of the session file and of every raw file but the stacks, by path."""
    paths = [] if raw is None else raw.inventory.besides_stacks
    return {path: sha256_of(path) for path in (session.path, *paths)}


class StackHashes:
    """Hashes of the stacks, made plane by plane right after its frames were written: the system still has them cached.

    paths: of all stacks that are there; workers: files at a time; seconds: spent so far.
    """

    def __init__(self, raw: RawData | None, *, workers: int) -> None:
        planes = () if raw is None else raw.inventory.planes
        self._waiting = {
            plane.plane_name: [file.path for file in plane.listed_files if file.path is not None] for plane in planes
        }
        self._workers = workers
        self._hashes: dict[Path, str] = {}
        self.seconds = 0.0

    @property
    def paths(self) -> list[Path]:
        """The stacks whose hashes are still to be made."""
        return [path for paths in self._waiting.values() for path in paths]

    def hash_plane(self, plane_name: str) -> None:
        """Hash the stacks of a plane. Raises OSError."""
        start = time.perf_counter()
        paths = self._waiting.pop(plane_name, [])
        with ThreadPoolExecutor(max_workers=self._workers, thread_name_prefix="hashes") as pool:
            self._hashes.update(zip(paths, pool.map(sha256_of, paths), strict=True))
        self.seconds += time.perf_counter() - start

    def all(self) -> dict[Path, str]:
        """The hashes of all stacks, by path; those not made so far are made now. Raises OSError."""
        for plane_name in list(self._waiting):
            self.hash_plane(plane_name)
        return self._hashes


def reserve_hashes(file: Any, paths: Sequence[Path], *, root: Path) -> None:
    """Put zeros where the hashes of `paths` will be: HDF5 then writes those over these, beside the rest of the table.

    Otherwise it would put them behind the frames, where a reader over a network would need them to open the file.
    """
    write_hashes(file, dict.fromkeys(paths, "0" * _DIGEST_CHARACTERS), root=root)


def write_hashes(file: Any, hashes: Mapping[Path, str], *, root: Path) -> None:
    """Put the hashes of stacks into the table of source files, whose other rows have theirs already.

    file: an open h5py file; root: the folder that the table's paths are relative to.
    """
    if not hashes:
        return
    by_name = _by_name(hashes, root=root)
    table = file[_TABLE]
    digests = table["sha256"].asstr()[:]
    for row, name in enumerate(table["path"].asstr()[:]):
        digests[row] = by_name.get(name, digests[row])
    table["sha256"][:] = digests


def _by_name(hashes: Mapping[Path, str], *, root: Path) -> dict[str, str]:
    """Hashes by the names that the ledger has for the files."""
    return {naming.source_name(path, root): digest for path, digest in hashes.items()}


def with_hashes(ledger: Ledger, hashes: Mapping[Path, str], *, root: Path) -> Ledger:
    """The ledger with the hashes of stacks in it."""
    by_name = _by_name(hashes, root=root)
    files = tuple(one._replace(sha256=by_name.get(one.source, one.sha256)) for one in ledger.files)
    return replace(ledger, files=files)
