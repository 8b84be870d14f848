"""From the frames in an NWB file back to the tif stacks of the source, under their names and in their folders.

Only what the file has comes back: listed frames at their own pages, bit by bit, and the ImageDescriptions. A page that
no list names is zero. Pages behind the last listed frame are there only where the file has the number of all pages,
that is in planes whose pages differ in their text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.output_files import whole_file
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog, error
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.nwb_reader import NwbTable, ObjectError

_SOURCE = f"/processing/{naming.SOURCE_MODULE}"
_FILE_ROLE = "imaging stack"
_LISTED_ROOT = "imaging_data/"
_TEXT = re.compile(r"ImageDescription of the first tif, [^:]*: (?P<text>.*)", re.DOTALL)
# A text is cut at 60,000 bytes, there at the end of a character.
_CUT_FROM_BYTES = 60_000 - 3
_SHOWN_PAGES = 8
# A tif of 32-bit offsets ends here; some room is left for its page tables.
_LARGEST_BYTES = 2**32 - 2**25


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedStack:
    """A stack as the source lists it.

    plane_name: of which plane; file_number: its number there, from 1; source_path: where it was, relative to the folder
    of the session file, or the listed path where it was missing; reason: why it was not used, empty where it was.
    """

    plane_name: str
    file_number: int
    listed_path: str
    source_path: str
    reason: str

    def place(self, file: Path) -> PurePosixPath:
        """Where it was, below the folder of the session file; as listed, of one that was elsewhere.

        Raises restore-path-outside.
        """
        text = self.source_path
        if "/" not in text:
            text = self.listed_path.replace("\\", "/").rpartition(_LISTED_ROOT)[2]
        place = PurePosixPath(text)
        if place.is_absolute() or not place.name or ".." in place.parts or any(":" in part for part in place.parts):
            raise error(kinds.RESTORE_PATH_OUTSIDE, file=file, found=text)
        return place


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredStack:
    """A tif that was written; zero_pages: numbers, from 1, of its pages that no list of the source names."""

    path: Path
    page_count: int
    zero_pages: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StacksReport:
    """What was restored of a session's stacks, and the listed ones of which the NWB file holds no frame."""

    stacks: tuple[RestoredStack, ...]
    not_restored: tuple[ListedStack, ...]

    @property
    def page_count(self) -> int:
        """Pages written, those that are zero among them."""
        return sum(stack.page_count for stack in self.stacks)

    @property
    def zero_page_count(self) -> int:
        """Pages that are zero because no list names them."""
        return sum(len(stack.zero_pages) for stack in self.stacks)


def restore_stacks(
    file: FileView, folder: Path, *, nwb_path: Path, log: ProblemLog, overwrite: bool = False
) -> StacksReport:
    """Write the imaging stacks of an NWB file below `folder`, each whole or not at all.

    Their paths below it are those below the folder of the session file. Pages pass through memory one by one. Stacks
    that do not come back, pages that are zero and texts that may be cut are logged.

    Raises restore-without-frames, restore-path-outside, output-exists, output-not-writable, disk-full; ObjectError,
    KeyError, ValueError where the file makes no sense.
    """
    source = _Stacks(file, log=log)
    indices = [name for name in file.reader.members(_SOURCE) if name.startswith(naming.frame_index(""))]
    if not any(file.table(f"{_SOURCE}/{name}").has(naming.TWO_PHOTON_FRAME) for name in indices):
        raise error(kinds.RESTORE_WITHOUT_FRAMES, file=nwb_path, found=f"{len(indices)} imaging planes, no frames")
    found: dict[PurePosixPath, list[ListedStack]] = {}
    missing: list[ListedStack] = []
    for stack in _listed(file):
        if source.rows_of(stack).size:
            # A list may name one tif twice.
            found.setdefault(stack.place(nwb_path), []).append(stack)
        else:
            field = f"plane {stack.plane_name}"
            log.add(kinds.STACK_NOT_RESTORED, file=stack.listed_path, field=field, found=stack.reason)
            missing.append(stack)
    one_text = {
        first.plane_name for first, *_ in found.values() if (first.plane_name, first.file_number) not in source.texts
    }
    for name in sorted(one_text):
        size = len((source.text_of(name) or "").encode())
        if size >= _CUT_FROM_BYTES:
            log.add(kinds.STACK_TEXT_CUT, file=nwb_path, field=f"plane {name}", found=f"{size} bytes")
    restored = [source.write(folder / place, stacks, overwrite=overwrite) for place, stacks in found.items()]
    return StacksReport(stacks=tuple(restored), not_restored=tuple(missing))


def _listed(file: FileView) -> Iterator[ListedStack]:
    """All stacks that the source lists, plane by plane. Raises ObjectError."""
    listed, files = (file.table(f"{_SOURCE}/{name}") for name in (naming.SOURCE_STACKS, naming.SOURCE_FILES))
    of_files = zip(files.texts("role"), files.texts("path"), files.texts("reason"), strict=True)
    of_stacks = [(path, reason) for role, path, reason in of_files if role == _FILE_ROLE]
    if len(of_stacks) != listed.rows:
        raise ObjectError(
            files.path, expected=f"{listed.rows} files with the role {_FILE_ROLE!r}", found=str(len(of_stacks))
        )
    planes, numbers, paths = listed.texts("plane"), listed.column("file_number").tolist(), listed.texts("listed_path")
    for plane, number, path, (source_path, reason) in zip(planes, numbers, paths, of_stacks, strict=True):
        yield ListedStack(
            plane_name=plane, file_number=number, listed_path=path, source_path=source_path, reason=reason
        )


class _Stacks:
    """The stacks of one NWB file, written one after the other.

    texts: of every page, by plane and file number, of planes whose pages differ in their text alone.
    """

    def __init__(self, file: FileView, *, log: ProblemLog) -> None:
        self._file = file
        self._log = log
        # Stacks of a plane follow each other, and the next begins in the chunk where the last one ended.
        self._chunk = lru_cache(maxsize=len(naming.CHANNELS))(self._read_chunk)
        self.texts = texts_of_pages(file)

    def rows_of(self, stack: ListedStack) -> np.ndarray:
        """Time stamps whose frame is in the file and of this stack."""
        index = self._index(stack)
        of_stack = index.column("file_number") == stack.file_number
        return np.flatnonzero(of_stack & (index.column(naming.TWO_PHOTON_FRAME) > 0))

    def _index(self, stack: ListedStack) -> NwbTable:
        return self._file.table(f"{_SOURCE}/{naming.frame_index(stack.plane_name)}")

    def text_of(self, plane_name: str) -> str | None:
        """The ImageDescription of the first tif of a plane, None where it has none."""
        found = _TEXT.search(self._file.reader.attribute(self._series(plane_name)[0], "comments"))
        return None if found is None else found["text"]

    def write(self, path: Path, stacks: Sequence[ListedStack], *, overwrite: bool) -> RestoredStack:
        """Write the tif that these entries of the lists name."""
        pages = {page: frame for stack in stacks for page, frame in self._pages_of(stack)}
        texts = self._texts(stacks[0], page_count=max(pages) + 1)
        one = self._file.reader.dataset(f"{self._series(stacks[0].plane_name)[0]}/data")
        # The axes of a series are time, column, row.
        blank = np.zeros((one.shape[2], one.shape[1]), dtype=one.dtype)
        with whole_file(path, overwrite=overwrite) as building:
            images = (self._frame(*pages[page]) if page in pages else blank for page in range(len(texts)))
            write_tif(building, images, image_shape=blank.shape, dtype=one.dtype, texts=texts)
        zero_pages = tuple(page + 1 for page in range(len(texts)) if page not in pages)
        if zero_pages:
            shown = ", ".join(map(str, zero_pages[:_SHOWN_PAGES])) + (", ..." if zero_pages[_SHOWN_PAGES:] else "")
            self._log.add(kinds.STACK_PAGES_ZERO, file=path, found=f"{len(zero_pages)} of {len(texts)} pages: {shown}")
        return RestoredStack(path=path, page_count=len(texts), zero_pages=zero_pages)

    def _series(self, plane_name: str) -> list[str]:
        """Paths of the series of a plane, green first."""
        paths = (f"/acquisition/{naming.two_photon_series(plane_name, channel)}" for channel in naming.CHANNELS)
        return [path for path in paths if self._file.reader.has(path)]

    def _pages_of(self, stack: ListedStack) -> Iterator[tuple[int, tuple[str, int]]]:
        """Pages, from 0, with series and frame. Frame n of two channels is page 2n - 1 and 2n, of one page n."""
        series = self._series(stack.plane_name)
        if not self._file.assumptions["green_page_first"]:
            series.reverse()
        index, rows = self._index(stack), self.rows_of(stack)
        frames, of_series = (index.column(name)[rows].tolist() for name in ("frame_number", naming.TWO_PHOTON_FRAME))
        for frame, series_frame in zip(frames, of_series, strict=True):
            for place, name in enumerate(series):
                yield len(series) * (frame - 1) + place, (name, series_frame - 1)

    def _texts(self, stack: ListedStack, *, page_count: int) -> list[str | None]:
        """The ImageDescription of every page; of more pages than are listed where the file knows of more."""
        texts = self.texts.get((stack.plane_name, stack.file_number))
        if texts is None:
            return [self.text_of(stack.plane_name)] * page_count
        # Images behind the last page that has a table of its own have no text, and the file does not count them.
        return texts + [None] * (page_count - len(texts))

    def _frame(self, series: str, number: int) -> np.ndarray:
        """One frame of a series, (rows, columns), by its number from 0."""
        chunks = self._file.reader.dataset(f"{series}/data").chunks
        step = chunks[0] if chunks else 1
        frame: np.ndarray = self._chunk(series, number - number % step, step)[number % step]
        return np.ascontiguousarray(frame)

    def _read_chunk(self, series: str, start: int, count: int) -> np.ndarray:
        """Frames (count, rows, columns) of a series from this one on."""
        try:
            frames: np.ndarray = self._file.reader.dataset(f"{series}/data")[start : start + count]
        except OSError as failure:
            raise ObjectError(f"{series}/data", expected="readable frames", found=str(failure)) from failure
        return frames.swapaxes(1, 2)


def texts_of_pages(file: FileView) -> dict[tuple[str, int], list[str | None]]:
    """The text of every page by plane and file number, from the rows of pages with one text. Raises ValueError."""
    found: dict[tuple[str, int], list[str | None]] = {}
    table = file.table(f"{_SOURCE}/{naming.IMAGE_DESCRIPTIONS}")
    if not file.reader.has(table.path):
        return found
    numbers = (table.column(name).tolist() for name in ("file_number", "first_page", "page_count"))
    rows = zip(table.texts("plane"), *numbers, table.texts("text"), strict=True)
    for plane, number, first, count, text in sorted(rows):
        pages = found.setdefault((plane, number), [])
        if first != len(pages) + 1:
            raise ValueError(f"texts that begin with page {first} where page {len(pages) + 1} is next")
        pages += [text or None] * count
    return found


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
