"""The same cells in the sessions of one animal, from converted files alone.

A ROI's number is the same cell in every session of its animal in which it is found. Some sessions show other tissue
under the same numbers, so two sightings are joined only where plane and position agree as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem
from ssc_to_nwb.reading.imaged_plane import ImagedPlane, event_rates_hz
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.nwb_table import numbers_of, read_table

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
class CellTable:
    """All cells of some files, and what kept sightings of one number from being joined.

    cells: by name, in order, the sightings of each, one per session; the name is the label, with the session after it
    where other tissue has the same number, `an197522/1001@<session>`; problems: sightings of one number that were not
    joined.
    """

    cells: Mapping[str, tuple[CellSighting, ...]]
    problems: tuple[Problem, ...] = ()

    def data_frame(self) -> pd.DataFrame:
        """A row per cell and session: names, plane, position in um, event rate in Hz, how many sessions, file."""
        import pandas as pd

        rows = [
            {**asdict(sighting), "cell": name, "sessions": len(sightings), "file": str(sighting.file)}
            for name, sightings in self.cells.items()
            for sighting in sightings
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
    rois, rates = read_table(plane.segmentation, ragged=False), roi_event_rates_hz(plane)
    names = ("centroid_x_um", "centroid_y_um", "depth_from_first_plane_um")
    for number, *where in zip(rois.index.tolist(), *(numbers_of(rois, name).tolist() for name in names), strict=True):
        yield CellSighting(
            label=f"{session.subject_id}/{number}",
            session=session.name,
            file=session.path,
            plane=plane.name,
            event_rate_hz=rates.get(number, np.nan),
            **dict(zip(names, where, strict=True)),
        )


def roi_event_rates_hz(plane: ImagedPlane) -> dict[int, float]:
    """Mean rate of calcium events by ROI number; empty where the file has no events or no imaging rate."""
    events, interval_s = plane.traces("event"), plane.frame_interval_s
    if events is None or interval_s is None:
        return {}
    return dict(event_rates_hz(events, interval_s=interval_s))


def join_cells(sightings: Sequence[CellSighting]) -> CellTable:
    """Join sightings of one number where plane and position agree with those of the first session that has it.

    Each number that is more than one cell is a problem in the table.
    """
    by_label: dict[str, list[CellSighting]] = {}
    for sighting in sorted(sightings, key=lambda one: (*_sort_key(one.label), one.session)):
        by_label.setdefault(sighting.label, []).append(sighting)
    cells: dict[str, tuple[CellSighting, ...]] = {}
    problems: list[Problem] = []
    for label, seen in by_label.items():
        first, *others = _groups(seen)
        cells[label] = tuple(first)
        for other, *later in others:
            cells[f"{label}@{other.session}"] = (other, *later)
            expected, found = f"plane and position as in {first[0].session}", other.differs_from(first[0])
            kind, file = kinds.CELL_NOT_JOINED, str(other.file)
            problems.append(Problem(kind=kind, file=file, field=label, expected=expected, found=found))
    return CellTable(cells=cells, problems=tuple(problems))


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
