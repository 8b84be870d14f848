"""The frames of a plane as the proof finds them: files and frames by the leaf sourceFileFrameIdx, pages by tifffile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from ssc_to_nwb.data_types.imaging_stacks.layout import FILE_MISSING, FRAME_ABSENT, NO_FRAME_LISTED
from ssc_to_nwb.naming import CHANNELS, Channel
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.proof.source_tif import SourceTif, open_source_tif
from ssc_to_nwb.source_files.raw_files import BATCH_DIRECTORY, ListedFile, relative_listed_path

# A page's table is a small read of its own; several at a time hide the latency of disks and networks.
_OPENING_THREADS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneFrames:
    """The frames of a plane that exist, in the order of the time stamps. Holds no open file.

    image_shape: (rows, columns) and dtype, in this machine's byte order, of every frame; index_position, file_number,
    frame_number: int64 (T,), the time stamp of each frame, its file and its place in it, counted from 0; listed: int64
    (2, F), file and frame that are listed for each time stamp, -1 where none is; files: of the list, None where none
    of its frames is used; gaps: why there is no frame, by the first time stamp of each run without one; channel_pages:
    which page of a frame is green, and which is red.
    """

    plane_name: str
    image_shape: tuple[int, int]
    dtype: np.dtype
    index_position: np.ndarray
    file_number: np.ndarray
    frame_number: np.ndarray
    listed: np.ndarray
    files: tuple[SourceTif | None, ...]
    gaps: Mapping[int, str]
    channel_pages: tuple[int, ...]

    @property
    def frame_count(self) -> int:
        """T, the number of frames that exist."""
        return len(self.index_position)

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Green, and red where it was recorded."""
        return CHANNELS[: len(self.channel_pages)]

    @property
    def frame_bytes(self) -> int:
        """Bytes of a frame of one channel."""
        return self.image_shape[0] * self.image_shape[1] * self.dtype.itemsize

    def read(self, start: int, stop: int) -> np.ndarray:
        """Frames start..stop-1, (t, channel, rows, columns), green first. Raises SscError of kind TIF_UNREADABLE."""
        channels = len(self.channel_pages)
        pages = np.empty((channels * (stop - start), *self.image_shape), dtype=self.dtype)
        files, frames = self.file_number[start:stop], self.frame_number[start:stop]
        breaks = np.flatnonzero((np.diff(files) != 0) | (np.diff(frames) != 1)) + 1
        for first, last in pairwise([0, *breaks.tolist(), stop - start]):
            tif = self.files[int(files[first])]
            if tif is None:
                raise ValueError(f"file {files[first]} of {self.plane_name} is not used")
            tif.read_into(channels * int(frames[first]), pages[channels * first : channels * last])
        frames = pages.reshape(stop - start, channels, *self.image_shape)
        return frames[:, ::-1] if self.channel_pages == (1, 0) else frames


def open_plane_frames(
    plane_name: str,
    index: np.ndarray,
    *,
    length: int,
    listed_files: Sequence[ListedFile],
    left_out: Mapping[Path, str],
    channel_pages: tuple[int, ...],
) -> PlaneFrames:
    """Find the frames of a plane, which is called `fov_VVPPP`.

    index: the leaf sourceFileFrameIdx, (2, F), file and frame of each time stamp, counted from 1, NaN where there is
    none; or nothing at all, where the plane has no file; length: F, the number of time stamps; listed_files: the
    plane's list, with the places of its files; left_out: files that could not be used, by path, with the reason;
    channel_pages: see `PlaneFrames`. Raises SscError of kind TIF_UNREADABLE where tifffile cannot read a file,
    VERIFY_VALUE_DIFFERS where one lies elsewhere than listed.
    """
    counted = index.astype(np.float64) if index.size else np.full((2, length), np.nan)
    listed = np.where(np.isnan(counted), 0, counted).astype(np.int64) - 1
    file_number, frame_number = listed
    used = [number for number in np.unique(file_number).tolist() if number >= 0]
    paths = {number: _checked_place(listed_files[number]) for number in used}
    usable = {number: path for number, path in paths.items() if path is not None and path not in left_out}
    with ThreadPoolExecutor(_OPENING_THREADS, thread_name_prefix="tif") as pool:
        tifs = dict(zip(usable, pool.map(open_source_tif, usable.values()), strict=True))
    counts = np.zeros(len(listed_files) + 1, dtype=np.int64)
    for number, tif in tifs.items():
        counts[number] = tif.page_count // len(channel_pages)
    # The last count is that of no file, whose number is -1.
    exists = (file_number >= 0) & (frame_number < counts[file_number])
    first = tifs[min(tifs)] if tifs else None
    position = np.flatnonzero(exists)
    reasons = {number: left_out.get(path, FRAME_ABSENT) if path else FILE_MISSING for number, path in paths.items()}
    return PlaneFrames(
        plane_name=plane_name,
        image_shape=(0, 0) if first is None else first.image_shape,
        dtype=np.dtype(np.uint16) if first is None else first.native_dtype,
        index_position=position,
        file_number=file_number[position],
        frame_number=frame_number[position],
        listed=listed,
        files=tuple(tifs.get(number) for number in range(len(listed_files))),
        gaps=dict(_gaps(exists, file_number, reasons)),
        channel_pages=channel_pages,
    )


def _gaps(exists: np.ndarray, file_number: np.ndarray, reasons: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    """Missing frames, in runs of one file or of none."""
    missing = np.flatnonzero(~exists)
    edges = np.flatnonzero((np.diff(missing) != 1) | (np.diff(file_number[missing]) != 0)) + 1
    for run in np.split(missing, edges) if missing.size else ():
        number = int(file_number[run[0]])
        yield int(run[0]), NO_FRAME_LISTED if number < 0 else reasons[number]


def _checked_place(file: ListedFile) -> Path | None:
    """Where a listed file lies, which must be where its list says; None where it is missing."""
    if file.path is None:
        return None
    listed, found = _parts(relative_listed_path(file.listed_path).parts), _parts(file.path.parts)
    if found[-len(listed) :] != listed:
        raise error(
            kinds.VERIFY_VALUE_DIFFERS, file=file.path, field="sourceFileList",
            detail=f"was taken for {file.path}, which is not the listed {file.listed_path}",
        )  # fmt: skip
    return file.path


def _parts(parts: Sequence[str]) -> list[str]:
    """Folders and name in one case, without the folder that lists leave out at will."""
    return [part.casefold() for part in parts if part.casefold() != BATCH_DIRECTORY]
