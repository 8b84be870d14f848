"""How many channels the stacks of a session hold: green and red pages in turn, or green pages alone.

Nothing in the session file says it. A stack with one page per listed frame holds one channel; one with two pages or
more per listed frame may hold two, or one of whose frames not all are listed. What lies beside decides then, and where
it does not decide, the stacks are refused rather than read in a way that might be wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemKind

ONE, TWO = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class StackPages:
    """A stack's number of pages, and the highest frame number that is listed of it, counted from 1."""

    pages: int
    listed: int

    @property
    def fits_two(self) -> bool:
        """Whether every listed frame has a green and a red page."""
        return self.pages % TWO == 0 and self.pages >= TWO * self.listed

    @property
    def page_per_frame(self) -> bool:
        """Whether there is just one page for each listed frame."""
        return self.pages == self.listed


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCount:
    """Channels of the stacks of a session.

    because: what says so, in words; certain: whether a metadata file says it, or the pages of all stacks agree, so that
    a stack with too few pages is one of fewer frames; unclear: whether nothing decides between the two readings.
    """

    count: int
    because: str
    certain: bool = False
    unclear: bool = False

    @property
    def expected(self) -> str:
        """The pages that a stack is to have, in words."""
        pages = "green and red pages in turn" if self.count == TWO else "a page per frame"
        return f"{pages}, as {self.because}"


TWO_CHANNELS = ChannelCount(count=TWO, because="the stacks of the data set have them", certain=True)


def count_channels(
    stacks: Sequence[StackPages], *, stated: int | None, red_seen: str | None, green_alone: bool
) -> ChannelCount:
    """Decide for all stacks of a session.

    stated: what a metadata file says; red_seen: what beside the stacks shows a red channel, in words, if anything;
    green_alone: whether there are green images beside the stacks, and no red one.
    """
    if stated is not None:
        return ChannelCount(count=stated, because="assumptions.channels_per_frame says", certain=True)
    one = sum(stack.page_per_frame for stack in stacks)
    two = sum(stack.fits_two for stack in stacks)
    certain = two > 0 and not one
    if red_seen is not None:
        return ChannelCount(count=TWO, because=f"{red_seen} shows a red channel", certain=certain)
    if one > two:
        return ChannelCount(count=ONE, because=f"{one} of {len(stacks)} stacks have one page per listed frame")
    if (one == two and one) or (two and green_alone):
        beside = "the images beside the stacks are green alone" if green_alone else "as many stacks have two"
        because = f"{one} of {len(stacks)} stacks have one page per listed frame, and {beside}"
        return ChannelCount(count=TWO, because=because, unclear=True)
    return replace(TWO_CHANNELS, certain=certain)


def fault_of_pages(stack: StackPages, channels: ChannelCount) -> tuple[ProblemKind, str] | None:
    """Why a stack cannot be read with so many channels, and what was expected; None where it can."""
    of_two = channels.count == TWO
    if channels.unclear:
        return kinds.TIF_CHANNELS_UNCLEAR, f"one reading of the stacks alone, but {channels.because}"
    if of_two and stack.page_per_frame and not channels.certain:
        return kinds.TIF_ONE_CHANNEL, channels.expected
    if of_two and stack.pages % TWO:
        return kinds.TIF_ODD_PAGES, channels.expected
    if stack.fits_two != of_two and not channels.certain:
        return kinds.TIF_CHANNELS_UNCLEAR, channels.expected
    return None
