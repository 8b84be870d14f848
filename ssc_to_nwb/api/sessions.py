"""List the sessions of a source, without converting anything."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from ssc_to_nwb.json_lines import AsJson, fact, facts
from ssc_to_nwb.options.declare import takes
from ssc_to_nwb.options.sources import ListRequest
from ssc_to_nwb.problems.model import Problem, ProblemLog, SscError
from ssc_to_nwb.quantities import plural

if TYPE_CHECKING:
    import pandas as pd

    from ssc_to_nwb.metadata.census import CensusComparison
    from ssc_to_nwb.run.session_sources import SessionSource
    from ssc_to_nwb.session.context import SessionContext
    from ssc_to_nwb.session.session import Session


@facts
class SessionSummary(AsJson):
    """What a session holds. If it cannot be read, `error` says why, and the counts are 0."""

    session: str = fact("Name, such as `an197522_2013_03_08`.")
    path: Path = fact("The session file, or where it would be after unpacking.")
    dataset: str = fact("ssc-1 or ssc-2.")
    mat_bytes: int = fact("Size of the session file.", default=0)
    trials: int = fact("How many trials there are.", default=0)
    subvolumes: int = fact("How many imaged subvolumes.", default=0)
    planes: int = fact("How many imaged planes.", default=0)
    rois: int = fact("How many ROIs.", default=0)
    whiskers: tuple[str, ...] = fact("Names of the tracked whiskers.", default=())
    data_types: tuple[str, ...] = fact(
        "Of whisker, raw, dff, event, masks, the kinds of registered data types, and the names of the event series.",
        default=(),
    )
    raw_present: int = fact("Listed imaging stacks that are there.", default=0)
    raw_missing: int = fact("Listed imaging stacks that are not there.", default=0)
    raw_bytes: int = fact(
        "Size of all raw files that are there: stacks, what lies beside them, and whisker videos.", default=0
    )
    side_files: int = fact("Files of the registration beside the stacks.", default=0)
    videos: int = fact("Whisker videos.", default=0)
    packed_in: tuple[Path, ...] = fact("Packed files that hold some of the session.", default=())
    census: CensusComparison | None = fact("Comparison of ROIs and frames with the census.", default=None)
    warnings: tuple[Problem, ...] = fact("About files among the raw files.", default=())
    error: Problem | None = fact("Why the session cannot be read.", default=None)

    @property
    def counts_text(self) -> str:
        """What there is, in a line."""
        names = ("trial", "subvolume", "plane", "ROI")
        counts = (self.trials, self.subvolumes, self.planes, self.rois)
        counted = [plural(count, name) for count, name in zip(counts, names, strict=True)]
        return ", ".join((*counted, f"whiskers {', '.join(self.whiskers) or 'none'}"))


@takes(ListRequest)
def list_sessions(request: ListRequest) -> tuple[SessionSummary, ...]:
    """Summaries of the sessions in `source`, unpacked and packed, sorted by animal and date.

    Packed session files are unpacked to the system's temporary folder, one at a time.

    Returns
    -------
    tuple of SessionSummary
        One per session.

    Raises
    ------
    SscError
        source-missing, no-session-found, session-found-twice, `metadata-*`.
    """
    from ssc_to_nwb.run.session_sources import SourceSearch, checked_metadata, find_chosen

    found, not_taken = find_chosen(request, SourceSearch(on_listing=request.on_listing))
    if request.on_not_taken is not None:
        for problem in not_taken:
            request.on_not_taken(problem)
    extra = tuple(Path(path) for path in request.metadata_files)
    checked_metadata(found, extra)
    return tuple(summarize(one, metadata_files=extra, place=Path(tempfile.gettempdir())) for one in found)


def sessions_table(summaries: Sequence[SessionSummary]) -> pd.DataFrame:
    """The summaries as a pandas DataFrame, one row per session, for queries.

    Parameters
    ----------
    summaries : Sequence[SessionSummary]
        From `list_sessions`.

    Returns
    -------
    pandas.DataFrame
        Indexed by session, with the keys of `SessionSummary.as_dict` as columns; empty without sessions.
    """
    import pandas as pd

    names = ("whiskers", "data_types")
    rows = [{**summary.as_dict(), **{name: getattr(summary, name) for name in names}} for summary in summaries]
    return pd.DataFrame(rows).set_index("session") if rows else pd.DataFrame()


def summarize(
    source: SessionSource,
    *,
    metadata_files: Sequence[Path],
    place: Path,
    allow_unmapped: bool = False,
    check: Callable[[SessionContext], None] = lambda _: None,
) -> SessionSummary:
    """What one session holds, its session file unpacked below `place` for the time being where it is packed.

    metadata_files: the user's, read in this order on top of the packaged ones; check: looks further at what was read.
    What is wrong with the source, or with the metadata of this session, is in the summary.
    """
    from ssc_to_nwb.metadata.loader import load_metadata
    from ssc_to_nwb.run.session_sources import unpacked_session
    from ssc_to_nwb.session.context import SessionContext
    from ssc_to_nwb.session.session import read_session

    summary = SessionSummary(
        session=source.name,
        path=source.path,
        dataset=source.dataset,
        packed_in=() if source.packed is None else source.packed.packed_files(),
        error=source.problem,
    )
    if source.problem is not None:
        return summary
    try:
        metadata = load_metadata(
            dataset=source.dataset, session=source.name, subject=source.subject, files=metadata_files
        )
    except SscError as failure:
        return replace(summary, error=failure.problem)
    with tempfile.TemporaryDirectory(prefix=".ssc-to-nwb-", dir=place) as name:
        folder = Path(name)
        try:
            with unpacked_session(source, folder / "unpacked", raw=False, on_bytes=lambda *_: None) as file:
                session = read_session(
                    file.path, facts=metadata.source, allow_unmapped=allow_unmapped, log=ProblemLog()
                )
                summary = replace(summary, mat_bytes=file.path.stat().st_size, **_contents(session))
                summary = replace(summary, **_raw_counts(session, source))
                check(SessionContext(session=session, metadata=metadata, log=ProblemLog()))
                return summary
        except SscError as failure:
            problem = failure.problem
            if problem.file is not None:
                problem = replace(problem, file=source.origin(problem.file, folder / "unpacked"))
            return replace(summary, error=problem)


def _contents(session: Session) -> dict[str, Any]:
    from ssc_to_nwb.data_types.whisker.source import whisker_of
    from ssc_to_nwb.session.context import census_comparison

    whisker = whisker_of(session)
    return {
        "census": census_comparison(session),
        "trials": len(session.trials),
        "subvolumes": len(session.subvolumes),
        "planes": len(session.planes),
        "rois": sum(plane.all_roi_numbers.size for plane in session.planes),
        "whiskers": () if whisker is None else whisker.whiskers,
        "data_types": _data_types(session),
    }


def _raw_counts(session: Session, source: SessionSource) -> dict[str, Any]:
    """Listed stacks there and missing, and videos: in packed files, in the session's folder, or nowhere."""
    from ssc_to_nwb.session.raw_data import report_inventory, report_without_folder
    from ssc_to_nwb.source_files.disk_walk import raw_files_below
    from ssc_to_nwb.source_files.raw_inventory import take_inventory

    listed = {plane.name: plane.listed_paths for plane in session.planes}
    if source.packed is not None and source.packed.raw:
        return _counts_of(listed, source.packed.raw_sizes, folder=source.path.parent)
    log = ProblemLog()
    if source.session_file is None or source.session_file.raw_folder is None:
        if source.packed is None:
            report_without_folder(session, required=False, log=log)
        # That there is no folder is no news; a link or a file in its place is.
        warnings = tuple(one for one in log.problems if one.found is not None)
        return {"raw_missing": sum(map(len, listed.values())), "warnings": warnings}
    folder = source.session_file.raw_folder
    report_inventory(take_inventory(folder, listed_paths=listed, listed_in=source.path), log=log)
    sizes = {entry.below: entry.status.st_size for entry in raw_files_below(folder) if entry.obstacle is None}
    return {"warnings": tuple(log.problems), **_counts_of(listed, sizes, folder=folder)}


def _counts_of(listed: Mapping[str, Sequence[str]], sizes: Mapping[str, int], *, folder: Path) -> dict[str, int]:
    """The same of raw files whose bytes are given by their paths below the session's folder."""
    from ssc_to_nwb.source_files.raw_files import FolderListing, RawFileKind, is_side_file, kind_of_file

    listing = FolderListing(folder, sizes)
    stacks = [file for paths in listed.values() for file in listing.find(paths)]
    there = [file for file in stacks if file.path is not None]
    videos = [size for path, size in sizes.items() if kind_of_file(Path(path).name) is RawFileKind.VIDEO]
    return {
        "raw_present": len(there),
        "raw_missing": len(stacks) - len(there),
        "raw_bytes": sum(sizes.values()),
        "videos": len(videos),
        "side_files": sum(is_side_file(PurePosixPath(path).name) for path in sizes),
    }


def _data_types(session: Session) -> tuple[str, ...]:
    types = list(session.arrays)
    if session.subvolumes:
        types.append("masks")
    for kind in ("raw", "dff", "event"):
        if any(kind in volume.arrays for volume in session.subvolumes):
            types.append(kind)
    return (*types, *session.events)
