"""Frames bit by bit: chunks of the file inflated, frames of the tif read, both compared, in threads."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ssc_to_nwb.allocator import keep_freed_memory
from ssc_to_nwb.data_types.trial_labels.source import describe_trials
from ssc_to_nwb.parallel import map_in_order
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.proof.chunk_reader import ChunkDecoder, can_read_chunks
from ssc_to_nwb.proof.comparison import Comparison
from ssc_to_nwb.proof.hdf5_tree import ValuesDigest
from ssc_to_nwb.proof.report import VerifyMode
from ssc_to_nwb.proof.source_frames import PlaneFrames

if TYPE_CHECKING:
    from ssc_to_nwb.proof.raw import RawProof

_MB = 2**20
_AHEAD_PER_WORKER = 2
# Room of a chunk of frames on its way, in its own size: as stored, inflated, put together, the tif's pages.
_COPIES_PER_CHUNK = 5
# Rows of a frame that are compared at a time: a strip of them stays in the processor's first cache.
_STRIP_ROWS = 32
_SAMPLED_PART = 0.1
_LEAST_SAMPLED = 2
_DEFAULT_ROWS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameDifference:
    """The first pixel of a frame that differs, and how many frames and pixels of the chunk do."""

    channel: int
    frame: int
    column: int
    row: int
    expected: int | float
    found: int | float
    pixels: int


# The values of a chunk of all channels as they are in the file, and the frames that differ.
ComparedChunk = tuple[list[np.ndarray], list[FrameDifference]]


def compare_frames(
    work: Comparison,
    plane: PlaneFrames,
    paths: Sequence[str],
    raw: RawProof,
    *,
    trial: np.ndarray,
    seed: str,
) -> Iterator[int]:
    """Compare the frames of a plane; yields the number of frames (of either channel) after each step.

    paths: of the data sets, green first; raw: takes the digests of the values of data sets that were read whole;
    trial: trial number of every time stamp; seed: decides which frames a sample takes. Raises SscError where a tif
    can't be read any more, OSError where a chunk is damaged.
    """
    datasets = [work.reader.dataset(path) for path in paths]
    rows, columns = plane.image_shape
    shape = (plane.frame_count, columns, rows)
    same = True
    for path, dataset in zip(paths, datasets, strict=True):
        if tuple(dataset.shape) != shape:
            same = False
            work.proof.problem(kinds.VERIFY_SHAPE_DIFFERS, path, expected=f"size {shape}", found=f"{dataset.shape}")
        same &= work.proof.dtype(path, dataset.dtype, expected=plane.dtype)
    if not same:
        return
    keep_freed_memory()
    reader = _ChunkPairs(datasets, plane)
    starts = _chosen(reader.starts, mode=raw.mode, seed=f"{seed} {plane.plane_name}")
    whole = [ValuesDigest() for _ in paths] if len(starts) == len(reader.starts) else []
    for start, (chunks, differences) in _in_threads(reader, starts, raw):
        for digest, values in zip(whole, chunks, strict=False):
            digest.update(values)
        frames = min(reader.rows, plane.frame_count - start)
        for path in paths:
            work.proof.counts[path] += frames * rows * columns
        for difference in differences:
            _report(work, plane, paths[difference.channel], difference, trial=trial)
        yield frames * len(paths)
    # A sample of the frames counts for all of them: whoever asks for it knows.
    work.compared.update(paths)
    raw.digests.update({path: digest.hexdigest() for path, digest in zip(paths, whole, strict=False)})


def _chosen(starts: Sequence[int], *, mode: VerifyMode, seed: str) -> list[int]:
    """All chunks, or a tenth of them by lot: the same lot for the same session and plane."""
    if mode == "full" or len(starts) <= _LEAST_SAMPLED:
        return list(starts)
    count = max(_LEAST_SAMPLED, math.ceil(len(starts) * _SAMPLED_PART))
    rng = np.random.default_rng(zlib.crc32(seed.encode()))
    return sorted(rng.choice(np.array(starts), size=count, replace=False).tolist())


def _in_threads(reader: _ChunkPairs, starts: Sequence[int], raw: RawProof) -> Iterator[tuple[int, ComparedChunk]]:
    """Chunks in order; the file is read by this thread alone, the rest is done in others."""
    room = int(raw.memory_mb * _MB / (reader.chunk_bytes * _COPIES_PER_CHUNK))
    ahead = max(1, min(raw.workers * _AHEAD_PER_WORKER, room))
    stored = ((start, reader.stored(start)) for start in starts)
    with ThreadPoolExecutor(max_workers=raw.workers, thread_name_prefix="compare") as pool:
        yield from map_in_order(lambda chunk: (chunk[0], reader.compare(*chunk)), stored, pool=pool, ahead=ahead)


class _ChunkPairs:
    """The chunks of all channels, and the frames of the tifs that they must hold."""

    def __init__(self, datasets: Sequence[Any], plane: PlaneFrames) -> None:
        self._datasets = datasets
        self._plane = plane
        chunks = [dataset.chunks for dataset in datasets]
        self.rows = int(chunks[0][0]) if chunks[0] else _DEFAULT_ROWS
        direct = len(set(chunks)) == 1 and all(can_read_chunks(dataset) for dataset in datasets)
        self._decoders = [ChunkDecoder(dataset) for dataset in datasets] if direct else None
        self.starts = range(0, plane.frame_count, self.rows)
        self.chunk_bytes = len(datasets) * self.rows * plane.frame_bytes

    def stored(self, start: int) -> list[Any]:
        """What the thread that owns the file reads of all channels from a frame on: bytes as stored, or values."""
        if self._decoders is not None:
            return [decoder.stored(start) for decoder in self._decoders]
        return [dataset[start : start + self.rows] for dataset in self._datasets]

    def compare(self, start: int, stored: list[Any]) -> ComparedChunk:
        """Compare the chunks of all channels with the tif; names frames that differ, and their first such pixel."""
        stop = min(start + self.rows, self._plane.frame_count)
        pages = self._plane.read(start, stop)
        chunks = stored
        if self._decoders is not None:
            chunks = [decoder.decode(start, part) for decoder, part in zip(self._decoders, stored, strict=True)]
        differences: list[FrameDifference] = []
        for channel, values in enumerate(chunks):
            differences += _differences(values, pages[:, channel], start=start, channel=channel)
        return chunks, differences


def _differences(values: np.ndarray, pages: np.ndarray, *, start: int, channel: int) -> list[FrameDifference]:
    """Where frames (t, column, row) are not the pages (t, row, column), bit by bit."""
    turned = np.empty(values.shape[1:], dtype=pages.dtype)
    found = []
    for place, page in enumerate(pages):
        _turn(page, turned)
        frame = np.ascontiguousarray(values[place], dtype=pages.dtype)
        if not np.array_equal(_in_words(frame), _in_words(turned)):
            wrong = _bits(frame) != _bits(turned)
            column, row = (int(one) for one in np.argwhere(wrong)[0])
            found.append(
                FrameDifference(
                    channel=channel,
                    frame=start + place,
                    column=column,
                    row=row,
                    expected=turned[column, row].item(),
                    found=frame[column, row].item(),
                    pixels=int(wrong.sum()),
                )
            )
    return found


def _turn(page: np.ndarray, turned: np.ndarray) -> None:
    """Copy a page (row, column) into NWB's axes (column, row), a strip of rows at a time."""
    for top in range(0, len(page), _STRIP_ROWS):
        turned[:, top : top + _STRIP_ROWS] = page[top : top + _STRIP_ROWS].T


def _in_words(array: np.ndarray) -> np.ndarray:
    """The bytes of an array, eight at a time where that comes out even."""
    return array.reshape(-1).view(np.uint8 if array.nbytes % 8 else np.uint64)


def _bits(array: np.ndarray) -> np.ndarray:
    """The pixels as whole numbers, so that NaN equals NaN, and 0 is not -0."""
    return array.view(f"u{array.dtype.itemsize}")


def _report(work: Comparison, plane: PlaneFrames, path: str, difference: FrameDifference, *, trial: np.ndarray) -> None:
    frame = difference.frame
    file = plane.files[int(plane.file_number[frame])]
    name = "" if file is None else file.path.name
    number, channel = int(plane.frame_number[frame]) + 1, plane.channels[difference.channel]
    trials = describe_trials(trial[plane.index_position[frame : frame + 1]])
    work.proof.problem(
        kinds.VERIFY_FRAME_DIFFERS, path,
        expected=f"{difference.expected} at frame {frame}, column {difference.column}, row {difference.row}",
        found=f"{difference.found}, and {difference.pixels - 1} more pixels differ",
        leaf=f"{name}, frame {number} ({channel}) {trials}".strip(),
    )  # fmt: skip
