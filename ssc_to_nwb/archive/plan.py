"""What an upload would do: which assets are new, replaced or unchanged, and what only the archive holds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ssc_to_nwb.archive.local_assets import FileState, LocalFile, LocalFiles
from ssc_to_nwb.archive.remote import Checksums, RemoteFile
from ssc_to_nwb.archive.results import Action
from ssc_to_nwb.archive.waits import in_threads


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAsset:
    """A local asset, what is to be done with it, and the state its file was in when that was decided."""

    local: LocalFile
    action: Action
    state: FileState

    @property
    def may_shrink(self) -> bool:
        """True for a Zarr that replaces another: the archive may hold chunks that are not here."""
        return self.action is Action.REPLACED and self.local.file.is_dir()


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadPlan:
    """All local assets by path, and the paths that only the archive holds."""

    assets: Mapping[str, PlannedAsset]
    only_remote: tuple[str, ...]

    def to_send(self) -> list[PlannedAsset]:
        """The assets that are new or replaced, by path."""
        return [planned for planned in self.assets.values() if planned.action is not Action.UNCHANGED]


def make_plan(
    local_files: LocalFiles,
    remote_files: Mapping[str, RemoteFile],
    *,
    checksums: Checksums,
    jobs: int,
    stop: threading.Event,
    on_asset: Callable[[LocalFile], None],
    on_planned: Callable[[LocalFile], None],
) -> UploadPlan:
    """Decide for each local asset; a checksum is computed only where the archive has a file of that path and size."""

    def decide(local: LocalFile) -> PlannedAsset:
        on_asset(local)
        state = FileState.of(local.file)
        remote = remote_files.get(local.path)
        if remote is None:
            action = Action.NEW
        elif remote.size == state.size and remote.with_checksum().checksum == checksums.of(local):
            action = Action.UNCHANGED
        else:
            action = Action.REPLACED
        on_planned(local)
        return PlannedAsset(local=local, action=action, state=state)

    planned = {each.local.path: each for each in in_threads(decide, local_files.assets, jobs=jobs, stop=stop)}
    only_remote = tuple(sorted(set(remote_files) - set(planned)))
    return UploadPlan(assets=planned, only_remote=only_remote)
