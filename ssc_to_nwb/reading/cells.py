"""The same cells in the sessions of one animal, from converted files alone.

A ROI's number is the same cell in every session of its animal in which it is found. Some sessions show other tissue
under the same numbers, so two sightings are joined only where plane and position agree as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem
from ssc_to_nwb.reading.imaged_plane import ImagedPlane
from ssc_to_nwb.reading.nwb_session import NwbSession

if TYPE_CHECKING:
    import pandas as pd

FARTHEST_UM = 10.0
"""How far apart the centroids of one cell may lie in two sessions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellSighting:
    """A ROI of one session.

    label: animal and ROI number, `an197522/1001`; session: name of the session; file: the NWB file, or its address;
    plane: name of the imaging plane; centroid_x_um, centroid_y_um: centroid of the mask in um; NaN without a mask;
    depth_from_first_plane_um: depth below the first plane of the session in um, as the ROI table has it; event_rate_hz:
    calcium events per second of imaging; NaN where the file has no events of the ROI.
    """

    label: str
    session: str
    file: Path | str
    plane: str
    centroid_x_um: float
    centroid_y_um: float
    depth_from_first_plane_um: float
    event_rate_hz: float

    def differs_from(self, other: CellSighting) -> str | None:
        """Why this and another sighting with the same label cannot be joined, in words; None where they agree."""
        if self.plane != other.plane:
            return f"plane {self.plane}, in {other.session} {other.plane}"
        apart_um = float(np.hypot(self.centroid_x_um - other.centroid_x_um, self.centroid_y_um - other.centroid_y_um))
        if np.isnan(apart_um):
            return "no mask, so no position"
        if apart_um > FARTHEST_UM:
            return f"centroid {apart_um:.1f} um from that in {other.session}"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: its sightings, one per session, in the order of the sessions.

    name: the label; with the session after it where other tissue has the same number, `an197522/1001@<session>`;
    sightings: at most one per session.
    """

    name: str
    sightings: tuple[CellSighting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellTable:
    """All cells of some files, sorted by name, and what kept sightings of one number from being joined.

    Attributes
    ----------
    cells : tuple of Cell
        Sorted by name.
    problems : tuple of Problem
        Sightings of one number that were not joined.
    """

    cells: tuple[Cell, ...]
    problems: tuple[Problem, ...] = ()

    def data_frame(self) -> pd.DataFrame:
        """A row per cell and session: names, plane, position in um, event rate in Hz, how many sessions, file."""
        import pandas as pd

        rows = [
            {**asdict(sighting), "cell": cell.name, "sessions": len(cell.sightings), "file": str(sighting.file)}
            for cell in self.cells
            for sighting in cell.sightings
        ]
        return pd.DataFrame(rows, columns=list(_COLUMNS))


_COLUMNS = (
    "cell", "session", "plane", "centroid_x_um", "centroid_y_um", "depth_from_first_plane_um", "event_rate_hz",
    "sessions", "file",
)  # fmt: skip


def read_sightings(session: NwbSession) -> list[CellSighting]:
    """Read every ROI of an open file, plane by plane."""
    return [sighting for plane in session.planes for sighting in _of_plane(session, plane)]


def _of_plane(session: NwbSession, plane: ImagedPlane) -> Iterable[CellSighting]:
    rois, rates = plane.rois, event_rates_hz(plane)
    names = ("centroid_x_um", "centroid_y_um", "depth_from_first_plane_um")
    for number, *where in zip(rois.ids.tolist(), *(rois.numbers(name).tolist() for name in names), strict=True):
        yield CellSighting(
            label=f"{session.subject_id}/{number}",
            session=session.name,
            file=session.path,
            plane=plane.name,
            event_rate_hz=rates.get(number, np.nan),
            **dict(zip(names, where, strict=True)),
        )


def event_rates_hz(plane: ImagedPlane) -> dict[int, float]:
    """Mean rate of calcium events by ROI number: frames with an event, per second of the frames that exist.

    NaN for a ROI without frames; empty where the file has no events or no imaging rate.
    """
    events, interval_s = plane.traces("event"), plane.frame_interval_s
    if events is None or interval_s is None:
        return {}
    return dict(zip(events.roi_numbers.tolist(), events.event_rates_hz(interval_s).tolist(), strict=True))


def join_cells(sightings: Sequence[CellSighting]) -> CellTable:
    """Join sightings of one number where plane and position agree with those of the first session that has it.

    Each number that is more than one cell is a problem in the table.
    """
    by_label: dict[str, list[CellSighting]] = {}
    for sighting in sorted(sightings, key=lambda one: (*_sort_key(one.label), one.session)):
        by_label.setdefault(sighting.label, []).append(sighting)
    cells: list[Cell] = []
    problems: list[Problem] = []
    for label, seen in by_label.items():
        first, *others = _groups(seen)
        cells += [Cell(name=label, sightings=tuple(first))]
        cells += [Cell(name=f"{label}@{group[0].session}", sightings=tuple(group)) for group in others]
        problems += [
            Problem(
                kind=kinds.CELL_NOT_JOINED,
                file=str(group[0].file),
                field=label,
                expected=f"plane and position as in {first[0].session}",
                found=group[0].differs_from(first[0]),
            )
            for group in others
        ]
    return CellTable(cells=tuple(cells), problems=tuple(problems))


def _groups(seen: Sequence[CellSighting]) -> list[list[CellSighting]]:
    groups: list[list[CellSighting]] = []
    for sighting in seen:
        fitting = next((group for group in groups if sighting.differs_from(group[0]) is None), None)
        if fitting is None:
            groups.append([sighting])
        else:
            fitting.append(sighting)
    return groups


def _sort_key(label: str) -> tuple[str, int]:
    animal, _, number = label.rpartition("/")
    return animal, int(number)
