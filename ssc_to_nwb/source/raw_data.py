"""The raw data of one session: what lies beside its file, opened and checked, nothing read yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ssc_to_nwb.problems import raw_kinds as kinds
from ssc_to_nwb.problems.model import ProblemLog, error
from ssc_to_nwb.source.raw_inventory import RawInventory, take_inventory
from ssc_to_nwb.source.session import Session
from ssc_to_nwb.source.session_files import dataset_of
from ssc_to_nwb.source.stack import PlaneStack
from ssc_to_nwb.source.stack_opening import open_plane_stack
from ssc_to_nwb.source.video_trials import KnownTrials, VideoNames, known_trials, with_trials

_WITHOUT_RAW_FILES = ("ssc-2",)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawData:
    """A session's raw files; stacks by plane name, every plane of the session among them.

    keep_going: whether damaged files are left out with a warning, instead of an error.
    """

    inventory: RawInventory
    stacks: Mapping[str, PlaneStack]
    keep_going: bool


def open_raw_data(
    session: Session,
    *,
    raw_folder: Path | None,
    mode: Literal["auto", "require"],
    video_names: VideoNames,
    green_first: bool,
    keep_going: bool,
    log: ProblemLog,
    trials: KnownTrials | None = None,
) -> RawData | None:
    """Account for all files of a session's folder and index its stacks; None where there is no such folder.

    video_names: how a video's trial is found; green_first: whether the first page of a frame is green; trials: of the
    whole session, where `session` is a part of it. Missing and left-out files are logged. Raises SscError as
    `take_inventory` and `open_plane_stack` do, and of kind RAW_FILE_REQUIRED where mode is `require` and a listed file
    is missing.
    """
    if raw_folder is None:
        if mode == "require":
            raise error(kinds.RAW_FILE_REQUIRED, file=session.path, expected=f"a folder {session.key} beside the file")
        if dataset_of(session.path) not in _WITHOUT_RAW_FILES:
            log.add(kinds.RAW_FOLDER_MISSING, file=session.path, expected=f"a folder {session.key} beside the file")
        return None
    inventory = take_inventory(
        raw_folder,
        listed_paths={plane.name: plane.listed_paths for plane in session.planes},
        video_trial_pattern=video_names.trial_pattern,
        listed_in=session.path,
    )
    inventory = with_trials(inventory, names=video_names, trials=trials or known_trials(session), log=log)
    if mode == "require":
        _require_all(inventory)
    for left_out in inventory.left_out:
        log.add(kinds.RAW_FILE_LEFT_OUT, file=left_out.path, detail=left_out.reason)
    files = {plane.plane_name: plane.listed_files for plane in inventory.planes}
    stacks = {
        plane.name: open_plane_stack(
            plane_name=plane.name,
            listed_files=files[plane.name],
            frame_index=plane.frame_index,
            trial=volume.trial,
            image_shape=plane.image_shape,
            green_first=green_first,
            keep_going=keep_going,
            log=log,
        )
        for volume in session.subvolumes
        for plane in volume.planes
    }
    return RawData(inventory=inventory, stacks=stacks, keep_going=keep_going)


def _require_all(inventory: RawInventory) -> None:
    missing = [file.listed_path for plane in inventory.planes for file in plane.missing]
    if missing:
        raise error(
            kinds.RAW_FILE_REQUIRED,
            file=missing[0],
            field="sourceFileList",
            expected=f"below {inventory.session_directory}",
            found=f"{len(missing)} listed files are missing",
        )
