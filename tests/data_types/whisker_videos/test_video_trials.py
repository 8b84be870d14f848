"""Of which trial a whisker video is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from ssc_to_nwb.data_types.whisker_videos.layout import with_trials
from ssc_to_nwb.metadata.model import SourceFacts
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.source_files.raw_inventory import RawInventory, take_inventory

RIG = "WDBP_an197522_20130308_main_{:04d}_20130308{:02d}2529.mp4"
TRIALS = (np.array([2, 3, 5, 8]), np.array([2, 5, 8]))


def rig_names(*running: int) -> list[str]:
    """Names as the rig gives them; the time of day runs against the numbers."""
    return [RIG.format(number, 23 - place) for place, number in enumerate(running)]


def placed(
    folder: Path, names: list[str], *, listed: Mapping[str, int | None] | None = None, order: bool = True
) -> tuple[RawInventory, ProblemLog]:
    for name in names:
        path = folder / "whisker" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    unused = {} if order else {"video_running_pattern": None}
    facts = SourceFacts(video_trials=dict(listed or {}), **unused)
    log = ProblemLog()
    return with_trials(take_inventory(folder, listed_paths={}), facts=facts, trials=TRIALS, log=log), log


def trials_of(inventory: RawInventory) -> dict[str, int | None]:
    return {video.path.name: video.trial for video in inventory.videos}


@pytest.mark.parametrize(
    ("name", "running"),
    [
        ("WDBP_an197522_20130308_main_0002_20130308132529.mp4", 2),
        ("WDBP_an197522_20130308_main_0002_20130308_132529.mp4", 2),
        ("WDBP_an197522_20130308_main_12_2013-03-08T13-25-29.mp4", 12),
        ("WDBP_an197522_20130308_main_0002_20130308132529123.mp4", 2),
        ("wdbp_an197522_20130308_main_0002.MP4", 2),
        ("WDBP00007.mp4", 7),
        ("WDBP_0007.mp4", 7),
        ("WDBP_an197522_20130308_main_20130308132529.mp4", None),
        ("WDBP_an197522_20130308_20130308132529.mp4", None),
        ("WDBP_20130308.mp4", None),
        ("WDBP20130308132529.mp4", None),
        ("an197522_trial_003.mp4", None),
    ],
)
def test_a_date_and_time_are_no_running_number(name: str, running: int | None) -> None:
    match = re.search(SourceFacts().video_running_pattern or "", name, re.IGNORECASE)
    assert (None if match is None else int(match["running"])) == running


def test_a_date_and_time_are_no_trial_number(tmp_path: Path) -> None:
    names = ["an197522_trial_20130308132529.mp4", "WDBP_an197522_20130308_20130308132529.mp4"]
    inventory, _ = placed(tmp_path, names)
    assert set(trials_of(inventory).values()) == {None}


class TestRunningNumbers:
    """Their order is that of the trials, where the numbers of both agree."""

    def test_as_many_as_trials(self, tmp_path: Path) -> None:
        names = rig_names(0, 1, 4, 11)
        inventory, log = placed(tmp_path, names)
        assert trials_of(inventory) == dict(zip(names, [2, 3, 5, 8], strict=True))
        (problem,) = log.problems
        assert problem.kind is kinds.VIDEO_ORDER_ASSUMED
        assert problem.found == "4 videos with a running number, 4 trials, 3 with whisker samples"

    def test_as_many_as_trials_with_whisker_samples(self, tmp_path: Path) -> None:
        names = rig_names(7, 8, 9)
        inventory, _ = placed(tmp_path, names)
        assert trials_of(inventory) == dict(zip(names, [2, 5, 8], strict=True))

    @pytest.mark.parametrize(
        ("running", "why"),
        [
            ((0, 1), "2 videos with a running number, 4 trials, 3 with whisker samples"),
            ((0, 1, 2, 3, 4), "5 videos with a running number, 4 trials, 3 with whisker samples"),
            ((0, 1, 1, 2), "running number 1 more than once"),
        ],
    )
    def test_of_another_number_they_stay_out(self, tmp_path: Path, running: tuple[int, ...], why: str) -> None:
        inventory, log = placed(tmp_path, rig_names(*running))
        assert {video.trial for video in inventory.videos} == {None}
        assert {video.why_no_trial for video in inventory.videos} == {why}
        assert log.problems == []

    def test_the_order_can_be_left_unused(self, tmp_path: Path) -> None:
        inventory, log = placed(tmp_path, rig_names(0, 1, 2, 3), order=False)
        assert set(trials_of(inventory).values()) == {None}
        assert log.problems == []

    def test_they_fill_the_trials_that_are_left(self, tmp_path: Path) -> None:
        inventory, _ = placed(tmp_path, ["an_trial_003.mp4", *rig_names(0, 1, 2)])
        assert list(trials_of(inventory).values()) == [2, 3, 5, 8]
        assert [video.trial_from for video in inventory.videos] == ["order", "name", "order", "order"]


class TestAList:
    """What the metadata list wins."""

    def test_by_name_and_by_path(self, tmp_path: Path) -> None:
        first, second = rig_names(0, 1)
        inventory, log = placed(tmp_path, [first, second], listed={first: 8, f"whisker/{second}": 3})
        assert trials_of(inventory) == {first: 8, second: 3}
        assert {video.trial_from for video in inventory.videos} == {"list"}
        assert log.problems == []

    def test_a_video_of_no_trial_makes_the_numbers_agree(self, tmp_path: Path) -> None:
        names = rig_names(0, 1, 2, 3, 4)
        inventory, _ = placed(tmp_path, names, listed={names[0]: None})
        assert trials_of(inventory) == dict(zip(names[1:], [2, 3, 5, 8], strict=True))
        (left_out,) = inventory.left_out
        assert (left_out.path.name, left_out.reason) == (names[0], "the metadata list it as of no trial")

    def test_it_wins_over_the_name(self, tmp_path: Path) -> None:
        inventory, _ = placed(tmp_path, ["an_trial_003.mp4"], listed={"an_trial_003.mp4": 5})
        assert trials_of(inventory) == {"an_trial_003.mp4": 5}

    def test_a_listed_video_that_is_missing_is_reported(self, tmp_path: Path) -> None:
        _, log = placed(tmp_path, ["an_trial_003.mp4"], listed={"an_trail_003.mp4": 5})
        (problem,) = log.problems
        assert (problem.kind, problem.file) == (kinds.VIDEO_LISTED_MISSING, str(tmp_path / "an_trail_003.mp4"))
