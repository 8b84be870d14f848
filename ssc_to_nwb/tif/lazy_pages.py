"""Frames and pages as lazy data for NWB, in its axes: nothing is held in memory until it is written.

Any NWBHDF5IO or NWBZarrIO can write these, buffer by buffer; the fast writer reads them in blocks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hdmf.data_utils import GenericDataChunkIterator

from ssc_to_nwb.chunk_shapes import FRAMES_CHUNK_MB, chunk_shape
from ssc_to_nwb.image_axes import to_nwb_axes
from ssc_to_nwb.tif.index import TifIndex, TifReader

# What an ordinary writer holds at a time, in chunks.
_BUFFERED_CHUNKS = 16


class LazyData(GenericDataChunkIterator):
    """Data that `read` gives by their place along the first axis.

    shape, dtype: of the whole; chunk_mb: size of a chunk before compression, 2^20 bytes; made_from: the arguments by
    which a class makes the same data again.
    """

    def __init__(
        self,
        *,
        shape: tuple[int, ...],
        dtype: np.dtype,
        made_from: dict[str, Any],
        chunk_mb: float = FRAMES_CHUNK_MB,
        **options: Any,
    ) -> None:
        self.shape, self._type, self._made_from = shape, dtype, made_from
        chunks = options.setdefault("chunk_shape", chunk_shape(shape, dtype, chunk_mb=chunk_mb))
        if "buffer_gb" not in options:
            options.setdefault("buffer_shape", (min(chunks[0] * _BUFFERED_CHUNKS, shape[0]), *shape[1:]))
        super().__init__(**options)

    def __iter__(self) -> LazyData:
        """A new pass over the data: neuroconv goes through a column once before hdmf writes it."""
        return self._from_dict(self._to_dict())

    def read(self, start: int, stop: int) -> np.ndarray:
        """What is from start to stop-1 along the first axis."""
        raise NotImplementedError

    def _get_data(self, selection: tuple[slice, ...]) -> np.ndarray:
        start, stop, _ = selection[0].indices(self.shape[0])
        return self.read(start, max(start, stop))[(slice(None), *selection[1:])]

    def _get_maxshape(self) -> tuple[int, ...]:
        return self.shape

    def _get_dtype(self) -> np.dtype:
        return self._type

    def _to_dict(self) -> dict[str, Any]:
        return {**self._made_from, "chunk_shape": self.chunk_shape, "buffer_shape": self.buffer_shape}

    @classmethod
    def _from_dict(cls, dictionary: dict[str, Any]) -> LazyData:
        return cls(**dictionary)


class LazyPages(LazyData):
    """All pages of a tif, (page, column, row); of a tif of one page the image, (column, row).

    Reading raises TifError as `TifReader` does.
    """

    def __init__(self, *, index: TifIndex, **options: Any) -> None:
        self.index = index
        rows, columns = index.image_shape
        shape = (columns, rows) if index.page_count == 1 else (index.page_count, columns, rows)
        super().__init__(shape=shape, dtype=index.native_dtype, made_from={"index": index}, **options)

    def read(self, start: int, stop: int) -> np.ndarray:
        """Pages start..stop-1; of an image, these columns."""
        is_image = self.index.page_count == 1
        first, count = (0, 1) if is_image else (start, stop - start)
        pages = np.empty((count, *self.index.image_shape), dtype=self.index.native_dtype)
        with TifReader(self.index) as reader:
            reader.read_into(first, pages)
        turned = to_nwb_axes(pages)
        return turned[0, start:stop] if is_image else turned
