"""What the archive holds, and how that differs from what lies here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dandi.dandiapi import RemoteAsset, RemoteDandiset

from ssc_to_nwb.archive.local_assets import FileState, LocalFile
from ssc_to_nwb.archive.results import Difference, DifferenceKind
from ssc_to_nwb.archive.waits import in_threads

_CHECKSUM_KEYS = ("dandi:dandi-etag", "dandi:dandi-zarr-checksum")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """One asset as the archive lists it; checksum is None where the listing does not tell it."""

    path: str
    size: int
    checksum: str | None
    asset: RemoteAsset

    def with_checksum(self) -> RemoteFile:
        """The same with its checksum, asked for if the listing did not tell it."""
        if self.checksum is not None:
            return self
        metadata = self.asset.client.get(self.asset.api_path)
        return RemoteFile(path=self.path, size=self.size, checksum=_checksum_in(metadata), asset=self.asset)


class Checksums:
    """Local checksums, each computed once while its file stays as it is."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[FileState, str]] = {}

    def of(self, local: LocalFile) -> str:
        """The checksum of the file as it is now."""
        state = FileState.of(local.file)
        known = self._known.get(local.path)
        if known is None or known[0] != state:
            known = (state, local.checksum())
            self._known[local.path] = known
        return known[1]


def list_remote(dandiset: RemoteDandiset, *, prefix: str = "") -> dict[str, RemoteFile]:
    """The draft's assets by path (those whose path begins with `prefix`), page by page, checksums where listed."""
    parameters = {"metadata": "true", "order": "path", **({"path": prefix} if prefix else {})}
    listed = {}
    for entry in dandiset.client.paginate(f"{dandiset.version_api_path}assets/", params=parameters):
        remote = _as_remote_file(dandiset, entry)
        listed[remote.path] = remote
    return listed


def find_remote(dandiset: RemoteDandiset, path: str) -> RemoteFile | None:
    """The asset at exactly this path, with its checksum, or None."""
    found = list_remote(dandiset, prefix=path).get(path)
    return None if found is None else found.with_checksum()


def _as_remote_file(dandiset: RemoteDandiset, entry: Mapping[str, Any]) -> RemoteFile:
    fields = dict(entry)
    metadata = fields.pop("metadata", None)
    asset = RemoteAsset.from_data(dandiset, fields)
    return RemoteFile(path=asset.path, size=asset.size, checksum=_checksum_in(metadata), asset=asset)


def _checksum_in(metadata: Any) -> str | None:
    """The checksum that tells whether the content is the same: dandi-etag of a blob, Zarr checksum of a Zarr."""
    digests = metadata.get("digest") if isinstance(metadata, dict) else None
    if not isinstance(digests, dict):
        return None
    return next((str(digests[key]) for key in _CHECKSUM_KEYS if digests.get(key)), None)


def compare(
    local_files: Iterable[LocalFile],
    remote_files: Mapping[str, RemoteFile],
    *,
    checksums: Checksums,
    jobs: int,
    stop: threading.Event,
    on_compared: Callable[[LocalFile], None],
) -> tuple[Difference, ...]:
    """How the archive's listing differs from the local files, by size and then by checksum; empty where it does not."""

    def difference(local: LocalFile) -> Difference | None:
        on_compared(local)
        remote = remote_files.get(local.path)
        if remote is None:
            return Difference(path=local.path, kind=DifferenceKind.MISSING, local=f"{local.size} bytes", remote="-")
        size = FileState.of(local.file).size
        if remote.size != size:
            return Difference(
                path=local.path, kind=DifferenceKind.SIZE, local=f"{size} bytes", remote=f"{remote.size} bytes"
            )
        here, there = checksums.of(local), remote.with_checksum().checksum
        if here == there:
            return None
        return Difference(path=local.path, kind=DifferenceKind.CHECKSUM, local=here, remote=there or "not known")

    differences = in_threads(difference, local_files, jobs=jobs, stop=stop)
    return tuple(found for found in differences if found is not None)
