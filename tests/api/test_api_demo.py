"""The demo: a data set made up and converted, without an account at anybody's."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_sessions import opened, problem_raised

from ssc_to_nwb.api.conversion import DemoResult, demo


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> DemoResult:
    return demo(output=tmp_path_factory.mktemp("demo") / "new")


@pytest.mark.long
def test_two_sessions_with_their_raw_files_are_converted_and_verified(result: DemoResult) -> None:
    assert result.conversion.ok
    assert [outcome.verified for outcome in result.conversion.outcomes] == ["full", "full"]
    assert [path.relative_to(result.output).as_posix() for path in result.conversion.outputs] == [
        "sub-an900001/sub-an900001_ses-20130308_behavior+image+ophys.nwb",
        "sub-an900002/sub-an900002_ses-20131202_behavior+image+ophys.nwb",
    ]
    assert sorted(path.name for path in result.source.glob("*.mat")) == [
        "an900001_2013_03_08_session.mat",
        "an900002_2013_12_02_session.mat",
    ]


@pytest.mark.long
def test_everything_can_be_seen_in_it(result: DemoResult) -> None:
    with opened(result.conversion.outputs[0]) as nwbfile:
        assert {"two_photon_series_fov_01002_green", "two_photon_series_fov_01002_red"} <= set(nwbfile.acquisition)
        assert "whisker_video" in nwbfile.acquisition
        assert len(nwbfile.trials) == 18
        assert len(nwbfile.intervals["touches"]) > 50
        assert "SYNTHETIC" in nwbfile.notes


@pytest.mark.long
def test_a_second_time_it_stays_as_before(result: DemoResult) -> None:
    again = demo(output=result.output.parent)
    assert again.conversion.ok
    assert again.conversion.outputs == result.conversion.outputs


@pytest.mark.parametrize("place", ["/proc/demo", "{}/file"])
def test_a_place_that_cannot_be_written(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("x")
    with problem_raised() as found:
        demo(output=place.format(tmp_path))
    assert found[0].kind.identifier == "output-not-writable"
