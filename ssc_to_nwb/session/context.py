"""What every interface of one session needs: the session as read, the metadata, the clock, the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ssc_to_nwb.clock import Clock
from ssc_to_nwb.matlab.stored_chars import MatRead
from ssc_to_nwb.metadata.census import CensusComparison, SubvolumeSize, compare_with_census
from ssc_to_nwb.metadata.model import Metadata
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.session.session import Session, read_session
from ssc_to_nwb.source_files.session_files import dataset_of, key_from_path


@dataclass(frozen=True, kw_only=True)
class SessionContext:
    """One session, ready to be converted. Belongs to that session alone.

    Attributes
    ----------
    session : Session
        As its MATLAB file has it.
    metadata : Metadata
        Packaged, with a user's files on top.
    log : ProblemLog
        Takes the warnings.
    """

    session: Session
    metadata: Metadata
    log: ProblemLog = field(default_factory=ProblemLog)

    @cached_property
    def clock(self) -> Clock:
        """From the session's clock to seconds after its start."""
        return Clock(zero_offset_s=self.metadata.assumptions.clock_zero_offset_s)


def load_context(path: Path, *, metadata_files: Sequence[Path] = (), log: ProblemLog | None = None) -> SessionContext:
    """Read and check a session file with the metadata of its data set and a user's files on top.

    metadata_files: in the order in which they are applied. Raises SscError of any kind that reading the source or the
    metadata can meet.
    """
    from ssc_to_nwb.metadata.loader import load_metadata

    key = key_from_path(path)
    metadata = load_metadata(dataset=dataset_of(path), session=str(key), subject=key.animal, files=metadata_files)
    return read_context(path, metadata, log=ProblemLog() if log is None else log)


def read_context(
    path: Path, metadata: Metadata, *, log: ProblemLog, allow_unmapped: bool = False, read: MatRead | None = None
) -> SessionContext:
    """Read and check a session file.

    allow_unmapped: arrays and event series of no known kind are left to the ledger, which keeps them whole; read: reads
    the session file in place of the conversion's reader. Raises SscError of any kind that reading the source can meet.
    """
    session = read_session(path, facts=metadata.source, allow_unmapped=allow_unmapped, read=read, log=log)
    census = census_comparison(session)
    if census.differs:
        log.add(kinds.CENSUS_DIFFERS, file=path, found=census)
    return SessionContext(session=session, metadata=metadata, log=log)


def census_comparison(session: Session) -> CensusComparison:
    """Whether the session's dF/F arrays, or what it has in their place, have the sizes that the census gives."""
    arrays = [volume.arrays.get("dff", volume.first_array) for volume in session.subvolumes]
    sizes = [SubvolumeSize(rois=array.values.shape[0], frames=array.values.shape[1]) for array in arrays]
    return compare_with_census(str(session.key), sizes)
