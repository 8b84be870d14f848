"""What lies in the folder, as the dandi client finds it, what the archive holds, and how the two differ."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dandi.dandiapi import RemoteAsset, RemoteDandiset
from dandi.exceptions import NotFoundError
from dandi.files import LocalDirectoryAsset, LocalFileAsset, find_dandi_files

from ssc_to_nwb.dandi.results import Action, Difference
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.system_files import is_system_name, is_system_path

_NWB_SUFFIX = ".nwb"
_PAGE_SIZE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFiles:
    """The assets below a folder, sorted by path. stores: Zarr folders there; not_assets: the other files there."""

    assets: tuple[LocalFileAsset, ...]
    stores: tuple[str, ...]
    not_assets: tuple[str, ...]


def find_local_files(root: Path) -> LocalFiles:
    """All assets below `root`; hidden files and folders are left out, as the dandi client does, and system files.

    Errors: archive-nothing-to-upload, archive-empty-file.
    """
    if not root.is_dir():
        raise error(kinds.ARCHIVE_NOTHING_TO_UPLOAD, file=root, expected="a folder", found="no such folder")
    assets, stores = [], []
    for found in find_dandi_files(root, dandiset_path=root):
        if is_system_path(found.filepath.relative_to(root).parts):
            continue
        if isinstance(found, LocalDirectoryAsset):
            stores.append(found.filepath.relative_to(root).as_posix())
        elif isinstance(found, LocalFileAsset):
            if found.size == 0:
                raise error(kinds.ARCHIVE_EMPTY_FILE, file=found.filepath, expected="at least 1 byte", found="0 bytes")
            assets.append(found)
    if not any(asset.path.endswith(_NWB_SUFFIX) for asset in assets):
        only = f"Zarr stores alone, such as {min(stores)}" if stores else "none"
        raise error(kinds.ARCHIVE_NOTHING_TO_UPLOAD, file=root, expected="sub-*/*.nwb", found=only)
    assets.sort(key=lambda asset: asset.path)
    others = _other_files(root, {asset.filepath for asset in assets}, {root / store for store in stores})
    return LocalFiles(assets=tuple(assets), stores=tuple(sorted(stores)), not_assets=others)


def _other_files(root: Path, taken: set[Path], stores: set[Path]) -> tuple[str, ...]:
    others = []
    for file in sorted(root.rglob("*")):
        parts = file.relative_to(root).parts
        hidden = any(part.startswith(".") or is_system_name(part) for part in parts)
        if not (hidden or file in taken or stores & set(file.parents) or file.is_dir()):
            others.append("/".join(parts))
    return tuple(others)


def asset_metadata(asset: LocalFileAsset) -> dict[str, Any]:
    """What the dandi client reads out of a file for the archive, its checksum among it; JSON-ready.

    Error: archive-asset-metadata.
    """
    try:
        metadata = asset.get_metadata(digest=asset.get_digest(), ignore_errors=False)
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError) as problem:
        # What h5py and pynwb raise at a damaged file, and the client where it misses something.
        detail = f"{type(problem).__name__}: {problem}"
        raise error(kinds.ARCHIVE_ASSET_METADATA, file=asset.path, detail=detail) from None
    return dict(metadata.model_dump(mode="json", exclude_none=True))


def local_checksum(asset: LocalFileAsset) -> str:
    """The checksum (dandi-etag) of a file, which the client computes once while the file stays as it is."""
    return str(asset.get_digest().value)


def remote_checksum(asset: RemoteAsset) -> str | None:
    """The checksum of an asset, asked for if the listing did not have it; None where the archive knows none."""
    try:
        return str(asset.get_raw_digest())
    except NotFoundError:
        return None


def list_remote(dandiset: RemoteDandiset, *, prefix: str = "") -> dict[str, RemoteAsset]:
    """The draft's assets by path (those whose path begins with `prefix`), with metadata where listed.

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
            has_digest = isinstance(metadata, dict) and isinstance(metadata.get("digest"), dict)
            asset = RemoteAsset.from_data(dandiset, entry, metadata if has_digest else None)
            listed[asset.path] = asset
        more = bool(answer.get("next"))
    return listed


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAsset:
    """A local asset, what is to be done with it, its size and time of change then, and what the archive held."""

    local: LocalFileAsset
    action: Action
    size: int
    modified_ns: int
    remote: RemoteAsset | None

    @classmethod
    def of(cls, local: LocalFileAsset, remote: RemoteAsset | None) -> PlannedAsset:
        """The plan for a local asset; its checksum is computed only where the archive has a file of its size."""
        status = local.filepath.stat()
        same = has_content(remote, local, size=status.st_size)
        return cls(
            local=local,
            action="new" if remote is None else "unchanged" if same else "replaced",
            size=status.st_size,
            modified_ns=status.st_mtime_ns,
            remote=remote,
        )

    @property
    def path(self) -> str:
        """Where the asset is in the dandiset."""
        return str(self.local.path)

    @property
    def is_nwb(self) -> bool:
        """True for an NWB file."""
        return self.path.endswith(_NWB_SUFFIX)

    @property
    def session(self) -> str:
        """What the session's NWB file and its folder of videos are called: the path of the first without its ending."""
        return self.path.removesuffix(_NWB_SUFFIX) if self.is_nwb else self.path.rpartition("/")[0]

    @property
    def has_changed(self) -> bool:
        """Whether the file is another one by now, or gone."""
        try:
            status = self.local.filepath.stat()
        except OSError:
            return True
        return (status.st_size, status.st_mtime_ns) != (self.size, self.modified_ns)


def has_content(remote: RemoteAsset | None, local: LocalFileAsset, *, size: int) -> bool:
    """Whether the archive's asset is the local file of this size."""
    if remote is None or remote.size != size:
        return False
    return remote_checksum(remote) == local_checksum(local)


def difference_of(planned: PlannedAsset) -> Difference | None:
    """How what the archive holds differs from a local file, by size and then by checksum; None where it does not."""
    path, size, remote = planned.path, planned.size, planned.remote
    if planned.action == "unchanged":
        return None
    if remote is None:
        return Difference(path=path, kind="missing", local=f"{size} bytes", remote="-")
    if remote.size != size:
        return Difference(path=path, kind="size", local=f"{size} bytes", remote=f"{remote.size} bytes")
    there = remote_checksum(remote) or "not known"
    return Difference(path=path, kind="checksum", local=local_checksum(planned.local), remote=there)
