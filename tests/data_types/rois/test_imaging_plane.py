"""Imaging planes: one per subvolume and plane, with two channels, spacing, rate and place."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from levels import mostly_long
from made_sessions import Assembled, Struct, array

from ssc_to_nwb.testing.spec import SubvolumeSpec


@pytest.mark.parametrize("name", ["default", "awkward"])
def test_every_plane_by_the_name_of_its_folder(name: str, request: pytest.FixtureRequest) -> None:
    made = request.getfixturevalue(f"converted_{name}").made
    nwbfile = request.getfixturevalue(f"nwb_{name}")
    assert set(nwbfile.imaging_planes) == {f"imaging_plane_{plane.name}_green" for plane in made.planes}
    rows, columns = made.spec.image_shape
    for plane in nwbfile.imaging_planes.values():
        np.testing.assert_allclose(plane.grid_spacing[:], [600e-6 / columns, 600e-6 / rows, 15e-6])
        assert plane.grid_spacing_unit == "meters"
        assert plane.location == "SSp-bfd"
        assert plane.device.name == "DOM3"
        assert (plane.device.model.name, plane.device.model.manufacturer) == ("MIMMS", "Janelia Research Campus")
        assert plane.excitation_lambda == 1000
        assert plane.imaging_rate == 7.0


def test_masks_and_traces_are_on_the_green_channel(nwb_default: Any) -> None:
    ophys = nwb_default.processing["ophys"]
    for series in ophys["DfOverF"].roi_response_series.values():
        plane = series.rois.table.imaging_plane
        (channel,) = plane.optical_channel
        assert (channel.name, channel.emission_lambda, plane.indicator) == ("green", 515, "GCaMP6s")


@pytest.mark.parametrize(
    ("rate", "whole_ms"), mostly_long(product((14.0, 28.0), (False, True)), quick=(28.0, True).__eq__)
)
def test_the_rate_comes_from_the_time_stamps(
    assemble_edited: Callable[..., Assembled], rate: float, whole_ms: bool
) -> None:
    def edit(s: Struct) -> None:
        entry = array(s, "dffTSA_subvolume_01")
        if whole_ms:
            entry["time"] = np.rint(entry["time"])

    nwbfile = assemble_edited(edit, imaging_rate_hz=rate, arrays=("dff",)).nwbfile
    assert nwbfile.imaging_planes["imaging_plane_fov_01002_green"].imaging_rate == rate


def test_trials_of_one_frame_have_no_rate(assemble_edited: Callable[..., Assembled]) -> None:
    """What lies between their frames are the pauses between trials."""

    def edit(s: Struct) -> None:
        entry = array(s, "dffTSA_subvolume_01")
        _, first = np.unique(entry["trial"], return_index=True)
        for key in ("valueMatrix", "time", "trial"):
            entry[key] = entry[key][:, first]
        plane = entry["imagingPlane"][0]
        plane["sourceFileFrameIdx"] = plane["sourceFileFrameIdx"][:, first]

    nwbfile = assemble_edited(edit, arrays=("dff",)).nwbfile
    assert nwbfile.imaging_planes["imaging_plane_fov_01002_green"].imaging_rate is None


@pytest.mark.long
def test_a_lone_frame_has_no_rate(assemble_edited: Callable[..., Assembled]) -> None:
    def edit(s: Struct) -> None:
        entry = array(s, "dffTSA_subvolume_01")
        for key in ("valueMatrix", "time", "trial"):
            entry[key] = entry[key][:, :1]
        plane = entry["imagingPlane"][0]
        plane["sourceFileFrameIdx"] = plane["sourceFileFrameIdx"][:, :1]

    nwbfile = assemble_edited(edit, arrays=("dff",)).nwbfile
    assert nwbfile.imaging_planes["imaging_plane_fov_01002_green"].imaging_rate is None


def test_depth_where_the_metadata_have_it(assemble_edited: Callable[..., Assembled]) -> None:
    planes = assemble_edited(
        arrays=("dff",),
        subvolumes=(SubvolumeSpec(number=1, planes=(2, 4), rois_per_plane=2),),
        metadata="imaging: {subvolume_depth_um: {1: 200}, field_of_view_um: [300, 450]}",
    ).nwbfile.imaging_planes
    assert "Depth below the pia: 200 um." in planes["imaging_plane_fov_01002_green"].description
    assert "Depth below the pia: 215 um." in planes["imaging_plane_fov_01004_green"].description
    np.testing.assert_allclose(planes["imaging_plane_fov_01002_green"].grid_spacing[:2], [300e-6 / 30, 450e-6 / 20])


def test_a_depth_that_is_not_known_is_said_to_be_so(nwb_default: Any) -> None:
    assert "does not give the depth" in nwb_default.imaging_planes["imaging_plane_fov_01002_green"].description
