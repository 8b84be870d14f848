"""ROIs of converted sessions: which are the same cell through the days, and their responses to touch and whisking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ssc_to_nwb.json_lines import AsJson, fact, facts
from ssc_to_nwb.options.declare import takes
from ssc_to_nwb.options.files import FilesRequest, PlotCellRequest, ResponsesRequest
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, error
from ssc_to_nwb.problems.system_errors import system_errors_named
from ssc_to_nwb.quantities import listed

if TYPE_CHECKING:
    import pandas as pd

    from ssc_to_nwb.analysis.session_responses import EventResponses
    from ssc_to_nwb.reading.cells import CellSighting, CellTable


@takes(FilesRequest)
def cells(request: FilesRequest) -> CellTable:
    """List every cell of some converted sessions, with the sessions that have it.

    Stubs are left out: they are parts of sessions.

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

    sightings, left_out = _sightings(request.files)
    table = join_cells(sightings)
    return replace(table, problems=(*left_out, *table.problems))


@takes(PlotCellRequest)
def plot_cell(request: PlotCellRequest) -> Path | None:
    """Draw one cell through the days: its mask in each session's master image, and its response to touch.

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
    from ssc_to_nwb.report.single_picture import check_report_extra

    check_report_extra()
    from ssc_to_nwb.report.cell_figure import draw_cell, read_cell_views
    from ssc_to_nwb.report.single_picture import save_or_show

    label = request.cell.partition("@")[0]
    sightings = _sightings(request.files)[0]
    seen = [sighting for sighting in sightings if sighting.label == label]
    if not seen:
        labels = list(dict.fromkeys(sighting.label for sighting in sightings))
        raise error(kinds.CELL_NOT_IN_FILES, expected=listed(labels, most=5), found=request.cell)
    views = read_cell_views(seen)
    return save_or_show(lambda figure: draw_cell(views, figure=figure, title=label), request.output)


def _sightings(files: Path | str | Iterable[Path | str]) -> tuple[list[CellSighting], tuple[Problem, ...]]:
    """Every ROI of the files, and which Zarr stores are left out because the file of the session is there too."""
    from ssc_to_nwb.reading.cells import read_sightings
    from ssc_to_nwb.reading.nwb_files import find_session_files
    from ssc_to_nwb.reading.opened_session import open_nwb_session

    found = find_session_files(files)
    sightings: list[CellSighting] = []
    for file in found.files:
        with open_nwb_session(file) as session:
            if not session.is_stub:
                sightings += read_sightings(session)
    return sightings, found.problems


@facts
class ResponseCounts:
    """How many ROIs of a session respond to one kind of event."""

    events: int = fact("How many events there are.")
    tested: int = fact("ROIs that had enough of them.")
    responsive: int = fact("ROIs that respond.")
    share: float | None = fact("Responsive ROIs among those tested. None if none was.")


@facts
class SessionResponses(AsJson):
    """The responses of one session."""

    session: str = fact("Animal and date.")
    file: Path = fact("The NWB file.")
    events: Mapping[str, ResponseCounts] = fact("By kind of event, `touch` and `whisking`.")
    rois: tuple[dict[str, Any], ...] = fact(
        "A row per ROI and event: plane, roi, event, events, effect_dff, p, responsive. None where it was not tested."
    )

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        values = AsJson.as_dict(self)
        return {**values.pop("events"), **values}


@facts
class ResponseTable:
    """The responses of some sessions."""

    sessions: tuple[SessionResponses, ...] = fact("In the order of the files.")
    problems: tuple[Problem, ...] = fact(
        "Zarr stores left out, because the file of the session is there too.", default=()
    )

    def data_frame(self) -> pd.DataFrame:
        """A row per session, ROI and event."""
        import pandas as pd

        return pd.DataFrame([{"session": one.session, **row} for one in self.sessions for row in one.rois])


@takes(ResponsesRequest)
def responses(request: ResponsesRequest) -> ResponseTable:
    """Test every ROI for a response to the first touch of a trial, and to the onset of whisking without touch.

    Returns
    -------
    ResponseTable
        The sessions in the order of the files.

    Raises
    ------
    SscError
        nwb-file-missing, nwb-file-unreadable; with a figure: picture-format-unknown, output-not-writable, disk-full,
        extra-not-installed.
    """
    from ssc_to_nwb.analysis.session_responses import ResponseOptions, session_responses
    from ssc_to_nwb.reading.nwb_files import find_session_files
    from ssc_to_nwb.reading.opened_session import open_nwb_session

    found = find_session_files(request.files)
    options = ResponseOptions(false_discovery_rate=request.false_discovery_rate)
    sessions = []
    for number, file in enumerate(found.files):
        if request.on_file is not None:
            request.on_file(number, len(found.files), file)
        with open_nwb_session(file) as session:
            by_event = session_responses(session, options=options)
            if request.figure is not None and file == found.files[-1]:
                _draw(session, by_event, Path(request.figure))
            sessions.append(
                SessionResponses(
                    session=session.title,
                    file=file,
                    events={
                        event: ResponseCounts(
                            events=int(one.event_s.size),
                            tested=one.tested_count,
                            responsive=one.responsive_count,
                            share=one.share if one.tested_count else None,
                        )
                        for event, one in by_event.items()
                    },
                    rois=tuple(row for event, one in by_event.items() for row in _rows(event, one)),
                )
            )
    return ResponseTable(sessions=tuple(sessions), problems=found.problems)


def _draw(session: Any, by_event: Mapping[str, EventResponses], figure: Path) -> None:
    from ssc_to_nwb.report.single_picture import check_report_extra

    check_report_extra()
    from ssc_to_nwb.report.responses import save_responses

    with system_errors_named(figure):
        save_responses(session, by_event, figure)


def _rows(event: str, found: EventResponses) -> Iterable[dict[str, Any]]:
    columns = ["plane", "roi", "event", "events", "effect_dff", "p", "responsive"]
    rows = found.rois.assign(event=event)[columns].astype(object)
    yield from rows.where(rows.notna(), None).to_dict("records")
