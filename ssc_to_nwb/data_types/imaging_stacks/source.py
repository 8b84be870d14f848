"""One plane's imaging stack: the frames that exist, in the order of the session file's frame index.

Frames are numbered 0..T-1 over those that exist. A frame is a green and a red page of one tif: pages alternate green,
red, green, red, as public programs rely on that read the real files. Where green alone was recorded a frame is a page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from ssc_to_nwb.data_types.rois.source import FrameIndex
from ssc_to_nwb.data_types.trial_labels.source import describe_trials
from ssc_to_nwb.naming import CHANNELS, Channel
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.source_files.raw_files import ListedFile
from ssc_to_nwb.tif.index import TifError, TifIndex, TifReader, announce_pages


@dataclass(frozen=True, kw_only=True)
class ListedFrames:
    """The frames of a plane as the session file lists them.

    plane_name: name of the plane; frame_index: a frame for each of the F time stamps; trial: int64 (F,), trial number
    of each; listed_files: the files that the index counts, and what was found of them.
    """

    plane_name: str
    frame_index: FrameIndex
    trial: np.ndarray
    listed_files: tuple[ListedFile, ...]

    @property
    def named_files(self) -> list[int]:
        """Places in the list of the files that the index names, those that are missing among them."""
        numbers: list[int] = np.unique(self.frame_index.file_number[self.frame_index.present]).tolist()
        return numbers

    def stamps_of(self, file_number: int) -> np.ndarray:
        """Places of the time stamps whose frames are of a file."""
        return np.flatnonzero(self.frame_index.file_number == file_number)

    def named(self, failure: TifError, stamps: np.ndarray, *, pages_per_frame: int) -> SscError:
        """The same problem with plane, trials and frame named; frames are counted from 1, as the session file does.

        stamps: places of the time stamps whose frames were to be read.
        """
        parts = [f"plane {self.plane_name}", describe_trials(self.trial[stamps])]
        if failure.page is None:
            parts.append(f"frame {self.frame_index.frame_number[stamps].min() + 1}")
        else:
            parts.append(f"frame {failure.page // pages_per_frame + 1} (page {failure.page + 1})")
        return SscError(replace(failure.problem, field=", ".join(part for part in parts if part)))


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameSpan:
    """Frames of one file that follow one another.

    file_number: place of the file in the plane's list; first_frame: of the file, from 0; start: where they are in the
    stack; count: how many.
    """

    file_number: int
    first_frame: int
    start: int
    count: int


@dataclass(frozen=True, kw_only=True)
class PlaneStack(ListedFrames):
    """The existing frames of one plane, channels green (0) and, where it was recorded, red (1).

    Holds no open file; can be pickled.

    Attributes
    ----------
    used : mapping of int to TifIndex
        The files that are read, by their place in the list.
    unused : mapping of int to str
        Why others of those that the index names are not.
    channel_pages : tuple of int
        Which page of a frame is green and which is red: (0, 1), or (1, 0) where red comes first; (0,) where there is no
        red.
    """

    used: Mapping[int, TifIndex]
    unused: Mapping[int, str]
    channel_pages: tuple[int, ...]

    @cached_property
    def exists(self) -> np.ndarray:
        """bool (F,): which time stamps have a frame."""
        counts = np.zeros(len(self.listed_files) + 1, dtype=np.int64)
        for number, index in self.used.items():
            counts[number] = index.page_count // len(self.channel_pages)
        # The last count is that of no file, whose number is -1.
        exists: np.ndarray = self.frame_index.frame_number < counts[self.frame_index.file_number]
        exists &= self.frame_index.present
        return exists

    @cached_property
    def index_position(self) -> np.ndarray:
        """int64 (T,): place of each frame among the F time stamps."""
        return np.flatnonzero(self.exists)

    @cached_property
    def frames(self) -> FrameIndex:
        """File and number of each frame, (T,)."""
        of_all = self.frame_index
        return FrameIndex(file_number=of_all.file_number[self.exists], frame_number=of_all.frame_number[self.exists])

    @property
    def frame_count(self) -> int:
        """T, the number of frames that exist."""
        return len(self.index_position)

    @property
    def first_file(self) -> TifIndex:
        """The first file that is used, of a stack that has any."""
        return next(iter(self.used.values()))

    @property
    def image_shape(self) -> tuple[int, int]:
        """(rows, columns) of every frame; (0, 0) without any file."""
        return self.first_file.image_shape if self.used else (0, 0)

    @property
    def dtype(self) -> np.dtype:
        """Of every frame, in native byte order; uint16 without any file."""
        return self.first_file.native_dtype if self.used else np.dtype(np.uint16)

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels that were recorded: green, and mostly red."""
        return CHANNELS[: len(self.channel_pages)]

    @property
    def frame_bytes(self) -> int:
        """Bytes of one page of one frame."""
        return self.image_shape[0] * self.image_shape[1] * self.dtype.itemsize

    @property
    def byte_size(self) -> int:
        """Bytes of all frames, all channels."""
        return self.frame_count * len(self.channel_pages) * self.frame_bytes

    def spans(self, start: int, stop: int) -> Iterator[FrameSpan]:
        """Frames start..stop-1 as runs of consecutive frames of one file, in the order of the stack."""
        files, frames = self.frames.file_number[start:stop], self.frames.frame_number[start:stop]
        breaks = np.flatnonzero((np.diff(files) != 0) | (np.diff(frames) != 1)) + 1
        for first, last in pairwise([0, *breaks.tolist(), len(files)]):
            if last > first:
                number, frame = int(files[first]), int(frames[first])
                yield FrameSpan(file_number=number, first_frame=frame, start=start + first, count=last - first)

    def read(self, channel: int, start: int, stop: int) -> np.ndarray:
        """Frames start..stop-1 of channel 0 (green) or 1 (red), (n, rows, columns), in native byte order.

        Raises SscError of kind raw-file-changed, tif-unreadable or tif-needs-decoder, with the frame.
        """
        pages = np.empty((max(stop - start, 0), *self.image_shape), dtype=self.dtype)
        self._read_into(pages, start, stop, page=self.channel_pages[channel], step=len(self.channel_pages))
        return pages

    def read_all(self, start: int, stop: int, out: np.ndarray | None = None) -> np.ndarray:
        """Frames start..stop-1 of all channels, (n, channels, rows, columns), green first; each byte is read once.

        out: room for at least that many frames; the result is then a view of it. Raises as `read`.
        """
        if out is None:
            shape = (max(stop - start, 0), len(self.channel_pages), *self.image_shape)
            out = np.empty(shape, dtype=self.dtype)
        self._read_into(out.reshape(-1, *self.image_shape), start, stop, page=0, step=1)
        return out[: stop - start, ::-1] if self.channel_pages == (1, 0) else out[: stop - start]

    def _read_into(self, pages: np.ndarray, start: int, stop: int, *, page: int, step: int) -> None:
        """Fill `pages` with every `step`-th page of frames start..stop-1, from this one of the first frame on."""
        if not 0 <= start <= stop <= self.frame_count:
            raise IndexError(f"frames {start} to {stop} of {self.frame_count}")
        per_frame = len(self.channel_pages)
        taken = per_frame // step
        for span in self.spans(start, stop):
            place = taken * (span.start - start)
            with self._reading(span) as reader:
                first_page = per_frame * span.first_frame + page
                reader.read_into(first_page, pages[place : place + taken * span.count], step=step)

    @contextmanager
    def _reading(self, span: FrameSpan) -> Iterator[TifReader]:
        try:
            with TifReader(self.used[span.file_number]) as reader:
                yield reader
        except TifError as failure:
            stamps = self.index_position[span.start : span.start + span.count]
            raise self.named(failure, stamps, pages_per_frame=len(self.channel_pages)) from failure

    def announce(self, start: int, stop: int) -> None:
        """Let the system know that frames start..stop-1 will be read soon."""
        per_frame = len(self.channel_pages)
        for span in self.spans(start, stop):
            announce_pages(self.used[span.file_number], per_frame * span.first_frame, per_frame * span.count)
