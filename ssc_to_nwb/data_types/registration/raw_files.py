"""Registration files among a session's raw files, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ssc_to_nwb.data_types.registration import problems
from ssc_to_nwb.data_types.registration.layout import shifts_path
from ssc_to_nwb.data_types.registration.source import session_shifts
from ssc_to_nwb.data_types.rule import Disposition, Rule
from ssc_to_nwb.ledger.ledger import FileEntry
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.source_files.raw_files import RawFileKind

if TYPE_CHECKING:
    from ssc_to_nwb.ledger.raw_ledger import SourceFiles
    from ssc_to_nwb.session.raw_data import RawData
    from ssc_to_nwb.session.session import Session
    from ssc_to_nwb.source_files.raw_inventory import PlaneFiles

ROLE = ("registration", RawFileKind.REGISTRATION)


def _place(plane: str) -> tuple[str, ...]:
    return (f"{shifts_path(plane)}/data",)


_RULE = Rule(
    identifier="registration-shifts",
    patterns=("fov_VVPPP/fluo_batch_out/*.imreg_out",),
    disposition=Disposition.WRITTEN,
    nwb=_place("{plane}"),
    unit="pixels",
    text="Shifts per frame, on the frames' time stamps.",
)
RAW_RULES = (_RULE,)
LEAVES_OUT = (problems.REGISTRATION_UNREADABLE, problems.REGISTRATION_LENGTH)


def plane_entries(plane: PlaneFiles, raw: RawData, files: SourceFiles) -> Iterator[FileEntry]:  # noqa: ARG001
    """The registration files of a plane in the ledger."""
    for path in plane.registration.values():
        yield files.entry(path, _RULE, role=ROLE[0], nwb=_place(plane.plane_name))


def judge_files(session: Session, raw: RawData, *, log: ProblemLog) -> None:
    """Log the registration files that cannot be used."""
    for _ in session_shifts(session, raw, log=log):
        pass
