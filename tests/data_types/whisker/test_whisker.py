"""Whisker series: one per whisker and quantity, on time stamps that are stored once."""

from __future__ import annotations

from collections.abc import Callable

import h5py
import numpy as np
import pytest
from made_sessions import Assembled, Converted

UNITS = {"angle": "degrees", "curvature_change": "1/mm"}


@pytest.mark.parametrize("name", ["default", "awkward"])
def test_every_value_with_its_unit(name: str, request: pytest.FixtureRequest) -> None:
    made = request.getfixturevalue(f"converted_{name}").made.whisker
    behavior = request.getfixturevalue(f"nwb_{name}").processing["behavior"]
    traces = {f"whisker_{quantity}_{whisker.lower()}" for quantity in UNITS for whisker in made.names}
    assert set(behavior.data_interfaces) == {*traces, "trial_number"}
    for place, whisker in enumerate(made.names):
        for quantity, values in (("angle", made.angle_deg), ("curvature_change", made.curvature_per_mm)):
            series = behavior[f"whisker_{quantity}_{whisker.lower()}"]
            np.testing.assert_array_equal(series.data[:], values[place])
            assert np.isnan(series.data[:]).any(), "NaN of lost tracking is kept"
            np.testing.assert_allclose(series.timestamps[:], made.time_ms / 1000, rtol=0, atol=1e-9)
            assert series.unit == UNITS[quantity]
            assert f"whisker {whisker}" in series.description


def test_time_stamps_are_stored_once(converted_awkward: Converted) -> None:
    with h5py.File(converted_awkward.path) as file:
        stored = {one["timestamps"].id.__hash__() for one in file["processing/behavior"].values()}
        assert len(stored) == 1
        assert len(file["processing/behavior"]) == 7


def test_a_session_without_whisker_data(assemble_edited: Callable[..., Assembled]) -> None:
    nwbfile = assemble_edited(whisker_data=False).nwbfile
    assert "behavior" not in nwbfile.processing
    assert "touches" not in nwbfile.intervals
    assert "whisker_valid" not in nwbfile.trials.colnames
