"""Opens a plane's stack: indexes its files, checks them against each other and against the frame index."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from ssc_to_nwb.naming import CHANNELS
from ssc_to_nwb.problems import raw_kinds as kinds
from ssc_to_nwb.problems.model import Problem, ProblemKind, ProblemLog, SscError
from ssc_to_nwb.source.plane import FrameIndex
from ssc_to_nwb.source.raw_files import ListedFile
from ssc_to_nwb.source.stack import PlaneStack, StackGap, describe_trials, named_error
from ssc_to_nwb.source.tif import TifError, TifIndex, index_tif

NO_FRAME_LISTED = "the session file lists no frame of this plane"
FILE_MISSING = "the tif file is missing"
FILE_SKIPPED = "the tif file is damaged"
FRAME_ABSENT = "the tif file has fewer frames than listed"
# A page's table is a small read of its own; several at a time hide the latency of disks and networks.
_INDEXING_THREADS = 4


def open_plane_stack(
    *,
    plane_name: str,
    listed_files: Sequence[ListedFile],
    frame_index: FrameIndex,
    trial: np.ndarray,
    image_shape: tuple[int, int] | None,
    green_first: bool,
    keep_going: bool,
    log: ProblemLog,
) -> PlaneStack:
    """Index the files of a plane that the frame index names, and line up the frames that exist.

    trial: int64 (F,), trial number per time stamp; image_shape: (rows, columns) the frames must have, as the plane's
    master image and so its masks have it; None where the first file decides; green_first: whether a frame's first page
    is green. Missing files are logged (RAW_FILE_MISSING) and become gaps.

    Raises SscError of kind TIF_UNREADABLE, TIF_TRUNCATED, TIF_PIXELS_UNSUPPORTED, TIF_PAGES_DIFFER, TIF_ODD_PAGES,
    TIF_TOO_FEW_FRAMES or TIF_DIFFERS_FROM_STACK; with `keep_going` these are logged (STACK_FILE_SKIPPED) and become
    gaps too.
    """
    opening = _Opening(plane_name, tuple(listed_files), frame_index, trial, image_shape, green_first, keep_going, log)
    numbers = np.unique(frame_index.file_number[frame_index.present]).tolist()
    with ThreadPoolExecutor(_INDEXING_THREADS, thread_name_prefix="tif") as pool:
        indices = {
            number: pool.submit(index_tif, path)
            for number in numbers
            if (path := listed_files[number].path) is not None
        }
        try:
            for number in numbers:
                opening.open_file(number, indices.get(number))
        except SscError:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return opening.stack()


@dataclass(slots=True)
class _Opening:
    plane_name: str
    listed_files: tuple[ListedFile, ...]
    frame_index: FrameIndex
    trial: np.ndarray
    image_shape: tuple[int, int] | None
    green_first: bool
    keep_going: bool
    log: ProblemLog
    files: list[TifIndex | None] = field(init=False)
    reasons: dict[int, str] = field(default_factory=dict)
    first: TifIndex | None = None

    def __post_init__(self) -> None:
        self.files = [None] * len(self.listed_files)

    def open_file(self, number: int, indexing: Future[TifIndex] | None) -> None:
        """Take in one file, None where it is missing; on trouble raise, or note why it is a gap."""
        if indexing is None:
            listed = self.listed_files[number]
            self.reasons[number] = FILE_MISSING
            trials = self.trial[self.frame_index.file_number == number]
            place = ", ".join(part for part in (f"plane {self.plane_name}", describe_trials(trials)) if part)
            self.log.add(kinds.RAW_FILE_MISSING, file=listed.listed_path, field=place, detail=listed.note or None)
            return
        try:
            index = indexing.result()
            self._check(index, number)
        except TifError as failure:
            self._fail(failure, number)
            return
        self.files[number] = index
        if self.first is None:
            self.first = index

    def _check(self, index: TifIndex, number: int) -> None:
        first = self.first
        if index.page_count % len(CHANNELS):
            found = f"{index.page_count} pages"
            raise _tif_error(kinds.TIF_ODD_PAGES, index, expected="green and red pages in turn", found=found)
        if self.image_shape not in (None, index.image_shape):
            expected = f"{self.image_shape[0]} x {self.image_shape[1]} as the master image"
            raise _tif_error(kinds.TIF_DIFFERS_FROM_STACK, index, expected=expected, found=_describe(index))
        if first is not None and (index.image_shape, index.native_dtype) != (first.image_shape, first.native_dtype):
            expected = f"{_describe(first)} as in {first.path.name}"
            raise _tif_error(kinds.TIF_DIFFERS_FROM_STACK, index, expected=expected, found=_describe(index))
        frame_count = index.page_count // len(CHANNELS)
        last = int(self.frame_index.frame_number[self.frame_index.file_number == number].max())
        if last >= frame_count:
            problem = _tif_error(
                kinds.TIF_TOO_FEW_FRAMES,
                index,
                page=len(CHANNELS) * frame_count,
                expected=f"at least {last + 1} frames",
                found=f"{frame_count} frames ({index.page_count} pages)",
            )
            if not self.keep_going:
                raise problem
            self._log_skipped(problem, number)

    def _fail(self, failure: TifError, number: int) -> None:
        if not self.keep_going:
            raise self._named(failure, number) from failure
        self.reasons[number] = f"{FILE_SKIPPED} ({failure.problem.kind.identifier})"
        self._log_skipped(failure, number)

    def _log_skipped(self, failure: TifError, number: int) -> None:
        problem = self._named(failure, number).problem
        detail = ": ".join(part for part in (problem.kind.title, problem.detail) if part)
        self.log.extend(
            [replace(problem, kind=kinds.STACK_FILE_SKIPPED, detail=f"{detail} [{problem.kind.identifier}]")]
        )

    def _named(self, failure: TifError, number: int) -> SscError:
        of_file = self.frame_index.file_number == number
        return named_error(
            failure,
            plane_name=self.plane_name,
            trials=self.trial[of_file],
            first_frame=int(self.frame_index.frame_number[of_file].min()),
        )

    def stack(self) -> PlaneStack:
        """The stack of what could be opened."""
        file_number, frame_number = self.frame_index.file_number, self.frame_index.frame_number
        # Frames each listed file has: none where it is missing or damaged. The last entry answers for "no file", whose
        # file and frame number are both -1.
        known = [0 if index is None else index.page_count // len(CHANNELS) for index in self.files]
        counts = np.array([*known, -1], dtype=np.int64)
        exists = frame_number < counts[file_number]
        position = np.flatnonzero(exists)
        first = self.first
        return PlaneStack(
            plane_name=self.plane_name,
            image_shape=(0, 0) if first is None else first.image_shape,
            dtype=np.dtype(np.uint16) if first is None else first.native_dtype,
            index_position=position,
            file_number=file_number[position],
            frame_number=frame_number[position],
            trial=self.trial,
            exists=exists,
            files=tuple(self.files),
            listed_files=self.listed_files,
            gaps=self._gaps(exists),
            description=None if first is None else first.description,
            channel_pages=(0, 1) if self.green_first else (1, 0),
        )

    def _gaps(self, exists: np.ndarray) -> tuple[StackGap, ...]:
        missing = np.flatnonzero(~exists)
        if not missing.size:
            return ()
        numbers = self.frame_index.file_number[missing]
        edges = np.flatnonzero((np.diff(missing) != 1) | (np.diff(numbers) != 0)) + 1
        runs = np.split(np.arange(len(missing)), edges)
        return tuple(self._gap(int(missing[run[0]]), int(missing[run[-1]]) + 1, int(numbers[run[0]])) for run in runs)

    def _gap(self, start: int, stop: int, number: int) -> StackGap:
        if number < 0:
            return StackGap(start=start, stop=stop, reason=NO_FRAME_LISTED, listed_path=None)
        reason = self.reasons.get(number, FRAME_ABSENT)
        return StackGap(start=start, stop=stop, reason=reason, listed_path=self.listed_files[number].listed_path)


def _describe(index: TifIndex) -> str:
    return f"{index.image_shape[0]} x {index.image_shape[1]} {index.native_dtype.name}"


def _tif_error(kind: ProblemKind, index: TifIndex, *, expected: str, found: str, page: int | None = None) -> TifError:
    return TifError(Problem(kind=kind, file=str(index.path), expected=expected, found=found), page)
