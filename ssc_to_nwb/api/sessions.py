"""List the sessions of a source, without converting anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from ssc_to_nwb.problems.model import Problem
    from ssc_to_nwb.source.raw_inventory import RawInventory
    from ssc_to_nwb.source.session import Session
    from ssc_to_nwb.source.session_files import SessionFile


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """What a session holds; `error` says why it can't be read, and the counts are then 0.

    data_types: of whisker, raw, dff, event, masks, and the event series' own names; raw_present, raw_missing: listed
    imaging stacks; raw_bytes: of the stacks and whisker videos there.
    """

    session: str
    path: Path
    dataset: str
    mat_bytes: int = 0
    trials: int = 0
    subvolumes: int = 0
    planes: int = 0
    rois: int = 0
    whiskers: tuple[str, ...] = ()
    data_types: tuple[str, ...] = ()
    raw_present: int = 0
    raw_missing: int = 0
    raw_bytes: int = 0
    videos: int = 0
    error: Problem | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        values = {key: value for key, value in asdict(self).items() if key != "error"}
        values["path"] = str(self.path)
        return {**values, "error": None if self.error is None else self.error.as_dict()}


def list_sessions(
    *, source: Path | str, sessions: Sequence[str] = (), metadata_files: Sequence[Path | str] = ()
) -> tuple[SessionSummary, ...]:
    """Summaries of the sessions found in `source`, sorted by animal and date.

    Raises source-missing, no-session-found, session-found-twice, metadata-*.
    """
    from ssc_to_nwb.source.session_files import find_session_files, select_sessions

    files = select_sessions(find_session_files(Path(source)), patterns=sessions, source=Path(source))
    extra = tuple(Path(path) for path in metadata_files)
    return tuple(summarize(file, metadata_files=extra) for file in files)


def sessions_table(summaries: Sequence[SessionSummary]) -> pd.DataFrame:
    """The summaries as a pandas DataFrame, one row per session, for queries."""
    import pandas as pd

    rows = [summary.as_dict() for summary in summaries]
    return pd.DataFrame(rows).set_index("session") if rows else pd.DataFrame()


def summarize(file: SessionFile, *, metadata_files: Sequence[Path]) -> SessionSummary:
    """What one session holds. Raises metadata-*; what is wrong with the session file is in the summary."""
    from ssc_to_nwb.interfaces.context import source_options
    from ssc_to_nwb.metadata.loader import load_metadata
    from ssc_to_nwb.problems.model import ProblemLog, SscError
    from ssc_to_nwb.source.raw_inventory import take_inventory
    from ssc_to_nwb.source.session import read_session

    facts = load_metadata(
        dataset=file.dataset, session=str(file.key), subject=file.key.animal, files=metadata_files
    ).source
    summary = SessionSummary(session=str(file.key), path=file.path, dataset=file.dataset)
    try:
        session = read_session(file.path, options=source_options(facts), log=ProblemLog())
        listed = {plane.name: plane.listed_paths for plane in session.planes}
        inventory = None
        if file.raw_folder is not None:
            inventory = take_inventory(
                file.raw_folder,
                listed_paths=listed,
                video_trial_pattern=facts.video_pattern,
                listed_in=file.path,
            )
    except SscError as failure:
        return replace(summary, error=failure.problem)
    summary = replace(
        summary,
        mat_bytes=file.path.stat().st_size,
        trials=len(session.trials),
        subvolumes=len(session.subvolumes),
        planes=len(session.planes),
        rois=sum(plane.all_roi_numbers.size for plane in session.planes),
        whiskers=() if session.whisker is None else session.whisker.whiskers,
        data_types=_data_types(session),
        raw_missing=sum(len(paths) for paths in listed.values()),
    )
    return summary if inventory is None else _with_raw_files(summary, inventory)


def _with_raw_files(summary: SessionSummary, inventory: RawInventory) -> SessionSummary:
    missing = sum(len(plane.missing) for plane in inventory.planes)
    return replace(
        summary,
        raw_present=summary.raw_missing - missing,
        raw_missing=missing,
        raw_bytes=sum(plane.byte_size for plane in inventory.planes)
        + sum(video.byte_size for video in inventory.videos),
        videos=len(inventory.videos),
    )


def _data_types(session: Session) -> tuple[str, ...]:
    types = [] if session.whisker is None else ["whisker"]
    if session.subvolumes:
        types.append("masks")
    for kind in ("raw", "dff", "event"):
        if any(kind in volume.arrays for volume in session.subvolumes):
            types.append(kind)
    return (*types, *session.events)
