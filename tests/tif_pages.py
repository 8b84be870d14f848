"""A whole tif read at once, through the package's own reader."""

from __future__ import annotations

import numpy as np

from ssc_to_nwb.tif.index import TifIndex, TifReader


def read_all_pages(index: TifIndex) -> np.ndarray:
    """All pages, (pages, rows, columns), in native byte order."""
    pages = np.empty((index.page_count, *index.image_shape), dtype=index.native_dtype)
    with TifReader(index) as reader:
        reader.read_into(0, pages)
    return pages
