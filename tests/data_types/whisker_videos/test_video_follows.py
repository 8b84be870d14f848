"""Which trial each whisker video is of, from the NWB file alone."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from ssc_to_nwb.data_types.whisker_videos.follows import video_trials
from ssc_to_nwb.metadata.model import SourceFacts

RIG = "WDBP_an1_20130308_main_{:04d}_20130308132529.mp4"


@pytest.mark.parametrize(
    ("names", "listed", "trials"),
    [
        (["an1_trial_003.mp4"], {}, {"an1_trial_003.mp4": 3}),
        ([RIG.format(3), RIG.format(1)], {}, {RIG.format(1): 2, RIG.format(3): 5}),
        ([RIG.format(3), RIG.format(1), RIG.format(2)], {}, {RIG.format(n): t for n, t in ((1, 2), (2, 3), (3, 5))}),
        ([RIG.format(3)], {}, {}),
        ([RIG.format(3)], {RIG.format(3): 2}, {RIG.format(3): 2}),
        ([*map(RIG.format, range(4))], {RIG.format(0): None}, {RIG.format(n): t for n, t in ((1, 2), (2, 3), (3, 5))}),
    ],
)  # fmt: skip
def test_trials(names: list[str], listed: dict[str, int | None], trials: dict[str, int]) -> None:
    facts = asdict(SourceFacts(video_trials=listed))
    paths = [f"an1_2013_03_08/{name}" for name in names]
    found = video_trials(paths, facts, with_samples={2: True, 3: False, 5: True})
    assert {path.rpartition("/")[2]: trial for path, trial in found.items()} == trials
