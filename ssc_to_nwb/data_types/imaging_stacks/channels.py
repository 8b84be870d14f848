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

    because: what says so, in words; stated: whether a metadata file does; unclear: whether nothing decides between the
    two readings; pages_agree: whether the pages of the stacks say two channels as well. Where they do not, a stack with
    too few pages for two channels may be one of one channel, with other frames than are listed.
    """

    count: int
    because: str
    stated: bool = False
    unclear: bool = False
    pages_agree: bool = True

    @property
    def expected(self) -> str:
        """The pages that a stack is to have, in words."""
        pages = "green and red pages in turn" if self.count == TWO else "a page per frame"
        return f"{pages}, as {self.because}"


TWO_CHANNELS = ChannelCount(count=TWO, because="the stacks of the data set have them")


def count_channels(
    stacks: Sequence[StackPages], *, stated: int | None, red_seen: str | None, green_alone: bool
) -> ChannelCount:
    """Decide for all stacks of a session.

    stated: what a metadata file says; red_seen: what beside the stacks shows a red channel, in words, if anything;
    green_alone: whether there are green images beside the stacks, and no red one.
    """
    if stated is not None:
        return ChannelCount(count=stated, because="assumptions.channels_per_frame says", stated=True)
    one = sum(stack.page_per_frame for stack in stacks)
    two = sum(stack.fits_two for stack in stacks)
    pages_agree = two > 0 and not one
    if red_seen is not None:
        return ChannelCount(count=TWO, because=f"{red_seen} shows a red channel", pages_agree=pages_agree)
    if one > two:
        return ChannelCount(count=ONE, because=f"{one} of {len(stacks)} stacks have one page per listed frame")
    if (one == two and one) or (two and green_alone):
        beside = "the images beside the stacks are green alone" if green_alone else "as many stacks have two"
        because = f"{one} of {len(stacks)} stacks have one page per listed frame, and {beside}"
        return ChannelCount(count=TWO, because=because, unclear=True)
    return replace(TWO_CHANNELS, pages_agree=pages_agree)


def fault_of_pages(stack: StackPages, channels: ChannelCount) -> tuple[ProblemKind, str] | None:
    """Why a stack cannot be read with so many channels, and what was expected; None where it can."""
    if channels.unclear:
        return kinds.TIF_CHANNELS_UNCLEAR, f"one reading of the stacks alone, but {channels.because}"
    if channels.count == ONE:
        unclear = stack.fits_two and not channels.stated
        return (kinds.TIF_CHANNELS_UNCLEAR, channels.expected) if unclear else None
    if stack.page_per_frame and not channels.stated:
        return kinds.TIF_ONE_CHANNEL, channels.expected
    if stack.pages % TWO:
        return kinds.TIF_ODD_PAGES, channels.expected
    unclear = not (stack.fits_two or channels.pages_agree or channels.stated)
    return (kinds.TIF_CHANNELS_UNCLEAR, channels.expected) if unclear else None
