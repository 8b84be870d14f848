"""The source's own index of frames survives, whether or not the stacks are there."""

from __future__ import annotations

from typing import Any

import numpy as np
from made_sessions import Converted


def test_every_time_stamp_has_its_file_and_frame(converted_awkward: Converted, nwb_awkward: Any):
    module = nwb_awkward.processing["source"]
    for plane in converted_awkward.made.planes:
        table = module[f"frame_index_{plane.name}"]
        found = np.array([table["file_number"][:], table["frame_number"][:]], dtype=float)
        np.testing.assert_array_equal(np.where(found == 0, np.nan, found), plane.frame_index)


def test_listed_paths_are_those_of_the_rig(converted_awkward: Converted, nwb_awkward: Any):
    table = nwb_awkward.processing["source"]["source_stacks"].to_dataframe()
    for plane in converted_awkward.made.planes:
        rows = table[table["plane"] == plane.name]
        assert rows["listed_path"].tolist() == list(plane.listed_paths)
        assert rows["file_number"].tolist() == list(range(1, len(plane.listed_paths) + 1))


def test_index_rows_are_those_of_the_traces(nwb_awkward: Any):
    index = nwb_awkward.processing["source"]["frame_index_fov_04002"]
    series = nwb_awkward.processing["ophys"]["DfOverF"]["dff_fov_04002"]
    has_frame = np.asarray(index["file_number"][:]) > 0
    values = np.asarray(series.data[:])
    assert len(has_frame) == len(values)
    assert np.isnan(values[~has_frame]).all()
    assert not np.isnan(values[has_frame]).any()
