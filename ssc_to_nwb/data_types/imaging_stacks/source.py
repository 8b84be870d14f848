"""One plane's imaging stack: the frames that exist, in the order of the session file's frame index.

Frames are numbered 0..T-1 over those that exist. A frame is a green and a red page of one tif: pages alternate green,
red, green, red, as public programs rely on that read the real files. Where green alone was recorded a frame is a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ssc_to_nwb.data_types.trial_labels.source import describe_trials
from ssc_to_nwb.naming import CHANNELS, Channel
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.source_files.raw_files import ListedFile
from ssc_to_nwb.tif.index import TifError, TifIndex, TifReader, announce_pages


@dataclass(frozen=True, slots=True, kw_only=True)
class StackGap:
    """A run of time stamps for which the plane has no frame.

    start, stop: positions in the frame index, stop excluded; reason: in words; listed_path: of the file whose frames
    are missing, None where the index names none.
    """

    start: int
    stop: int
    reason: str
    listed_path: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameSpan:
    """Frames of one file that follow one another.

    file_number: position in the plane's list of files; first_frame: of the file, from 0; start: where they are in the
    stack; count: how many.
    """

    file_number: int
    first_frame: int
    start: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneStack:
    """The existing frames of one plane, channels green (0) and, where it was recorded, red (1).

    Holds no open file; can be pickled.

    Attributes
    ----------
    plane_name : str
        Name of the plane.
    image_shape : tuple of int
        (rows, columns) of every frame; (0, 0) without frames.
    dtype : dtype
        Of every frame, in native byte order; uint16 without frames.
    index_position : ndarray of int64, (T,)
        Position of each frame among the F time stamps.
    file_number : ndarray of int64, (T,)
        Position of its file among `files`.
    frame_number : ndarray of int64, (T,)
        Its number in the file, counted from 0.
    trial : ndarray of int64, (F,)
        Trial number of every time stamp.
    exists : ndarray of bool, (F,)
        Which time stamps have a frame.
    files : tuple of TifIndex or None
        Of each listed file; None where it is not used.
    listed_files : tuple of ListedFile
        What the source lists, and what was found of it.
    gaps : tuple of StackGap
        Time stamps without a frame.
    description : str or None
        The first file's ImageDescription (ScanImage's settings).
    channel_pages : tuple of int
        Which page of a frame is green and which is red: (0, 1), or (1, 0) where red comes first; (0,) where there is no
        red.
    """

    plane_name: str
    image_shape: tuple[int, int]
    dtype: np.dtype
    index_position: np.ndarray
    file_number: np.ndarray
    frame_number: np.ndarray
    trial: np.ndarray
    exists: np.ndarray
    files: tuple[TifIndex | None, ...]
    listed_files: tuple[ListedFile, ...]
    gaps: tuple[StackGap, ...]
    description: str | None
    channel_pages: tuple[int, ...]

    @property
    def frame_count(self) -> int:
        """T, the number of frames that exist."""
        return len(self.index_position)

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
        files, frames = self.file_number[start:stop], self.frame_number[start:stop]
        breaks = np.flatnonzero((np.diff(files) != 0) | (np.diff(frames) != 1)) + 1
        for first, last in pairwise([0, *breaks.tolist(), len(files)]):
            if last > first:
                number, frame = int(files[first]), int(frames[first])
                yield FrameSpan(file_number=number, first_frame=frame, start=start + first, count=last - first)

    def read(self, channel: int, start: int, stop: int) -> np.ndarray:
        """Frames start..stop-1 of channel 0 (green) or 1 (red), (n, rows, columns), in native byte order.

        Raises SscError of kind raw-file-changed, tif-unreadable or tif-needs-decoder, with the frame.
        """
        self._check(start, stop)
        out, channels = np.empty((stop - start, *self.image_shape), dtype=self.dtype), len(self.channel_pages)
        for span in self.spans(start, stop):
            with self._reading(span) as reader:
                pages = out[span.start - start : span.start - start + span.count]
                reader.read_into(channels * span.first_frame + self.channel_pages[channel], pages, step=channels)
        return out

    def read_all(self, start: int, stop: int, out: np.ndarray | None = None) -> np.ndarray:
        """Frames start..stop-1 of all channels, (n, channels, rows, columns), green first; each byte is read once.

        out: room for at least that many frames; the result is then a view of it. Raises as `read`.
        """
        self._check(start, stop)
        channels = len(self.channel_pages)
        if out is None:
            out = np.empty((stop - start, channels, *self.image_shape), dtype=self.dtype)
        pages = out.reshape(-1, *self.image_shape)
        for span in self.spans(start, stop):
            with self._reading(span) as reader:
                first = channels * (span.start - start)
                run = pages[first : first + channels * span.count]
                reader.read_into(channels * span.first_frame, run)
        return out[: stop - start, ::-1] if self.channel_pages == (1, 0) else out[: stop - start]

    def announce(self, start: int, stop: int) -> None:
        """Let the system know that frames start..stop-1 will be read soon."""
        for span in self.spans(start, stop):
            index = self.files[span.file_number]
            if index is not None:
                channels = len(self.channel_pages)
                announce_pages(index, channels * span.first_frame, channels * span.count)

    def _check(self, start: int, stop: int) -> None:
        if not 0 <= start <= stop <= self.frame_count:
            raise IndexError(f"frames {start} to {stop} of {self.frame_count}")

    @contextmanager
    def _reading(self, span: FrameSpan) -> Iterator[TifReader]:
        index = self.files[span.file_number]
        if index is None:
            raise ValueError(f"file {span.file_number} of {self.plane_name} was not indexed")
        try:
            with TifReader(index) as reader:
                yield reader
        except TifError as failure:
            position = self.index_position[span.start : span.start + span.count]
            raise named_error(
                failure,
                plane_name=self.plane_name,
                trials=self.trial[position],
                first_frame=span.first_frame,
                channel_count=len(self.channel_pages),
            ) from failure


def named_error(
    failure: TifError, *, plane_name: str, trials: np.ndarray, first_frame: int | None, channel_count: int
) -> SscError:
    """The same problem with plane, trials and frame named; frames are counted from 1, as the session file does.

    trials: of the frames that were to be read; first_frame: of the file, from 0, where the failure names no page;
    channel_count: pages per frame.
    """
    parts = [f"plane {plane_name}", describe_trials(trials)]
    if failure.page is not None:
        parts.append(f"frame {failure.page // channel_count + 1} (page {failure.page + 1})")
    elif first_frame is not None:
        parts.append(f"frame {first_frame + 1}")
    return SscError(replace(failure.problem, field=", ".join(part for part in parts if part)))
