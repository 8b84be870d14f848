"""Cells are joined through an animal's sessions where number, plane and position agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_sessions import Converted
from session_variants import DAYS

from ssc_to_nwb.api.rois import cells
from ssc_to_nwb.reading.cells import CellSighting, join_cells, roi_event_rates_hz
from ssc_to_nwb.reading.opened_session import open_nwb_session

FIRST = CellSighting(
    label="an1/1001", session="an1_2013_03_08", file=Path("a.nwb"), plane="fov_01002", centroid_x_um=100.0,
    centroid_y_um=50.0, depth_from_first_plane_um=0.0, event_rate_hz=0.1,
)  # fmt: skip
LATER = replace(FIRST, session="an1_2013_03_09", file=Path("b.nwb"))


class TestJoining:
    def test_the_same_number_at_the_same_place_is_one_cell(self) -> None:
        table = join_cells([replace(LATER, centroid_x_um=106.0, centroid_y_um=58.0), FIRST])
        ((name, sightings),) = table.cells.items()
        assert name == "an1/1001"
        assert [one.session for one in sightings] == ["an1_2013_03_08", "an1_2013_03_09"]
        assert table.problems == ()

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"plane": "fov_01003"}, "plane fov_01003, in an1_2013_03_08 fov_01002"),
            ({"centroid_x_um": 106.1, "centroid_y_um": 58.0}, "centroid 10.1 um from that in an1_2013_03_08"),
            ({"centroid_x_um": np.nan, "centroid_y_um": np.nan}, "no mask, so no position"),
        ],
    )
    def test_what_disagrees_is_reported_and_not_joined(self, change: dict[str, object], why: str) -> None:
        table = join_cells([FIRST, replace(LATER, **change)])
        assert list(table.cells) == ["an1/1001", "an1/1001@an1_2013_03_09"]
        (problem,) = table.problems
        assert problem.kind.identifier == "cell-not-joined"
        assert (problem.field, problem.file, problem.found) == ("an1/1001", "b.nwb", why)

    def test_a_session_of_other_tissue_does_not_part_the_others(self) -> None:
        other = replace(FIRST, session="an1_2013_03_08b", centroid_x_um=400.0)
        table = join_cells([other, LATER, FIRST])
        assert {name: [one.session for one in sightings] for name, sightings in table.cells.items()} == {
            "an1/1001": ["an1_2013_03_08", "an1_2013_03_09"],
            "an1/1001@an1_2013_03_08b": ["an1_2013_03_08b"],
        }

    def test_cells_are_in_order_of_animal_and_number(self) -> None:
        sightings = [replace(FIRST, label=label) for label in ("an2/7", "an1/1001", "an1/9")]
        assert list(join_cells(sightings).cells) == ["an1/9", "an1/1001", "an2/7"]


class TestFiles:
    """Two days of one animal with the same tissue, and other tissue on the second day."""

    @pytest.fixture(scope="class")
    def files(self, convert_once: Callable[..., Converted]) -> list[Path]:
        return [convert_once(**fields).path for fields in DAYS]

    def test_numbers_of_other_tissue_are_kept_apart(self, files: list[Path]) -> None:
        table = cells(files=files)
        rows = table.data_frame().set_index(["cell", "session"])
        joined = {name: sightings for name, sightings in table.cells.items() if len(sightings) > 1}
        assert joined
        for name, sightings in joined.items():
            days = ["an900001_2013_03_08", "an900001_2013_03_10"]
            assert [one.session for one in sightings][:2] == days
            first, second = (rows.loc[(name, day)] for day in days)
            assert first[["plane", "centroid_x_um", "centroid_y_um"]].equals(
                second[["plane", "centroid_x_um", "centroid_y_um"]]
            )
            assert first["sessions"] == len(sightings)
        apart = [sightings for name, sightings in table.cells.items() if name.endswith("@an900001_2013_03_10b")]
        assert len(apart) == len(table.problems) > 0
        for (other,) in apart:
            first = rows.loc[(other.label, "an900001_2013_03_08")]
            apart_um = np.hypot(
                other.centroid_x_um - first["centroid_x_um"], other.centroid_y_um - first["centroid_y_um"]
            )
            assert apart_um > 10.0

    def test_the_rate_counts_frames_with_an_event(self, files: list[Path]) -> None:
        with open_nwb_session(files[0]) as session:
            plane = session.planes[0]
            events = plane.traces("event")
            assert events is not None
            rates = roi_event_rates_hz(plane)
            for number, values in events.items():
                there = values[np.isfinite(values)]
                seconds = there.size / plane.imaging_plane.imaging_rate
                assert rates[number] == pytest.approx(np.count_nonzero(there > 0) / seconds)

    def test_a_stub_is_no_session(self, converted_stub: Converted) -> None:
        assert cells(files=converted_stub.path).cells == {}
