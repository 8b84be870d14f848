"""The files below an output folder that the archive takes as assets, as the dandi client itself finds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dandi.files import LocalAsset, ZarrAsset, find_dandi_files

from ssc_to_nwb.problems import archive_kinds as kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.system_files import is_system_name, is_system_path


@dataclass(frozen=True, slots=True)
class FileState:
    """What tells whether a file was changed: size in bytes, time of last change in ns."""

    size: int
    modified_ns: int

    @classmethod
    def of(cls, path: Path) -> FileState:
        """The state of a file, or of a folder's files together (the latest change, the sum of sizes)."""
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        stats = [file.stat() for file in files if not file.is_dir()]
        return cls(
            size=sum(stat.st_size for stat in stats),
            modified_ns=max((stat.st_mtime_ns for stat in stats), default=0),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFile:
    """One asset: its path in the dandiset (with forward slashes), where it lies, its size, the client's object."""

    path: str
    file: Path
    size: int
    asset: LocalAsset

    @property
    def is_nwb(self) -> bool:
        """True for an NWB file, in HDF5 or in Zarr."""
        return self.path.endswith((".nwb", ".nwb.zarr"))

    def checksum(self) -> str:
        """dandi-etag of a file, Zarr checksum of a folder; the client remembers a file's while it is unchanged."""
        return self.asset.get_digest().value

    def metadata(self) -> dict[str, Any]:
        """What the dandi client reads out of the file for the archive, JSON-ready. Error: archive-asset-metadata."""
        digest = None if isinstance(self.asset, ZarrAsset) else self.asset.get_digest()
        try:
            metadata = self.asset.get_metadata(digest=digest, ignore_errors=False)
        except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError) as problem:
            detail = f"{type(problem).__name__}: {problem}"
            raise error(kinds.METADATA_UNREADABLE, file=self.path, detail=detail) from None
        return metadata.model_dump(mode="json", exclude_none=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFiles:
    """The assets below a folder, sorted by path, and the files there that are no assets."""

    root: Path
    assets: tuple[LocalFile, ...]
    not_assets: tuple[str, ...]

    def groups(self, paths: Iterable[str]) -> list[tuple[LocalFile, ...]]:
        """The named assets, each NWB file last in a group with the videos of the folder that has its name.

        The videos go first, so that the archive at no time shows an NWB file whose videos are not there.
        """
        wanted = set(paths)
        owners = {_without_ending(asset.path) for asset in self.assets if asset.is_nwb}
        grouped: dict[str, list[LocalFile]] = {}
        for asset in self.assets:
            if asset.path in wanted:
                folder = asset.path.rpartition("/")[0]
                owner = _without_ending(asset.path) if asset.is_nwb else folder if folder in owners else asset.path
                grouped.setdefault(owner, []).append(asset)
        return [
            tuple(sorted(members, key=lambda member: (member.is_nwb, member.path)))
            for _, members in sorted(grouped.items())
        ]


def _without_ending(path: str) -> str:
    return path.removesuffix(".zarr").removesuffix(".nwb")


def find_local_files(root: Path) -> LocalFiles:
    """All assets below `root`; hidden files and folders are left out, as the dandi client does, and system files.

    Errors: archive-nothing-to-upload, archive-empty-file, archive-system-file-in-zarr.
    """
    if not root.is_dir():
        raise error(kinds.NOTHING_TO_UPLOAD, file=root, expected="a folder", found="no such folder")
    assets = []
    for found in find_dandi_files(root, dandiset_path=root):
        if isinstance(found, LocalAsset) and not is_system_path(Path(found.path).parts):
            _check_zarr(found)
            size = found.size
            if size == 0:
                raise error(kinds.EMPTY_FILE, file=found.filepath, expected="at least 1 byte", found="0 bytes")
            assets.append(LocalFile(path=found.path, file=Path(found.filepath), size=size, asset=found))
    if not assets:
        raise error(kinds.NOTHING_TO_UPLOAD, file=root, expected="sub-*/*.nwb", found="none")
    assets.sort(key=lambda asset: asset.path)
    return LocalFiles(root=root, assets=tuple(assets), not_assets=_other_files(root, assets))


def _check_zarr(asset: LocalAsset) -> None:
    """The client uploads all that is in a Zarr folder, and nothing tells the archive which of it is no part of it."""
    if not isinstance(asset, ZarrAsset):
        return
    folder = Path(asset.filepath)
    for file in folder.rglob("*"):
        if is_system_path(file.relative_to(folder).parts):
            raise error(kinds.SYSTEM_FILE_IN_ZARR, file=folder, found=file.relative_to(folder).as_posix())


def _other_files(root: Path, assets: list[LocalFile]) -> tuple[str, ...]:
    taken = {asset.file for asset in assets if not isinstance(asset.asset, ZarrAsset)}
    folders = {asset.file for asset in assets if isinstance(asset.asset, ZarrAsset)}
    others = []
    for file in sorted(root.rglob("*")):
        relative = file.relative_to(root)
        hidden = any(part.startswith(".") or is_system_name(part) for part in relative.parts)
        if file.is_dir() or hidden or file in taken or folders & set(file.parents):
            continue
        others.append(relative.as_posix())
    return tuple(others)
