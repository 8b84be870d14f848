"""Opens a plane's stack: indexes its files, several at a time, checks them against each other and the frame index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from ssc_to_nwb.data_types.imaging_stacks.channels import (
    ONE,
    TWO,
    TWO_CHANNELS,
    ChannelCount,
    StackPages,
    fault_of_pages,
)
from ssc_to_nwb.data_types.imaging_stacks.layout import FILE_MISSING, FILE_SKIPPED, FRAME_ABSENT, NO_FRAME_LISTED
from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack, StackGap, named_error
from ssc_to_nwb.data_types.rois.source import FrameIndex
from ssc_to_nwb.data_types.trial_labels.source import describe_trials
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, ProblemKind, ProblemLog, SscError
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.source_files.raw_files import ListedFile
from ssc_to_nwb.tif.index import TifError, TifIndex, index_tif

# A page's table is a small read of its own; several at a time hide the latency of disks and networks.
_INDEXING_THREADS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedFiles:
    """The stacks of a plane that its frame index names.

    trial: int64 (F,), trial number per time stamp; found: index of each that is there, or what is wrong with it, by
    position in `listed_files`.
    """

    plane_name: str
    listed_files: tuple[ListedFile, ...]
    frame_index: FrameIndex
    trial: np.ndarray
    found: Mapping[int, TifIndex | TifError]

    @property
    def numbers(self) -> list[int]:
        """Positions of the named files, those that are missing among them."""
        numbers: list[int] = np.unique(self.frame_index.file_number[self.frame_index.present]).tolist()
        return numbers

    def pages_of(self, number: int, index: TifIndex) -> StackPages:
        """Pages and listed frames of a file."""
        listed = int(self.frame_index.frame_number[self.frame_index.file_number == number].max()) + 1
        return StackPages(pages=index.page_count, listed=listed)

    def pages(self) -> Iterator[StackPages]:
        """Pages and listed frames of every file that could be indexed."""
        for number, found in self.found.items():
            if isinstance(found, TifIndex):
                yield self.pages_of(number, found)

    def trials_of(self, number: int) -> np.ndarray:
        """Trial number of each time stamp whose frame is in a file."""
        trials: np.ndarray = self.trial[self.frame_index.file_number == number]
        return trials

    def named(self, failure: TifError, number: int, *, channel_count: int = TWO) -> SscError:
        """The same problem with plane, trials and frame named."""
        return named_error(
            failure,
            plane_name=self.plane_name,
            trials=self.trials_of(number),
            first_frame=int(self.frame_index.frame_number[self.frame_index.file_number == number].min()),
            channel_count=channel_count,
        )


def index_files(
    *,
    plane_name: str,
    listed_files: Sequence[ListedFile],
    frame_index: FrameIndex,
    trial: np.ndarray,
    keep_going: bool,
) -> IndexedFiles:
    """Index the files of a plane that the frame index names and that are there.

    Raises SscError as `index_tif` does, with plane and trials named, at the first damaged file unless `keep_going`.
    """
    found: dict[int, TifIndex | TifError] = {}
    files = IndexedFiles(
        plane_name=plane_name, listed_files=tuple(listed_files), frame_index=frame_index, trial=trial, found=found
    )
    paths = {number: path for number in files.numbers if (path := listed_files[number].path) is not None}
    with ThreadPoolExecutor(_INDEXING_THREADS, thread_name_prefix="tif") as pool:
        waiting = {number: pool.submit(index_tif, path) for number, path in paths.items()}
        for number, indexing in waiting.items():
            try:
                found[number] = indexing.result()
            except TifError as failure:
                found[number] = failure
                if not keep_going:
                    pool.shutdown(wait=False, cancel_futures=True)
                    raise files.named(failure, number) from failure
    return files


def open_plane_stack(
    files: IndexedFiles,
    *,
    image_shape: tuple[int, int] | None,
    green_first: bool,
    keep_going: bool,
    log: ProblemLog,
    channels: ChannelCount = TWO_CHANNELS,
) -> PlaneStack:
    """Check the files of a plane, and line up the frames that exist.

    image_shape: (rows, columns) the frames must have, as the plane's master image and so its masks have it; None where
    the first file decides; green_first: whether a frame's first page is green; channels: of the session's stacks.
    Missing files are logged (RAW_FILE_MISSING) and become gaps.

    Raises SscError of the kinds of `index_tif`, and TIF_ODD_PAGES, TIF_ONE_CHANNEL, TIF_CHANNELS_UNCLEAR,
    TIF_TOO_FEW_FRAMES or TIF_DIFFERS_FROM_STACK; with `keep_going` these are logged (STACK_FILE_SKIPPED) and become
    gaps too.
    """
    used: dict[int, TifIndex] = {}
    reasons: dict[int, str] = {}

    def overcome(failure: TifError, number: int) -> None:
        named = files.named(failure, number, channel_count=channels.count)
        if not keep_going:
            raise named from failure
        kind, detail = named.problem.kind, named.problem.detail
        detail = f"{': '.join(part for part in (kind.title, detail) if part)} [{kind.identifier}]"
        log.add_overcome(replace(named.problem, kind=kinds.STACK_FILE_SKIPPED, detail=detail))

    for number in files.numbers:
        index = files.found.get(number)
        if index is None:
            reasons[number] = FILE_MISSING
            _report_missing(files, number, log=log)
            continue
        try:
            if isinstance(index, TifError):
                raise index
            pages = files.pages_of(number, index)
            _check(index, pages, channels=channels, image_shape=image_shape, first=next(iter(used.values()), None))
        except TifError as failure:
            overcome(failure, number)
            reasons[number] = f"{FILE_SKIPPED} ({failure.problem.kind.identifier})"
            continue
        used[number] = index
        frame_count = index.page_count // channels.count
        if pages.listed > frame_count:
            found = f"{plural(frame_count, 'frame')} ({plural(index.page_count, 'page')})"
            expected, page = f"at least {plural(pages.listed, 'frame')}", channels.count * frame_count
            fault = _tif_error(kinds.TIF_TOO_FEW_FRAMES, index, expected=expected, found=found, page=page)
            overcome(fault, number)
    channel_pages = (0,) if channels.count == ONE else (0, 1) if green_first else (1, 0)
    return _stack(files, used, reasons, channel_pages=channel_pages)


def _report_missing(files: IndexedFiles, number: int, *, log: ProblemLog) -> None:
    listed, trials = files.listed_files[number], describe_trials(files.trials_of(number))
    place = ", ".join(part for part in (f"plane {files.plane_name}", trials) if part)
    log.add(kinds.RAW_FILE_MISSING, file=listed.listed_path, field=place, detail=listed.note or None)


def _check(
    index: TifIndex,
    pages: StackPages,
    *,
    channels: ChannelCount,
    image_shape: tuple[int, int] | None,
    first: TifIndex | None,
) -> None:
    """See that a stack has the pages of so many channels, and is like the master image and the first stack."""
    fault = fault_of_pages(pages, channels)
    if fault is not None:
        found = f"{plural(pages.pages, 'page')} for {plural(pages.listed, 'listed frame')}"
        raise _tif_error(fault[0], index, expected=fault[1], found=found)
    expected = ""
    if image_shape is not None and image_shape != index.image_shape:
        expected = f"{image_shape[0]} x {image_shape[1]} as the master image"
    elif first is not None and (index.image_shape, index.native_dtype) != (first.image_shape, first.native_dtype):
        expected = f"{_describe(first)} as in {first.path.name}"
    if expected:
        raise _tif_error(kinds.TIF_DIFFERS_FROM_STACK, index, expected=expected, found=_describe(index))


def _stack(
    files: IndexedFiles, used: Mapping[int, TifIndex], reasons: Mapping[int, str], *, channel_pages: tuple[int, ...]
) -> PlaneStack:
    """The stack of what could be opened."""
    file_number, frame_number = files.frame_index.file_number, files.frame_index.frame_number
    indices = tuple(used.get(number) for number in range(len(files.listed_files)))
    # Frames each listed file has: none where it is missing or damaged. The last entry answers for "no file", whose
    # file and frame number are both -1.
    known = [0 if index is None else index.page_count // len(channel_pages) for index in indices]
    exists = frame_number < np.array([*known, -1], dtype=np.int64)[file_number]
    position = np.flatnonzero(exists)
    first = next(iter(used.values()), None)
    return PlaneStack(
        plane_name=files.plane_name,
        image_shape=(0, 0) if first is None else first.image_shape,
        dtype=np.dtype(np.uint16) if first is None else first.native_dtype,
        index_position=position,
        file_number=file_number[position],
        frame_number=frame_number[position],
        trial=files.trial,
        exists=exists,
        files=indices,
        listed_files=files.listed_files,
        gaps=tuple(_gaps(files, np.flatnonzero(~exists), reasons)),
        description=None if first is None else first.description,
        channel_pages=channel_pages,
    )


def _gaps(files: IndexedFiles, missing: np.ndarray, reasons: Mapping[int, str]) -> Iterator[StackGap]:
    """Runs of time stamps without a frame, each of one listed file or of none."""
    numbers = files.frame_index.file_number[missing]
    edges = np.flatnonzero((np.diff(missing) != 1) | (np.diff(numbers) != 0)) + 1
    for run, of_run in zip(np.split(missing, edges), np.split(numbers, edges), strict=True):
        if run.size:
            number, place = int(of_run[0]), {"start": int(run[0]), "stop": int(run[-1]) + 1}
            if number < 0:
                yield StackGap(**place, reason=NO_FRAME_LISTED, listed_path=None)
            else:
                path = files.listed_files[number].listed_path
                yield StackGap(**place, reason=reasons.get(number, FRAME_ABSENT), listed_path=path)


def _describe(index: TifIndex) -> str:
    return f"{index.image_shape[0]} x {index.image_shape[1]} {index.native_dtype.name}"


def _tif_error(kind: ProblemKind, index: TifIndex, *, expected: str, found: str, page: int | None = None) -> TifError:
    return TifError(Problem(kind=kind, file=str(index.path), expected=expected, found=found), page)
