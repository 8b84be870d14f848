"""Cells through the days: which ROIs of an animal's sessions are the same cell."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssc_to_nwb.reading.cells import CellSighting, CellTable


def cells(*, files: Path | str | Iterable[Path | str]) -> CellTable:
    """List every cell of some converted sessions, with the sessions that have it.

    Parameters
    ----------
    files : path or paths
        NWB files, or folders with NWB files in them. Stubs are left out: they are parts of sessions.

    Returns
    -------
    CellTable
        `data_frame()` has a row per cell and session; `problems` says which ROIs of one number were not joined.

    Raises
    ------
    SscError
        nwb-file-missing, nwb-file-unreadable.
    """
    from ssc_to_nwb.reading.cells import join_cells

    return join_cells(_sightings(files))


def _sightings(files: Path | str | Iterable[Path | str]) -> list[CellSighting]:
    from ssc_to_nwb.reading.cells import read_sightings
    from ssc_to_nwb.reading.nwb_session import open_nwb_session
    from ssc_to_nwb.report.build import nwb_files

    given = [files] if isinstance(files, str | Path) else files
    found: list[CellSighting] = []
    for file in nwb_files(Path(one) for one in given):
        with open_nwb_session(file) as session:
            if not session.is_stub:
                found += read_sightings(session)
    return found
