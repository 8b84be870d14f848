"""Tifs of the source as the proof reads them: tifffile says where the pages lie, and their bytes are read from there.

How the conversion finds and reads pages is then no part of its proof.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError, error

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage

_DESCRIPTION = 270
# Series whose number of images a description gives, so that one page table may describe many.
_DESCRIBED = ("imagej", "shaped")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRun:
    """Pages that follow each other with one ImageDescription, from `first_page` on, counted from 1."""

    first_page: int
    page_count: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTif:
    """A tif by tifffile's account of it. Holds no open file.

    image_shape: (rows, columns) of every page; dtype: in the file's byte order; offsets: int64 (pages,), where the
    bytes of each page begin, None where tifffile must decode them; texts: of the pages that have a table.
    """

    path: Path
    image_shape: tuple[int, int]
    dtype: np.dtype
    page_count: int
    offsets: np.ndarray | None
    texts: tuple[TextRun, ...]

    @property
    def native_dtype(self) -> np.dtype:
        """The pixel type in this machine's byte order."""
        return self.dtype.newbyteorder("=")

    def pages(self, start: int, stop: int) -> np.ndarray:
        """Pages start..stop-1, counted from 0, (n, rows, columns). Raises as `read_into`."""
        pages = np.empty((stop - start, *self.image_shape), dtype=self.native_dtype)
        self.read_into(start, pages)
        return pages

    def read_into(self, start: int, pages: np.ndarray) -> None:
        """Fill `pages` (n, rows, columns; C-contiguous, native byte order) with those from `start` on.

        Raises SscError of kind TIF_UNREADABLE.
        """
        stop = start + len(pages)
        if stop > self.page_count:
            raise self._unreadable(f"page {stop}", f"{self.page_count} pages")
        try:
            if self.offsets is None:
                with _opened(self.path) as tif:
                    for number, page in enumerate(pages, start=start):
                        page[...] = tif.pages[number].asarray()
            else:
                self._copy_into(self.offsets[start:stop], pages)
        except Exception as failure:  # tifffile raises whatever it meets on damaged bytes
            raise self._unreadable(f"pages {start + 1} to {stop}", failure) from failure

    def _copy_into(self, offsets: np.ndarray, pages: np.ndarray) -> None:
        with self.path.open("rb") as file:
            for page, offset in zip(pages, offsets.tolist(), strict=True):
                file.seek(offset)
                if file.readinto(page.data.cast("B")) < page.nbytes:
                    raise OSError("the file ends inside a page")
        if not self.dtype.isnative:
            pages.byteswap(inplace=True)

    def _unreadable(self, expected: object, found: object) -> SscError:
        return error(kinds.TIF_UNREADABLE, file=self.path, expected=expected, found=found)


def open_source_tif(path: Path) -> SourceTif:
    """Let tifffile read the tables of a tif. Raises SscError of kind TIF_UNREADABLE."""
    try:
        with _opened(path) as file:
            return _account(path, file)
    except Exception as failure:  # tifffile raises whatever it meets on damaged bytes
        raise error(kinds.TIF_UNREADABLE, file=path, detail=failure) from failure


def _opened(path: Path) -> TiffFile:
    from tifffile import TiffFile

    # Without `is_scanimage=False` it can miss a page of a file that has ScanImage's text.
    return TiffFile(path, is_scanimage=False)


def _account(path: Path, file: TiffFile) -> SourceTif:
    first = file.pages.first.aspage()
    offsets: list[int | None] = []
    texts: list[str] = []
    for frame in file.pages:
        page = frame.aspage()
        if (page.shape, page.dtype) != (first.shape, first.dtype) or len(page.shape) != 2:
            raise ValueError(f"page {len(offsets) + 1} is {page.shape} {page.dtype}, the first {first.shape}")
        offsets.append(int(page.dataoffsets[0]) if page.is_final else None)
        texts.append(_text(page))
    offsets += _without_tables(file, first)
    return SourceTif(
        path=path,
        image_shape=(int(first.shape[0]), int(first.shape[1])),
        dtype=np.dtype(first.dtype).newbyteorder(file.byteorder),
        page_count=len(offsets),
        offsets=None if None in offsets else np.array(offsets, dtype=np.int64),
        texts=tuple(_runs(texts)),
    )


def _without_tables(file: TiffFile, first: TiffPage) -> list[int | None]:
    """Where the images lie that follow the only page table; mostly none."""
    if len(file.pages) > 1:
        return []
    series = file.series[0]
    count = math.prod(series.shape) // math.prod(first.shape)
    if series.kind not in _DESCRIBED or count <= 1:
        return []
    if series.dataoffset is None:
        raise ValueError(f"{count} images are described, and tifffile does not say where they lie")
    return [int(series.dataoffset) + number * first.nbytes for number in range(1, count)]


def _text(page: TiffPage) -> str:
    """The ImageDescription without the white space around it, which tifffile takes away."""
    value = page.tags.valueof(_DESCRIPTION)
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value or "")
    return text.strip("\0").strip()


def _runs(texts: list[str]) -> Iterator[TextRun]:
    first = 1
    for text, run in groupby(texts):
        count = len(list(run))
        yield TextRun(first_page=first, page_count=count, text=text)
        first += count
