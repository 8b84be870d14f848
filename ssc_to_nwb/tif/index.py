"""Tif files as indices of pages: opened for a moment to be indexed, and again for a moment to be read.

Plain pages (uncompressed, one run of bytes: what the rig writes) are read by byte range; compressed and tiled ones
are decoded by tifffile, page by page. An index holds no open file and can be pickled.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Particulars, Problem, ProblemKind, SscError, error
from ssc_to_nwb.tif.header import PageHeader, PageText, read_pages
from ssc_to_nwb.tif.images import images_without_table

# Enough for a directory and its small values, so that each page costs one read of the disk's smallest unit.
_HEADER_BUFFER_BYTES = 4096


class TifError(SscError):
    """A problem of one tif; `page` is the 0-based page it was met at, where one can be named."""

    def __init__(self, problem: Problem, page: int | None = None) -> None:
        super().__init__(problem)
        self.page = page

    def __reduce__(self) -> tuple[Any, ...]:
        return (TifError, (self.problem, self.page))


@dataclass(frozen=True, slots=True, kw_only=True)
class TifIndex:
    """What is known of a tif without its pixels.

    image_shape: (rows, columns) of every page; dtype: in the file's byte order; page_count: images, each a page.
    page_offsets: int64 (pages,), where each page's bytes begin; None where pages must be decoded.
    texts: ImageDescription of the pages that have a table (ScanImage's text of settings, say), in runs of equal ones.
    """

    path: Path
    byte_size: int
    image_shape: tuple[int, int]
    dtype: np.dtype
    page_count: int
    page_offsets: np.ndarray | None
    texts: tuple[PageText, ...]

    @property
    def description(self) -> str | None:
        """ImageDescription of the first page."""
        return self.texts[0].text

    @property
    def page_bytes(self) -> int:
        """Bytes of one page's pixels."""
        return self.image_shape[0] * self.image_shape[1] * self.dtype.itemsize

    @property
    def native_dtype(self) -> np.dtype:
        """The pixel type in this machine's byte order."""
        return self.dtype.newbyteorder("=")


def index_tif(path: Path) -> TifIndex:
    """Read the tables of a tif.

    Raises TifError of kind TIF_UNREADABLE, TIF_TRUNCATED, TIF_PIXELS_UNSUPPORTED, TIF_PAGES_DIFFER or
    TIF_IMAGES_MISSING.
    """
    try:
        with path.open("rb", buffering=_HEADER_BUFFER_BYTES) as file:
            byte_size = file.seek(0, 2)
            pages, texts = read_pages(file, byte_size=byte_size)
        _check_alike(pages, path)
        offsets = [page.offset for page in pages]
        offsets += images_without_table(pages, texts[0].text, byte_size=byte_size)
    except OSError as failure:
        raise tif_error(kinds.TIF_UNREADABLE, path, detail=str(failure)) from failure
    except TifError:
        raise
    except SscError as failure:
        problem = failure.problem
        found = f"{byte_size} bytes" if problem.kind == kinds.TIF_TRUNCATED else problem.found
        raise TifError(replace(problem, file=str(path), found=found)) from failure
    plain = None not in offsets
    return TifIndex(
        path=path,
        byte_size=byte_size,
        image_shape=(pages[0].rows, pages[0].columns),
        dtype=pages[0].dtype,
        page_count=len(offsets),
        page_offsets=np.array(offsets, dtype=np.int64) if plain else None,
        texts=texts,
    )


def _check_alike(pages: list[PageHeader], path: Path) -> None:
    first = pages[0]
    for number, page in enumerate(pages):
        if (page.rows, page.columns, page.dtype) != (first.rows, first.columns, first.dtype):
            raise tif_error(
                kinds.TIF_PAGES_DIFFER,
                path,
                page=number,
                expected=f"{first.rows} x {first.columns} {first.dtype.name}, as page 1",
                found=f"{page.rows} x {page.columns} {page.dtype.name} at page {number + 1}",
            )


class TifReader:
    """One open tif, for one thread, for a moment. A context manager.

    Raises TifError of kind RAW_FILE_CHANGED where the file is no longer as it was indexed, TIF_UNREADABLE or
    TIF_NEEDS_DECODER where a page cannot be decoded.
    """

    def __init__(self, index: TifIndex) -> None:
        self._index = index
        # The file itself, or tifffile's object, where pages must be decoded.
        self._handle: Any = None

    def __enter__(self) -> TifReader:
        path = self._index.path
        try:
            if self._index.page_offsets is None:
                self._handle = _open_with_tifffile(path)
                found = self._handle.filehandle.size
            else:
                self._handle = path.open("rb", buffering=0)
                found = self._handle.seek(0, 2)
        except OSError as failure:
            self.close()
            raise tif_error(kinds.RAW_FILE_CHANGED, path, detail=str(failure)) from failure
        if found != self._index.byte_size:
            self.close()
            expected = f"{self._index.byte_size} bytes"
            raise tif_error(kinds.RAW_FILE_CHANGED, path, expected=expected, found=f"{found} bytes")
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        if self._handle is not None:
            self._handle.close()
        self._handle = None

    def read_into(self, first_page: int, pages: np.ndarray, *, step: int = 1) -> None:
        """Fill `pages` (n, rows, columns; C-contiguous, native byte order) with every `step`-th page from the first."""
        last_page = first_page + step * (len(pages) - 1)
        if last_page >= self._index.page_count:
            raise IndexError(f"{self._index.path} has no page {last_page + 1}")
        if self._index.page_offsets is None:
            for number, page in zip(range(first_page, last_page + 1, step), pages, strict=True):
                page[...] = self._decode(number)
            return
        offsets = self._index.page_offsets[first_page : last_page + 1 : step]
        # Pages that follow one another without a gap are read in one go.
        breaks = np.flatnonzero(np.diff(offsets) != self._index.page_bytes) + 1
        edges = [0, *breaks.tolist(), len(pages)]
        for start, stop in pairwise(edges):
            self._read_run(first_page + step * start, int(offsets[start]), pages[start:stop])
        if not self._index.dtype.isnative:
            pages.byteswap(inplace=True)

    def _read_run(self, first_page: int, offset: int, pages: np.ndarray) -> None:
        rest = pages.data.cast("B")
        try:
            self._handle.seek(offset)
            while rest:
                got = self._handle.readinto(rest)
                if not got:
                    raise OSError("the file ends inside a page")
                rest = rest[got:]
        except OSError as failure:
            page = first_page + (pages.nbytes - len(rest)) // self._index.page_bytes
            raise tif_error(kinds.RAW_FILE_CHANGED, self._index.path, page=page, detail=str(failure)) from failure

    def _decode(self, number: int) -> np.ndarray:
        try:
            pixels: np.ndarray = self._handle.pages[number].asarray()
        except Exception as failure:
            needs = "imagecodecs" in str(failure)
            kind = kinds.TIF_NEEDS_DECODER if needs else kinds.TIF_UNREADABLE
            raise tif_error(kind, self._index.path, page=number, detail=str(failure)) from failure
        if pixels.shape != self._index.image_shape:
            expected = " x ".join(map(str, self._index.image_shape))
            found = " x ".join(map(str, pixels.shape))
            raise tif_error(kinds.TIF_UNREADABLE, self._index.path, page=number, expected=expected, found=found)
        return pixels


def announce_pages(index: TifIndex, first_page: int, count: int) -> None:
    """Announce to the system that `count` pages will be read soon, so that the disk works while others compress.

    A hint and no more: where the system knows none, or the file is gone, nothing happens.
    """
    if index.page_offsets is None or not hasattr(os, "posix_fadvise"):
        return
    start, last = index.page_offsets[[first_page, first_page + count - 1]].tolist()
    with contextlib.suppress(OSError), index.path.open("rb", buffering=0) as file:
        os.posix_fadvise(file.fileno(), start, last + index.page_bytes - start, os.POSIX_FADV_WILLNEED)


def _open_with_tifffile(path: Path) -> Any:
    # tifffile is needed for compressed files alone; without `is_scanimage=False` it can miss a page of a file that
    # has ScanImage's text.
    from tifffile import TiffFile, TiffFileError

    try:
        return TiffFile(path, is_scanimage=False)
    except TiffFileError as failure:
        raise tif_error(kinds.TIF_UNREADABLE, path, detail=str(failure)) from failure


def tif_error(
    kind: ProblemKind, path: Path, *, page: int | None = None, **particulars: Unpack[Particulars]
) -> TifError:
    """The exception for a problem of a tif; page: counted from 0, where it was met."""
    particulars["file"] = path
    if page is not None:
        particulars["field"] = f"page {page + 1}"
    return TifError(error(kind, **particulars).problem, page)
