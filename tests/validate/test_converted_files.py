"""Files that this project writes have no error and no warning that is not explained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from converting import convert
from made_sessions import Converted, Struct, array
from session_variants import ONE_PLANE

from ssc_to_nwb.api.validation import validate
from ssc_to_nwb.testing.dataset import write_dataset
from ssc_to_nwb.testing.examples import demo_specs
from ssc_to_nwb.testing.spec import SubvolumeSpec
from ssc_to_nwb.validate.messages import ValidationResult


def unexplained(result: ValidationResult) -> list[tuple[str, str, str]]:
    """Errors and warnings that are not accepted."""
    return [
        (message.identifier, message.object_path, message.text)
        for message in result.messages
        if message.severity.value != "info" and message.accepted is None
    ]


@pytest.mark.long
def test_a_session_without_raw_files(convert_once: Callable[..., Converted]) -> None:
    assert unexplained(validate(paths=[convert_once(subvolumes=ONE_PLANE).path], fail_on="warning")) == []


def test_an_awkward_session_shows_what_its_source_lacks(converted_awkward: Converted) -> None:
    found = unexplained(validate(paths=[converted_awkward.path]))
    assert [(identifier, path) for identifier, path, _ in found] == [("trial-reward-mismatch", "/intervals/trials")]


@pytest.mark.long
def test_the_demo_s_sessions_with_stacks_and_videos(tmp_path: Path) -> None:
    write_dataset(root=tmp_path / "source", specs=demo_specs())
    assert convert(source=tmp_path / "source", output=tmp_path / "nwb").ok

    result = validate(paths=[tmp_path / "nwb"], fail_on="warning")

    assert unexplained(result) == []
    assert len(result.files) == 2


@pytest.mark.long
def test_a_repeated_time_stamp_is_a_warning_as_it_is_for_the_conversion(
    convert_edited: Callable[..., Converted],
) -> None:
    def edit(s: Struct) -> None:
        time = array(s, "whiskerVars")["time"]
        time[0, 5] = time[0, 4]

    converted = convert_edited(edit)
    assert "time-repeated" in {problem.kind.identifier for problem in converted.outcome.problems}
    result = validate(paths=[converted.path])
    assert result.ok
    [(identifier, path, text)] = unexplained(result)
    assert (identifier, path) == ("timestamps-repeated", "/processing/behavior/whisker_angle_c2")
    assert text.startswith("1 time stamps are the same as the one above; the first is number 5: ")


def test_a_stub(converted_stub: Converted) -> None:
    assert unexplained(validate(paths=[converted_stub.path.parents[1]], fail_on="warning")) == []


@pytest.mark.long
def test_any_empty_series_of_events(convert_once: Callable[..., Converted]) -> None:
    empty = ("leftLicks", "rightLicks", "leftReward", "rightReward", "rewardCue", "poleInReach")
    found = unexplained(validate(paths=[convert_once(empty_event_series=empty).path]))
    assert {identifier for identifier, _, _ in found} == {"trial-reward-mismatch", "touch-outside-pole-in-reach"}


@pytest.mark.long
def test_a_subvolume_without_rois(convert_once: Callable[..., Converted]) -> None:
    converted = convert_once(
        subvolumes=(
            SubvolumeSpec(number=1, planes=(2,), rois_per_plane=3),
            SubvolumeSpec(number=2, planes=(2,), rois_per_plane=0),
        )
    )
    assert converted.outcome.verified == "full"
    found = unexplained(validate(paths=[converted.path]))
    assert [(identifier, path.rsplit("/")[-1]) for identifier, path, _ in found] == [
        ("check_empty_table", "plane_segmentation_fov_02002")
    ]


@pytest.mark.long
def test_gaps_and_unlabelled_samples_that_all_planes_share(convert_edited: Callable[..., Converted]) -> None:
    """One time point without any frame, in two planes: two rows of one start, as there are of unknown trials."""
    converted = convert_edited(
        raw=True,
        blank_time_point=True,
        unknown_trial_frames=True,
        subvolumes=(SubvolumeSpec(planes=(2, 3), rois_per_plane=2),),
        arrays=("dff",),
        image_shape=(20, 30),
    )
    with h5py.File(converted.path) as file:
        starts = file["intervals/imaging_gaps/start_time"][:]
        assert starts.size == 2
        assert np.ptp(starts) == 0
    assert unexplained(validate(paths=[converted.path], fail_on="warning")) == []


@pytest.mark.long
@pytest.mark.sample
def test_the_sample(sample_root: Path, tmp_path: Path) -> None:
    assert convert(source=sample_root, output=tmp_path).ok
    assert unexplained(validate(paths=[tmp_path], fail_on="warning")) == []
