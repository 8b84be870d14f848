"""Every entry of the packaged list of accepted messages is needed by some synthetic session."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from made_sessions import Converted

from ssc_to_nwb.api.validation import validate
from ssc_to_nwb.testing.spec import SubvolumeSpec
from ssc_to_nwb.validate.accept import apply_entries, load_entries

EVENTS = ("touches", "leftLicks", "rightLicks", "leftReward", "rightReward", "rewardCue", "poleInReach")
TWO_PLANES = (SubvolumeSpec(planes=(2, 3), rois_per_plane=2),)
ONE_PLANE = (SubvolumeSpec(planes=(2,), rois_per_plane=1),)


@pytest.mark.long
def test_every_entry_accepts_a_message(
    convert_once: Callable[..., Converted], convert_edited: Callable[..., Converted]
) -> None:
    sessions = [
        # A gap that all planes share, and fewer frames than a frame has columns.
        convert_edited(raw=True, blank_time_point=True, subvolumes=TWO_PLANES, image_shape=(20, 300)),
        convert_once(empty_event_series=EVENTS, subvolumes=()),
        # One trial, with one event of a kind, and one ROI.
        convert_once(
            n_trials=1, trials_without_whisker=(), trial_number_gap_after=(), subvolumes=ONE_PLANE,
            one_event_series=("touches", "leftLicks"),
        ),
    ]  # fmt: skip

    messages = validate(paths=[one.path for one in sessions]).messages

    assert [one.text for one in messages if one.identifier == "accept-default-unused"] == []


def test_an_entry_without_a_message_would_be_reported() -> None:
    (note,) = apply_entries([], load_entries(None))
    assert note.identifier == "accept-default-unused"
