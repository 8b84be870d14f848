"""A plane's frames of one channel as data for `TwoPhotonSeries`: lazy, in NWB's axes (time, width, height).

Any NWBHDF5IO or NWBZarrIO can write it, buffer by buffer; the fast writer of this project recognises it and takes
the stack behind it instead.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hdmf.data_utils import GenericDataChunkIterator

from ssc_to_nwb.chunk_shapes import FRAMES_CHUNK_MB, chunk_shape
from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
from ssc_to_nwb.image_axes import to_nwb_axes

# What an ordinary writer holds at a time, in chunks.
_BUFFERED_CHUNKS = 16


class StackFrames(GenericDataChunkIterator):
    """The frames of one channel of a stack, (time, column, row), dtype as in the tif.

    stack: with at least one frame; channel: 0 green, 1 red; chunk_mb: size of a chunk before compression, 2^20 bytes.
    Reading raises SscError as `PlaneStack.read` does.
    """

    def __init__(self, *, stack: PlaneStack, channel: int, chunk_mb: float = FRAMES_CHUNK_MB, **options: Any) -> None:
        self.stack = stack
        self.channel = channel
        if "chunk_shape" not in options:
            options["chunk_shape"] = chunk_shape(self._get_maxshape(), stack.dtype, chunk_mb=chunk_mb)
        if "buffer_shape" not in options and "buffer_gb" not in options:
            frames = min(options["chunk_shape"][0] * _BUFFERED_CHUNKS, stack.frame_count)
            options["buffer_shape"] = (frames, *self._get_maxshape()[1:])
        super().__init__(**options)

    def _get_data(self, selection: tuple[slice, ...]) -> np.ndarray:
        start, stop, _ = selection[0].indices(self.stack.frame_count)
        frames = to_nwb_axes(self.stack.read(self.channel, start, max(start, stop)))
        window = (slice(None), *selection[1:])
        return frames[window]

    def _get_maxshape(self) -> tuple[int, int, int]:
        rows, columns = self.stack.image_shape
        return (self.stack.frame_count, columns, rows)

    def _get_dtype(self) -> np.dtype:
        return self.stack.dtype

    def _to_dict(self) -> dict[str, Any]:
        return {
            "stack": self.stack,
            "channel": self.channel,
            "chunk_shape": self.chunk_shape,
            "buffer_shape": self.buffer_shape,
        }

    @staticmethod
    def _from_dict(dictionary: dict[str, Any]) -> StackFrames:
        return StackFrames(**dictionary)
