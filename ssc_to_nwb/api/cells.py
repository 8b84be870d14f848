"""Cells through the days: which ROIs of an animal's sessions are the same cell, and the picture of one of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssc_to_nwb.problems.model import Problem
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
    from dataclasses import replace

    from ssc_to_nwb.reading.cells import join_cells

    sightings, left_out = _sightings(files)
    table = join_cells(sightings)
    return replace(table, problems=(*left_out, *table.problems))


def plot_cell(*, files: Path | str | Iterable[Path | str], cell: str, output: Path | str | None = None) -> Path | None:
    """Draw one cell through the days: its mask in each session's master image, and its response to touch.

    Parameters
    ----------
    files : path or paths
        NWB files, or folders with NWB files in them.
    cell : str
        Animal and ROI number, such as `an197522/1001`. Every session with that number is drawn; one that was not
        joined says why.
    output : path, optional
        Picture to write, .png, .svg or .pdf; a window opens where it is None.

    Returns
    -------
    Path or None
        The picture written.

    Raises
    ------
    SscError
        nwb-file-missing, nwb-file-unreadable, cell-not-in-files, picture-format-unknown, no-window, and
        output-not-writable or disk-full of the system.
    """
    from ssc_to_nwb.problems import report_kinds as kinds
    from ssc_to_nwb.problems.model import error
    from ssc_to_nwb.report.extra import check_report_extra

    check_report_extra()
    from ssc_to_nwb.report.cell_figure import draw_cell, read_cell_views
    from ssc_to_nwb.report.save_figure import save_or_show

    label = cell.partition("@")[0]
    seen = [sighting for sighting in _sightings(files)[0] if sighting.label == label]
    if not seen:
        raise error(kinds.CELL_NOT_IN_FILES, found=cell)
    views = read_cell_views(seen)
    return save_or_show(lambda figure: draw_cell(views, figure=figure, title=label), output)


def _sightings(files: Path | str | Iterable[Path | str]) -> tuple[list[CellSighting], tuple[Problem, ...]]:
    """Every ROI of the files, and which Zarr stores are left out because the file of the session is there too."""
    from ssc_to_nwb.reading.cells import read_sightings
    from ssc_to_nwb.reading.nwb_files import find_session_files
    from ssc_to_nwb.reading.nwb_session import open_nwb_session

    found = find_session_files(files)
    sightings: list[CellSighting] = []
    for file in found.files:
        with open_nwb_session(file) as session:
            if not session.is_stub:
                sightings += read_sightings(session)
    return sightings, found.problems
