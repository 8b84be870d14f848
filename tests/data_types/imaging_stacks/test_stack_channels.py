"""One channel or two, by pages, listed frames, and what lies beside the stacks; refused where both readings fit."""

from __future__ import annotations

import pytest

from ssc_to_nwb.data_types.imaging_stacks.channels import ChannelCount, StackPages, count_channels, fault_of_pages


def stacks(*pairs: tuple[int, int]) -> list[StackPages]:
    return [StackPages(pages=pages, listed=listed) for pages, listed in pairs]


def judged(
    *pairs: tuple[int, int], stated: int | None = None, red: str | None = None, green_alone: bool = False
) -> tuple[int, list[str]]:
    """Channels of the session, and for each stack the kind of problem that refuses it, or nothing."""
    found = stacks(*pairs)
    channels = count_channels(found, stated=stated, red_seen=red, green_alone=green_alone)
    faults = [fault_of_pages(stack, channels) for stack in found]
    return channels.count, ["" if fault is None else fault[0].identifier for fault in faults]


UNCLEAR, ONE_CHANNEL, ODD = "tif-channels-unclear", "tif-one-channel", "tif-odd-pages"


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(12, 6), (10, 5), (12, 4)], (2, ["", "", ""])),
        ([(6, 6), (5, 5), (7, 6)], (1, ["", "", ""])),
        ([(12, 6), (10, 5), (6, 6)], (2, ["", "", ONE_CHANNEL])),
        ([(12, 6), (11, 6)], (2, ["", ODD])),
        ([(12, 6), (8, 6)], (2, ["", ""])),
        # Half of the frames of a stack of one channel, or all of one with two.
        ([(6, 6), (5, 5), (12, 6)], (1, ["", "", UNCLEAR])),
        ([(6, 6), (12, 6)], (2, [UNCLEAR, UNCLEAR])),
        ([(11, 6)], (2, [ODD])),
        ([(1, 1), (2, 2)], (1, ["", ""])),
        ([], (2, [])),
    ],
)
def test_pages_and_listed_frames_decide(pairs: list[tuple[int, int]], expected: tuple[int, list[str]]) -> None:
    assert judged(*pairs) == expected


def test_a_red_channel_beside_the_stacks_decides_for_two() -> None:
    assert judged((6, 6), (5, 5), red="masterImage of fov_01002") == (2, [ONE_CHANNEL, ONE_CHANNEL])
    assert judged((12, 6), (6, 6), red="x_chan_02.tif") == (2, ["", ONE_CHANNEL])


@pytest.mark.parametrize("red", [None, "masterImage of fov_01002"])
def test_a_stack_of_too_few_pages_is_read_as_green_and_red_only_where_other_stacks_are(red: str | None) -> None:
    # Four pages for five frames: two frames of two channels, or four of one.
    assert judged((10, 5), (4, 5), red=red) == (2, ["", ""])
    assert judged((10, 5), (10, 5), (5, 5), (4, 5), red=red) == (2, ["", "", ONE_CHANNEL, UNCLEAR])
    assert judged((4, 5), (8, 5), red=red) == (2, [UNCLEAR, UNCLEAR])
    assert judged((4, 5), (8, 5), red=red, stated=2) == (2, ["", ""])


def test_pages_that_fit_both_readings_beside_green_images_alone_are_refused() -> None:
    assert judged((12, 6), (10, 5), green_alone=True) == (2, [UNCLEAR, UNCLEAR])
    assert judged((6, 6), (5, 5), green_alone=True) == (1, ["", ""])


@pytest.mark.parametrize("pairs", [[(12, 6), (6, 6)], [(12, 6), (10, 5)]])
def test_what_is_stated_is_taken(pairs: list[tuple[int, int]]) -> None:
    assert judged(*pairs, stated=1, green_alone=True) == (1, ["", ""])


def test_stated_or_not_green_and_red_pages_are_even() -> None:
    assert judged((5, 5), stated=2) == (2, [ODD])


def test_the_expected_pages_are_named() -> None:
    assert ChannelCount(count=1, because="x says").expected == "a page per frame, as x says"
