"""Writes an imaging stack as a tif: a page table for every page, pixels uncompressed, texts where they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

# A tif of 32-bit offsets ends here; some room is left for its page tables.
_LARGEST_BYTES = 2**32 - 2**25


def write_tif(
    path: Path,
    pages: Iterable[np.ndarray],
    *,
    image_shape: tuple[int, int],
    dtype: np.dtype,
    texts: Sequence[str | None],
) -> None:
    """Write pages one by one; none but the one at work is held.

    pages: (rows, columns) each, of this shape and dtype; texts: the ImageDescription of each page, None where it has
    none. Text beyond ASCII is written as UTF-8.
    """
    from tifffile import TiffWriter

    page_bytes = int(np.prod(image_shape)) * dtype.itemsize
    is_large = page_bytes * len(texts) > _LARGEST_BYTES
    plain: dict[str, Any] = {"photometric": "minisblack", "metadata": None, "software": False}
    with TiffWriter(path, bigtiff=is_large) as writer:
        if texts[0] is not None and set(texts[1:]) == {None}:
            # The text of the first page may describe all: programs then look for the pixels right behind each other.
            whole = (len(texts), *image_shape)
            writer.write(iter(pages), shape=whole, dtype=dtype, description=texts[0].encode(), **plain)
            return
        for page, text in zip(pages, texts, strict=True):
            description = None if text is None else text.encode()
            writer.write(page, contiguous=False, description=description, **plain)


def pages_of_texts(runs: Iterable[tuple[int, int, str]]) -> Iterator[str | None]:
    """The text of every page, from runs of pages with one text: first page from 1, number of pages, text or ''."""
    next_page = 1
    for first, count, text in sorted(runs):
        if first != next_page:
            raise ValueError(f"texts that begin with page {first} where page {next_page} is next")
        yield from [text or None] * count
        next_page += count
