"""The files below an output folder that the archive takes as assets, as the dandi client itself finds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dandi.files import LocalDirectoryAsset, LocalFileAsset, dandi_file, find_dandi_files

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.system_files import is_system_name, is_system_path

_NWB_SUFFIX = ".nwb"


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What says whether a file was changed: size in bytes, time of last change in ns."""

    size: int
    modified_ns: int

    @classmethod
    def of(cls, path: Path) -> FileStamp:
        """The state of a file. Raises OSError where it is gone."""
        stat = path.stat()
        return cls(size=stat.st_size, modified_ns=stat.st_mtime_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFile:
    """One asset: its path in the dandiset (with forward slashes), where it lies, its size, the client's object."""

    path: str
    file: Path
    size: int
    asset: LocalFileAsset

    @property
    def is_nwb(self) -> bool:
        """True for an NWB file."""
        return self.path.endswith(_NWB_SUFFIX)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFiles:
    """The assets below a folder, sorted by path. stores: Zarr folders there; not_assets: the other files there."""

    root: Path
    assets: tuple[LocalFile, ...]
    stores: tuple[str, ...]
    not_assets: tuple[str, ...]

    def sessions(self, paths: Iterable[str]) -> list[tuple[LocalFile, ...]]:
        """The named assets, each NWB file last in a group with the videos of the folder that has its name.

        The videos go first, so that the archive at no time shows an NWB file whose videos are not there.
        """
        wanted = set(paths)
        owners = {asset.path.removesuffix(_NWB_SUFFIX) for asset in self.assets if asset.is_nwb}
        grouped: dict[str, list[LocalFile]] = {}
        for asset in self.assets:
            if asset.path in wanted:
                folder = asset.path.rpartition("/")[0]
                own = asset.path.removesuffix(_NWB_SUFFIX)
                grouped.setdefault(folder if not asset.is_nwb and folder in owners else own, []).append(asset)
        return [
            tuple(sorted(members, key=lambda member: (member.is_nwb, member.path)))
            for _, members in sorted(grouped.items())
        ]


def find_local_files(root: Path) -> LocalFiles:
    """All assets below `root`; hidden files and folders are left out, as the dandi client does, and system files.

    Errors: archive-nothing-to-upload, archive-empty-file.
    """
    if not root.is_dir():
        raise error(kinds.ARCHIVE_NOTHING_TO_UPLOAD, file=root, expected="a folder", found="no such folder")
    assets, stores = [], []
    for found in find_dandi_files(root, dandiset_path=root):
        path = found.filepath.relative_to(root)
        if is_system_path(path.parts):
            continue
        if isinstance(found, LocalDirectoryAsset):
            stores.append(path.as_posix())
        elif isinstance(found, LocalFileAsset):
            if found.size == 0:
                raise error(kinds.ARCHIVE_EMPTY_FILE, file=found.filepath, expected="at least 1 byte", found="0 bytes")
            assets.append(LocalFile(path=found.path, file=found.filepath, size=found.size, asset=found))
    if not assets:
        only = f"Zarr stores alone, such as {min(stores)}" if stores else "none"
        raise error(kinds.ARCHIVE_NOTHING_TO_UPLOAD, file=root, expected="sub-*/*.nwb", found=only)
    assets.sort(key=lambda asset: asset.path)
    others = _other_files(root, {asset.file for asset in assets}, {root / store for store in stores})
    return LocalFiles(root=root, assets=tuple(assets), stores=tuple(sorted(stores)), not_assets=others)


def _other_files(root: Path, taken: set[Path], stores: set[Path]) -> tuple[str, ...]:
    others = []
    for file in sorted(root.rglob("*")):
        parts = file.relative_to(root).parts
        hidden = any(part.startswith(".") or is_system_name(part) for part in parts)
        if not (hidden or file in taken or stores & set(file.parents) or file.is_dir()):
            others.append("/".join(parts))
    return tuple(others)


def find_asset(root: Path, file: Path) -> LocalFileAsset:
    """The client's object for one file below `root`. Error: archive-asset-metadata."""
    asset = dandi_file(file, dandiset_path=root)
    if not isinstance(asset, LocalFileAsset):
        raise error(kinds.ARCHIVE_ASSET_METADATA, file=file, expected="a file", found="a folder")
    return asset


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


@dataclass(slots=True)
class Checksums:
    """Local checksums (dandi-etag), each computed once while its file stays as it is."""

    _known: dict[str, tuple[FileStamp, str]] = field(default_factory=dict)

    def of(self, local: LocalFile) -> str:
        """The checksum of the file as it is now. Raises OSError where it is gone."""
        state = FileStamp.of(local.file)
        known = self._known.get(local.path)
        if known is None or known[0] != state:
            known = (state, str(local.asset.get_digest().value))
            self._known[local.path] = known
        return known[1]
