"""The raw data of one session: what lies beside its file, opened and checked, nothing read yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.imaging_stacks.opening import open_stacks
from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog, error
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.session.context import SessionContext
from ssc_to_nwb.session.session import Session
from ssc_to_nwb.source_files.disk_walk import in_place_of
from ssc_to_nwb.source_files.raw_inventory import RawInventory, take_inventory
from ssc_to_nwb.source_files.session_files import dataset_of

_WITHOUT_RAW_FILES = ("ssc-2",)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawData:
    """A session's raw files.

    Attributes
    ----------
    inventory : RawInventory
        What lies in the session's folder.
    stacks : mapping of str to PlaneStack
        By plane name, every plane of the session among them.
    keep_going : bool
        Damaged files are left out with a warning, instead of an error.
    """

    inventory: RawInventory
    stacks: Mapping[str, PlaneStack]
    keep_going: bool


def open_raw_data(
    context: SessionContext,
    *,
    raw_folder: Path | None,
    mode: Literal["auto", "require", "skip"],
    keep_going: bool,
    log: ProblemLog,
    whole: Session | None = None,
) -> RawData | None:
    """Account for all files of a session's folder and index its stacks; None without a folder, and in mode `skip`.

    mode: `require` makes a missing listed file an error; keep_going: damaged files are left out with a warning, instead
    of an error; log: takes what is missing and left out; whole: the whole session, where the context is of a part of
    it. Raises what `take_inventory` and `open_stacks` raise; raw-file-required.
    """
    if mode == "skip":
        return None
    session, assumptions = context.session, context.metadata.assumptions
    if raw_folder is None:
        report_without_folder(session, required=mode == "require", log=log)
        return None
    inventory = take_inventory(
        raw_folder,
        listed_paths={plane.name: plane.listed_paths for plane in session.planes},
        listed_in=session.path,
    )
    for _, place_files in registry.having("layout", "place_files"):
        inventory = place_files(inventory, session=whole or session, facts=context.metadata.source, log=log)
    if mode == "require":
        _require_all(inventory)
    report_inventory(inventory, log=log)
    stacks = open_stacks(session, inventory, assumptions=assumptions, keep_going=keep_going, log=log)
    return RawData(inventory=inventory, stacks=stacks, keep_going=keep_going)


def report_without_folder(session: Session, *, required: bool, log: ProblemLog) -> None:
    """Log that there is no folder of raw files, with what lies in its place.

    Raises raw-file-required where one is required.
    """
    folder = session.path.parent / str(session.key)
    found, expected = in_place_of(folder), f"a folder {session.key} beside the file"
    if required:
        raise error(kinds.RAW_FILE_REQUIRED, file=session.path, expected=expected, found=found)
    if found is not None or dataset_of(session.path) not in _WITHOUT_RAW_FILES:
        log.add(kinds.RAW_FOLDER_MISSING, file=session.path, expected=expected, found=found)


def report_inventory(inventory: RawInventory, *, log: ProblemLog) -> None:
    """Log what is left out, what has a name in another case, and planes none of whose stacks is there."""
    for left_out in inventory.left_out:
        found = None if left_out.link_to is None else f"a link to {left_out.link_to}"
        log.add(left_out.kind, file=left_out.path, found=found, detail=left_out.reason)
    for plane in inventory.planes:
        for file in plane.listed_files:
            if file.other_case:
                log.add(kinds.RAW_FILE_OTHER_CASE, file=file.path, expected=file.listed_path)
    bare = [plane for plane in inventory.planes if plane.listed_files and len(plane.missing) == len(plane.listed_files)]
    if bare:
        listed = sum(len(plane.listed_files) for plane in bare)
        log.add(
            kinds.RAW_PLANE_MISSING,
            file=inventory.session_directory,
            field=f"plane{'s' if len(bare) > 1 else ''} {', '.join(plane.plane_name for plane in bare)}",
            expected=f"{listed} listed stacks, such as {bare[0].listed_files[0].listed_path}",
            found="none of them",
        )


def _require_all(inventory: RawInventory) -> None:
    missing = [file.listed_path for plane in inventory.planes for file in plane.missing]
    if missing:
        raise error(
            kinds.RAW_FILE_REQUIRED,
            file=missing[0],
            field="sourceFileList",
            expected=f"below {inventory.session_directory}",
            found=plural(len(missing), "listed file is missing", "listed files are missing"),
        )
