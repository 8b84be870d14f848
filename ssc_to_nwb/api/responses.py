"""Responses of the ROIs of converted sessions to touch and to whisking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ssc_to_nwb.options.declare import takes
from ssc_to_nwb.options.files import ResponsesRequest

if TYPE_CHECKING:
    import pandas as pd

    from ssc_to_nwb.analysis.session_responses import EventResponses
    from ssc_to_nwb.problems.model import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseCounts:
    """How many ROIs of a session respond to one kind of event.

    Attributes
    ----------
    events, tested, responsive : int
        Events, ROIs that had enough of them, and ROIs that respond.
    share : float or None
        Responsive ROIs among those tested. None if none was.
    """

    events: int
    tested: int
    responsive: int
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionResponses:
    """The responses of one session.

    Attributes
    ----------
    session : str
        Animal and date.
    file : Path
        The NWB file.
    events : mapping of str to ResponseCounts
        By kind of event, `touch` and `whisking`.
    rois : tuple of dict
        A row per ROI and event: plane, roi, event, events, effect_dff, p, responsive. None where it was not tested.
    """

    session: str
    file: Path
    events: Mapping[str, ResponseCounts]
    rois: tuple[dict[str, Any], ...]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        from dataclasses import asdict

        counts = {event: asdict(found) for event, found in self.events.items()}
        return {"session": self.session, "file": str(self.file), **counts, "rois": list(self.rois)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseTable:
    """The responses of some sessions.

    Attributes
    ----------
    sessions : tuple of SessionResponses
        In the order of the files.
    problems : tuple of Problem
        Zarr stores left out, because the file of the session is there too.
    """

    sessions: tuple[SessionResponses, ...]
    problems: tuple[Problem, ...] = ()

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
    from ssc_to_nwb.analysis.session_responses import ResponseOptions, touch_and_whisking_responses
    from ssc_to_nwb.reading.nwb_files import find_session_files
    from ssc_to_nwb.reading.nwb_session import open_nwb_session

    found = find_session_files(request.files)
    options = ResponseOptions(false_discovery_rate=request.false_discovery_rate)
    sessions = []
    for number, file in enumerate(found.files):
        if request.on_file is not None:
            request.on_file(number, len(found.files), file)
        with open_nwb_session(file) as session:
            touch, whisking = touch_and_whisking_responses(session, options=options)
            by_event = {"touch": touch, "whisking": whisking}
            if request.figure is not None and file == found.files[-1]:
                _draw(session, by_event, Path(request.figure))
            sessions.append(
                SessionResponses(
                    session=session.title,
                    file=file,
                    events={event: _counts(one) for event, one in by_event.items()},
                    rois=tuple(row for event, one in by_event.items() for row in _rows(event, one)),
                )
            )
    return ResponseTable(sessions=tuple(sessions), problems=found.problems)


def _draw(session: Any, by_event: Mapping[str, EventResponses], figure: Path) -> None:
    from ssc_to_nwb.problems.system_errors import system_errors_named
    from ssc_to_nwb.report.extra import check_report_extra

    check_report_extra()
    from ssc_to_nwb.report.response_figure import save_responses

    with system_errors_named(figure):
        save_responses(session, by_event, figure)


def _counts(found: EventResponses) -> ResponseCounts:
    return ResponseCounts(
        events=int(found.event_s.size),
        tested=found.tested_count,
        responsive=found.responsive_count,
        share=found.share if found.tested_count else None,
    )


def _rows(event: str, found: EventResponses) -> Iterable[dict[str, Any]]:
    columns = (found.plane_names, found.roi_numbers, found.event_count, found.effect, found.p_value, found.responsive)
    for plane, roi, count, effect, p_value, responds in zip(*(column.tolist() for column in columns), strict=True):
        yield {
            "plane": plane,
            "roi": roi,
            "event": event,
            "events": count,
            "effect_dff": effect if effect == effect else None,
            "p": p_value if p_value == p_value else None,
            "responsive": responds,
        }
