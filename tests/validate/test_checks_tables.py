"""References to rows, and ragged columns."""

from __future__ import annotations

import h5py
import pytest
from check_runs import RunCheck

from ssc_to_nwb.validate import checks_objects

ROIS = "/processing/ophys/DfOverF/dff_fov_01002/rois"


def test_negative_rows_are_out_of_range(check_values: RunCheck) -> None:
    def spoil(file: h5py.File) -> None:
        file[ROIS][0] = -1

    found = check_values(checks_objects.check_table_region_in_range, spoil)
    assert found == [f"{ROIS}: 1 references name rows -1; plane_segmentation_fov_01002 has 3 rows."]


@pytest.mark.parametrize(
    ("ends", "found"), [((2, 4, 6), False), ((2, 1, 6), True), ((2, 4, 7), True), ((2, 4, 4), True)]
)
def test_ragged_ends(ends: tuple[int, ...], found: bool, check_values: RunCheck) -> None:
    def spoil(file: h5py.File) -> None:
        file["/processing/ophys/ImageSegmentation/plane_segmentation_fov_01002/pixel_mask_index"][:] = ends

    assert bool(check_values(checks_objects.check_ragged_index, spoil)) == found
