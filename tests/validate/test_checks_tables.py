"""References to rows and samples."""

from __future__ import annotations

import h5py
import pytest
from check_runs import RunCheck
from pynwb.base import TimeSeries, TimeSeriesReference, TimeSeriesReferenceVectorData
from ssc_like import sound_nwbfile

from ssc_to_nwb.validate import checks_tables

ROIS = "/processing/ophys/DfOverF/dff_fov_01002/rois"
REFERENCES = "/intervals/trials/timeseries"


def test_negative_rows_are_out_of_range(run_check: RunCheck) -> None:
    def spoil(file: h5py.File) -> None:
        file[ROIS][0] = -1

    found = run_check(checks_tables.check_table_region_in_range, spoil)
    assert found == [f"{ROIS}: 1 references name rows -1; plane_segmentation_fov_01002 has 3 rows."]


@pytest.mark.parametrize(
    ("first", "count", "found"), [(0, 450, False), (-1, -1, False), (0, 451, True), (-1, 5, True), (450, 0, False)]
)
def test_references_reach_the_last_sample_and_no_further(
    first: int, count: int, found: bool, run_check: RunCheck
) -> None:
    def spoil(file: h5py.File) -> None:
        row = file[REFERENCES][2]
        row["idx_start"], row["count"] = first, count
        file[REFERENCES][2] = row

    assert bool(run_check(checks_tables.check_series_references_in_range, spoil)) == found


def test_references_in_memory() -> None:
    series = TimeSeries(name="a", data=[1.0, 2.0], unit="V", rate=1.0)
    column = TimeSeriesReferenceVectorData(data=[TimeSeriesReference(0, 2, series), TimeSeriesReference(1, 2, series)])
    found = checks_tables.check_series_references_in_range(column)
    assert found.message == "1 references: row 1: 2 samples from 1 of a, which has 2."


def test_references_to_films_count_their_time_stamps() -> None:
    video = sound_nwbfile().acquisition["whisker_video"]
    column = TimeSeriesReferenceVectorData(
        data=[TimeSeriesReference(0, 450, video), TimeSeriesReference(1, 450, video)]
    )
    found = checks_tables.check_series_references_in_range(column)
    assert found.message == "1 references: row 1: 450 samples from 1 of whisker_video, which has 450."


@pytest.mark.parametrize(
    ("ends", "found"), [((2, 4, 6), False), ((2, 1, 6), True), ((2, 4, 7), True), ((2, 4, 4), True)]
)
def test_ragged_ends(ends: tuple[int, ...], found: bool, run_check: RunCheck) -> None:
    def spoil(file: h5py.File) -> None:
        file["/intervals/trials/timeseries_index"][:] = ends

    assert bool(run_check(checks_tables.check_ragged_index, spoil)) == found
