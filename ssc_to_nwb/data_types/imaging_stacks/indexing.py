"""Indexes the stacks of a plane that its frame index names, several at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from ssc_to_nwb.data_types.imaging_stacks.channels import TWO, StackPages
from ssc_to_nwb.data_types.imaging_stacks.source import named_error
from ssc_to_nwb.data_types.rois.frame_index import FrameIndex
from ssc_to_nwb.problems.model import SscError
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

    def named(self, failure: TifError, number: int, *, channel_count: int = TWO) -> SscError:
        """The same problem with plane, trials and frame named."""
        of_file = self.frame_index.file_number == number
        return named_error(
            failure,
            plane_name=self.plane_name,
            trials=self.trial[of_file],
            first_frame=int(self.frame_index.frame_number[of_file].min()),
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
        plane_name=plane_name,
        listed_files=tuple(listed_files),
        frame_index=frame_index,
        trial=trial,
        found=found,
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
