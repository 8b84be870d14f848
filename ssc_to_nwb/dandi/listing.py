"""What the archive holds, how that differs from what lies here, and what an upload would therefore do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from dandi.dandiapi import RemoteAsset, RemoteDandiset

from ssc_to_nwb.dandi.assets import Checksums, FileStamp, LocalFile
from ssc_to_nwb.dandi.results import Action, Difference, Stage
from ssc_to_nwb.thread_map import map_in_order

_PAGE_SIZE = 1000
Result = TypeVar("Result")
Report = Callable[[LocalFile, Stage], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """One asset as the archive lists it; checksum is None where the listing does not have it."""

    path: str
    size: int
    checksum: str | None
    asset: RemoteAsset

    def with_checksum(self) -> RemoteFile:
        """The same with its checksum, asked for if the listing did not have it."""
        if self.checksum is not None:
            return self
        return replace(self, checksum=_checksum_in(self.asset.client.get(self.asset.api_path)))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAsset:
    """A local asset, what is to be done with it, the state its file was in then, and what the archive held."""

    local: LocalFile
    action: Action
    state: FileStamp
    remote: RemoteFile | None


def list_remote(dandiset: RemoteDandiset, *, prefix: str = "") -> dict[str, RemoteFile]:
    """The draft's assets by path (those whose path begins with `prefix`), checksums where listed.

    Page after page of the same address: the next page's address, as the archive gives it, may be one by which only
    the archive's own machines reach it.
    """
    listed = {}
    page, more = 0, True
    while more:
        page += 1
        wanted = {"metadata": "true", "order": "path", "path": prefix or None, "page_size": _PAGE_SIZE, "page": page}
        answer = dandiset.client.get(f"{dandiset.version_api_path}assets/", params=wanted)
        for entry in answer["results"]:
            metadata = entry.pop("metadata", None)
            asset = RemoteAsset.from_data(dandiset, entry)
            listed[asset.path] = RemoteFile(
                path=asset.path, size=asset.size, checksum=_checksum_in(metadata), asset=asset
            )
        more = bool(answer.get("next"))
    return listed


def _checksum_in(metadata: Any) -> str | None:
    digests = metadata.get("digest") if isinstance(metadata, dict) else None
    return digests.get("dandi:dandi-etag") if isinstance(digests, dict) else None


def make_plan(
    local_files: Iterable[LocalFile],
    remote_files: Mapping[str, RemoteFile],
    *,
    checksums: Checksums,
    jobs: int,
    report: Report,
) -> dict[str, PlannedAsset]:
    """Decide for each local asset; a checksum is computed only where the archive has a file of that path and size."""

    def decide(local: LocalFile) -> PlannedAsset:
        report(local, "checksum")
        state, remote = FileStamp.of(local.file), remote_files.get(local.path)
        action: Action = "replaced"
        if remote is None:
            action = "new"
        elif remote.size == state.size:
            remote = remote.with_checksum()
            action = "unchanged" if remote.checksum == checksums.of(local) else "replaced"
        report(local, "planned")
        return PlannedAsset(local=local, action=action, state=state, remote=remote)

    return {planned.local.path: planned for planned in in_threads(decide, local_files, jobs=jobs)}


def compare(
    local_files: Iterable[LocalFile],
    remote_files: Mapping[str, RemoteFile],
    *,
    checksums: Checksums,
    jobs: int,
    report: Report,
) -> tuple[Difference, ...]:
    """How the archive's listing differs from the local files, by size and then by checksum; empty where it does not."""

    def difference(local: LocalFile) -> Difference | None:
        report(local, "comparing")
        remote = remote_files.get(local.path)
        if remote is None:
            return Difference(path=local.path, kind="missing", local=f"{local.size} bytes", remote="-")
        size = FileStamp.of(local.file).size
        if remote.size != size:
            sizes = {"local": f"{size} bytes", "remote": f"{remote.size} bytes"}
            return Difference(path=local.path, kind="size", **sizes)
        here, there = checksums.of(local), remote.with_checksum().checksum
        if here == there:
            return None
        return Difference(path=local.path, kind="checksum", local=here, remote=there or "not known")

    return tuple(found for found in in_threads(difference, local_files, jobs=jobs) if found is not None)


def in_threads(
    function: Callable[[LocalFile], Result], local_files: Iterable[LocalFile], *, jobs: int
) -> Iterator[Result]:
    """The results for all files, in their order, `jobs` at a time; Ctrl-C does not wait for those under way."""
    pool = ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="ssc-to-nwb-compare")
    try:
        yield from map_in_order(function, local_files, pool=pool, ahead=4 * jobs)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
