"""Opens a plane's stack: checks its files against each other and against the frame index."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ssc_to_nwb.data_types.imaging_stacks.channels import ONE, TWO_CHANNELS, ChannelCount, fault_of_pages
from ssc_to_nwb.data_types.imaging_stacks.indexing import IndexedFiles
from ssc_to_nwb.data_types.imaging_stacks.layout import FILE_MISSING, FILE_SKIPPED, FRAME_ABSENT, NO_FRAME_LISTED
from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack, StackGap
from ssc_to_nwb.data_types.trial_labels.source import describe_trials
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, ProblemKind, ProblemLog, SscError
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.tif.index import TifError, TifIndex


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
    opening = _Opening(files, image_shape, channels, green_first, keep_going, log)
    for number in files.numbers:
        opening.open_file(number)
    return opening.stack()


@dataclass(slots=True)
class _Opening:
    indexed: IndexedFiles
    image_shape: tuple[int, int] | None
    channels: ChannelCount
    green_first: bool
    keep_going: bool
    log: ProblemLog
    files: list[TifIndex | None] = field(init=False)
    reasons: dict[int, str] = field(default_factory=dict)
    first: TifIndex | None = None

    def __post_init__(self) -> None:
        self.files = [None] * len(self.indexed.listed_files)

    def open_file(self, number: int) -> None:
        """Take in one file; on trouble raise, or note why it is a gap."""
        index = self.indexed.found.get(number)
        if index is None:
            listed = self.indexed.listed_files[number]
            self.reasons[number] = FILE_MISSING
            trials = self.indexed.trial[self.indexed.frame_index.file_number == number]
            place = ", ".join(part for part in (f"plane {self.indexed.plane_name}", describe_trials(trials)) if part)
            self.log.add(kinds.RAW_FILE_MISSING, file=listed.listed_path, field=place, detail=listed.note or None)
            return
        try:
            if isinstance(index, TifError):
                raise index
            self._check(index, number)
        except TifError as failure:
            self._fail(failure, number)
            return
        self.files[number] = index
        if self.first is None:
            self.first = index

    def _check(self, index: TifIndex, number: int) -> None:
        first, pages, channel_count = self.first, self.indexed.pages_of(number, index), self.channels.count
        fault = fault_of_pages(pages, self.channels)
        if fault is not None:
            found = f"{plural(pages.pages, 'page')} for {plural(pages.listed, 'listed frame')}"
            raise _tif_error(fault[0], index, expected=fault[1], found=found)
        if self.image_shape not in (None, index.image_shape):
            expected = f"{self.image_shape[0]} x {self.image_shape[1]} as the master image"
            raise _tif_error(kinds.TIF_DIFFERS_FROM_STACK, index, expected=expected, found=_describe(index))
        if first is not None and (index.image_shape, index.native_dtype) != (first.image_shape, first.native_dtype):
            expected = f"{_describe(first)} as in {first.path.name}"
            raise _tif_error(kinds.TIF_DIFFERS_FROM_STACK, index, expected=expected, found=_describe(index))
        frame_count = index.page_count // channel_count
        if pages.listed > frame_count:
            problem = _tif_error(
                kinds.TIF_TOO_FEW_FRAMES,
                index,
                page=channel_count * frame_count,
                expected=f"at least {plural(pages.listed, 'frame')}",
                found=f"{plural(frame_count, 'frame')} ({plural(index.page_count, 'page')})",
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
        self.log.add_overcome(
            replace(problem, kind=kinds.STACK_FILE_SKIPPED, detail=f"{detail} [{problem.kind.identifier}]")
        )

    def _named(self, failure: TifError, number: int) -> SscError:
        return self.indexed.named(failure, number, channel_count=self.channels.count)

    def stack(self) -> PlaneStack:
        """The stack of what could be opened."""
        indexed, channel_count = self.indexed, self.channels.count
        file_number, frame_number = indexed.frame_index.file_number, indexed.frame_index.frame_number
        # Frames each listed file has: none where it is missing or damaged. The last entry answers for "no file", whose
        # file and frame number are both -1.
        known = [0 if index is None else index.page_count // channel_count for index in self.files]
        counts = np.array([*known, -1], dtype=np.int64)
        exists = frame_number < counts[file_number]
        position = np.flatnonzero(exists)
        first = self.first
        return PlaneStack(
            plane_name=indexed.plane_name,
            image_shape=(0, 0) if first is None else first.image_shape,
            dtype=np.dtype(np.uint16) if first is None else first.native_dtype,
            index_position=position,
            file_number=file_number[position],
            frame_number=frame_number[position],
            trial=indexed.trial,
            exists=exists,
            files=tuple(self.files),
            listed_files=indexed.listed_files,
            gaps=self._gaps(exists),
            description=None if first is None else first.description,
            channel_pages=self._channel_pages(),
        )

    def _channel_pages(self) -> tuple[int, ...]:
        if self.channels.count == ONE:
            return (0,)
        return (0, 1) if self.green_first else (1, 0)

    def _gaps(self, exists: np.ndarray) -> tuple[StackGap, ...]:
        missing = np.flatnonzero(~exists)
        if not missing.size:
            return ()
        numbers = self.indexed.frame_index.file_number[missing]
        edges = np.flatnonzero((np.diff(missing) != 1) | (np.diff(numbers) != 0)) + 1
        runs = np.split(np.arange(len(missing)), edges)
        return tuple(self._gap(int(missing[run[0]]), int(missing[run[-1]]) + 1, int(numbers[run[0]])) for run in runs)

    def _gap(self, start: int, stop: int, number: int) -> StackGap:
        if number < 0:
            return StackGap(start=start, stop=stop, reason=NO_FRAME_LISTED, listed_path=None)
        reason = self.reasons.get(number, FRAME_ABSENT)
        return StackGap(
            start=start, stop=stop, reason=reason, listed_path=self.indexed.listed_files[number].listed_path
        )


def _describe(index: TifIndex) -> str:
    return f"{index.image_shape[0]} x {index.image_shape[1]} {index.native_dtype.name}"


def _tif_error(kind: ProblemKind, index: TifIndex, *, expected: str, found: str, page: int | None = None) -> TifError:
    return TifError(Problem(kind=kind, file=str(index.path), expected=expected, found=found), page)
