"""A plane's frames of one channel as lazy data for `TwoPhotonSeries`, in NWB's axes (time, width, height)."""

from __future__ import annotations

from typing import Any

import numpy as np

from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
from ssc_to_nwb.image_axes import to_nwb_axes
from ssc_to_nwb.tif.lazy_pages import LazyData


class StackFrames(LazyData):
    """The frames of one channel of a stack, (time, column, row), dtype as in the tif.

    stack: with at least one frame; the fast writer takes it instead; channel: 0 green, 1 red. Reading raises SscError
    as `PlaneStack.read` does.
    """

    def __init__(self, *, stack: PlaneStack, channel: int, **options: Any) -> None:
        self.stack, self.channel = stack, channel
        rows, columns = stack.image_shape
        shape, made_from = (stack.frame_count, columns, rows), {"stack": stack, "channel": channel}
        super().__init__(shape=shape, dtype=stack.dtype, made_from=made_from, **options)

    def read(self, start: int, stop: int) -> np.ndarray:
        """Frames start..stop-1."""
        return to_nwb_axes(self.stack.read(self.channel, start, stop))
