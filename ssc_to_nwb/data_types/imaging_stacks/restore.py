"""From the frames in an NWB file back to the tif stacks of the source, under their names and in their folders.

Only what the file has comes back: listed frames at their own pages, bit by bit, and the ImageDescriptions. A page that
no list names is zero. Pages behind the last listed frame are there only where the file has the number of all pages,
that is in planes whose pages differ in their text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from ssc_to_nwb.data_types.imaging_stacks.restore_tables import FrameReader, ListedStack, StacksInFile, open_stacks
from ssc_to_nwb.output_files import whole_file
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog

# A text is cut at 60,000 bytes, there at the end of a character.
_CUT_FROM_BYTES = 60_000 - 3
_SHOWN_PAGES = 8
# A tif of 32-bit offsets ends here; some room is left for its page tables.
_LARGEST_BYTES = 2**32 - 2**25


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredStack:
    """A tif that was written; zero_pages: numbers, from 1, of its pages that no list of the source names."""

    path: Path
    page_count: int
    zero_pages: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StackNotRestored:
    """A listed stack of which the NWB file holds no frame, and why, as the file says it."""

    plane_name: str
    listed_path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StacksReport:
    """What was restored of a session's stacks, and what was not."""

    stacks: tuple[RestoredStack, ...]
    not_restored: tuple[StackNotRestored, ...]

    @property
    def page_count(self) -> int:
        """Pages written, those that are zero among them."""
        return sum(stack.page_count for stack in self.stacks)

    @property
    def zero_page_count(self) -> int:
        """Pages that are zero because no list names them."""
        return sum(len(stack.zero_pages) for stack in self.stacks)


def restore_stacks(nwb_path: Path, folder: Path, *, log: ProblemLog, overwrite: bool = False) -> StacksReport:
    """Write the imaging stacks of an NWB file below `folder`, each whole or not at all.

    Their paths below it are those below the folder of the session file. Pages pass through memory one by one. Stacks
    that do not come back, pages that are zero and texts that may be cut are logged.

    Raises restore-without-frames, restore-of-stub, restore-unreadable, restore-path-outside, output-exists,
    output-not-writable, disk-full.
    """
    found: dict[PurePosixPath, list[ListedStack]] = {}
    missing: list[StackNotRestored] = []
    with open_stacks(nwb_path) as source:
        for stack in source.listed():
            if source.plane(stack.plane_name).rows_of(stack).size:
                # A list may name one tif twice.
                found.setdefault(source.place(stack), []).append(stack)
            else:
                missing.append(_not_restored(stack, log=log))
        _report_cut_texts(source, [stacks[0] for stacks in found.values()], log=log)
        writer = _StackWriter(source, log=log)
        restored = [writer.write(folder / place, stacks, overwrite=overwrite) for place, stacks in found.items()]
    return StacksReport(stacks=tuple(restored), not_restored=tuple(missing))


def _not_restored(stack: ListedStack, *, log: ProblemLog) -> StackNotRestored:
    log.add(kinds.STACK_NOT_RESTORED, file=stack.listed_path, field=f"plane {stack.plane_name}", found=stack.reason)
    return StackNotRestored(plane_name=stack.plane_name, listed_path=stack.listed_path, reason=stack.reason)


def _report_cut_texts(source: StacksInFile, stacks: Sequence[ListedStack], *, log: ProblemLog) -> None:
    one_text = {stack.plane_name for stack in stacks if (stack.plane_name, stack.file_number) not in source.text_runs}
    for name in sorted(one_text):
        text = source.plane(name).text
        if text is not None and len(text.encode()) >= _CUT_FROM_BYTES:
            log.add(kinds.STACK_TEXT_CUT, file=source.path, field=f"plane {name}", found=f"{len(text.encode())} bytes")


# Of each page, from 0, the series of its channel and the frame in it.
_Pages = dict[int, tuple[str, int]]


class _StackWriter:
    """Writes the stacks of one NWB file, one after the other."""

    def __init__(self, source: StacksInFile, *, log: ProblemLog) -> None:
        self._source = source
        self._log = log
        self._readers: dict[str, FrameReader] = {}

    def write(self, path: Path, stacks: Sequence[ListedStack], *, overwrite: bool) -> RestoredStack:
        """Write the tif that these entries of the lists name."""
        pages: _Pages = {}
        for stack in stacks:
            pages |= self._pages_of(stack)
        texts = self._texts(stacks[0], page_count=max(pages) + 1)
        # Stacks of a plane follow each other, and the next begins in the chunk where the last one ended.
        self._readers = {
            name: self._readers.get(name) or self._source.frames(name) for name in {name for name, _ in pages.values()}
        }
        one = next(iter(self._readers.values()))
        with whole_file(path, overwrite=overwrite) as building:
            images = self._images(pages, count=len(texts), blank=np.zeros(one.image_shape, dtype=one.dtype))
            write_tif(building, images, image_shape=one.image_shape, dtype=one.dtype, texts=texts)
        zero_pages = tuple(page + 1 for page in range(len(texts)) if page not in pages)
        if zero_pages:
            shown = ", ".join(map(str, zero_pages[:_SHOWN_PAGES])) + (", ..." if zero_pages[_SHOWN_PAGES:] else "")
            self._log.add(kinds.STACK_PAGES_ZERO, file=path, found=f"{len(zero_pages)} of {len(texts)} pages: {shown}")
        return RestoredStack(path=path, page_count=len(texts), zero_pages=zero_pages)

    def _pages_of(self, stack: ListedStack) -> _Pages:
        """Frame n of two channels is page 2n - 1 and page 2n, of one channel page n."""
        plane = self._source.plane(stack.plane_name)
        series = plane.series[::-1] if self._source.red_first else plane.series
        rows = plane.rows_of(stack)
        return {
            len(series) * (frame - 1) + place: (name, series_frame - 1)
            for frame, series_frame in zip(
                plane.frame_number[rows].tolist(), plane.series_frame[rows].tolist(), strict=True
            )
            for place, name in enumerate(series)
        }

    def _texts(self, stack: ListedStack, *, page_count: int) -> list[str | None]:
        """The ImageDescription of every page; of more pages than are listed where the file knows of more."""
        runs = self._source.text_runs.get((stack.plane_name, stack.file_number))
        if runs is not None:
            texts = list(pages_of_texts(runs))
            # Images behind the last page that has a table of its own have no text, and the file does not count them.
            return texts + [None] * (page_count - len(texts))
        return [self._source.plane(stack.plane_name).text] * page_count

    def _images(self, pages: _Pages, *, count: int, blank: np.ndarray) -> Iterator[np.ndarray]:
        for page in range(count):
            if page in pages:
                name, frame = pages[page]
                yield self._readers[name].frame(frame)
            else:
                yield blank


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
