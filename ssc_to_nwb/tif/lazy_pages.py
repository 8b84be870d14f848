"""Pages of a tif as lazy data for NWB, in its axes (column, row): nothing is held in memory until it is written.

Like `StackFrames`, any NWBHDF5IO or NWBZarrIO can write these; the fast writer reads them in blocks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hdmf.data_utils import GenericDataChunkIterator

from ssc_to_nwb.chunk_shapes import FRAMES_CHUNK_MB, chunk_shape
from ssc_to_nwb.image_axes import to_nwb_axes
from ssc_to_nwb.tif.index import TifIndex, TifReader


class LazyPages(GenericDataChunkIterator):
    """All pages of a tif, (page, column, row). Reading raises TifError as `TifReader` does."""

    def __init__(self, *, index: TifIndex, **options: Any) -> None:
        self.index = index
        if "chunk_shape" not in options:
            options["chunk_shape"] = chunk_shape(self._get_maxshape(), self._get_dtype(), chunk_mb=FRAMES_CHUNK_MB)
        if "buffer_shape" not in options and "buffer_gb" not in options:
            options["buffer_shape"] = options["chunk_shape"]
        super().__init__(**options)

    def __iter__(self) -> LazyPages:
        """A new pass over the pages: neuroconv goes through a column once before hdmf writes it."""
        return self._from_dict(self._to_dict())

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the whole."""
        return self._get_maxshape()

    def read(self, start: int, stop: int) -> np.ndarray:
        """Pages start..stop-1."""
        pages = np.empty((stop - start, *self.index.image_shape), dtype=self.index.native_dtype)
        with TifReader(self.index) as reader:
            reader.read_into(start, pages)
        return to_nwb_axes(pages)

    def _get_data(self, selection: tuple[slice, ...]) -> np.ndarray:
        start, stop, _ = selection[0].indices(self.shape[0])
        window = (slice(None), *selection[1:])
        return self.read(start, stop)[window]

    def _get_maxshape(self) -> tuple[int, ...]:
        rows, columns = self.index.image_shape
        return (self.index.page_count, columns, rows)

    def _get_dtype(self) -> np.dtype:
        return self.index.native_dtype

    def _to_dict(self) -> dict[str, Any]:
        return {"index": self.index, "chunk_shape": self.chunk_shape, "buffer_shape": self.buffer_shape}

    @classmethod
    def _from_dict(cls, dictionary: dict[str, Any]) -> LazyPages:
        return cls(**dictionary)


class LazyImage(LazyPages):
    """The first page of a tif, (column, row)."""

    def read(self, start: int, stop: int) -> np.ndarray:
        """Columns start..stop-1."""
        page = np.empty((1, *self.index.image_shape), dtype=self.index.native_dtype)
        with TifReader(self.index) as reader:
            reader.read_into(0, page)
        return to_nwb_axes(page[0])[start:stop]

    def _get_maxshape(self) -> tuple[int, ...]:
        rows, columns = self.index.image_shape
        return (columns, rows)
