"""Frames bit by bit: chunks of the file inflated, frames of the tif read, both compared, in threads."""

from __future__ import annotations

import hashlib
import math
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from ssc_to_nwb.data_types.trial_labels.source import describe_trials
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.proof.chunk_reader import add_values, map_chunks, rows_per_chunk
from ssc_to_nwb.proof.comparison import Comparison, VerifyMode
from ssc_to_nwb.proof.source_frames import PlaneFrames

# Rows of a frame that are compared at a time: a strip of them stays in the processor's first cache.
_STRIP_ROWS = 32
_SAMPLED_PART = 0.1
_LEAST_SAMPLED = 2

# The values of a chunk of all channels as they are in the file, and the channel and what is said of frames that differ.
ComparedChunk = tuple[list[np.ndarray], list[tuple[int, dict[str, str]]]]


def compare_frames(work: Comparison, plane: PlaneFrames, paths: Sequence[str], *, trial: np.ndarray) -> Iterator[int]:
    """Compare the frames of a plane; yields the number of frames (of either channel) after each step.

    paths: of the data sets, green first; the digests of those that were read whole are noted; trial: trial number of
    every time stamp. Raises SscError where a tif can't be read any more, OSError where a chunk is damaged.
    """
    datasets = [work.reader.dataset(path) for path in paths]
    rows, columns = plane.image_shape
    shape = (plane.frame_count, columns, rows)
    same = True
    for path, dataset in zip(paths, datasets, strict=True):
        if tuple(dataset.shape) != shape:
            same = False
            work.problem(kinds.VERIFY_SHAPE_DIFFERS, path, expected=f"size {shape}", found=f"{dataset.shape}")
        same &= work.dtype(path, dataset.dtype, expected=plane.dtype)
    if not same:
        return
    starts = range(0, plane.frame_count, rows_per_chunk(datasets[0]))
    chosen = _chosen(starts, mode=work.mode, seed=f"{work.session.key} {plane.plane_name}")
    digests = [hashlib.sha256() for _ in paths] if len(chosen) == len(starts) else []
    compare = partial(_compare_chunk, plane, trial)
    with ThreadPoolExecutor(max_workers=work.workers, thread_name_prefix="compare") as pool:
        for chunks, differences in map_chunks(
            compare, datasets, pool, workers=work.workers, memory_mb=work.memory_mb, starts=chosen
        ):
            for digest, values in zip(digests, chunks, strict=False):
                add_values(digest, values)
            for path, values in zip(paths, chunks, strict=True):
                work.counts[path] += values.size
            for channel, said in differences:
                work.problem(kinds.VERIFY_FRAME_DIFFERS, paths[channel], **said)
            yield len(chunks[0]) * len(paths)
    # A sample of the frames counts for all of them: whoever asks for it knows.
    work.reader.accounted.update(paths)
    work.value_digests.update({path: digest.hexdigest() for path, digest in zip(paths, digests, strict=False)})


def _chosen(starts: Sequence[int], *, mode: VerifyMode, seed: str) -> Sequence[int]:
    """All chunks, or a tenth of them by lot: the same lot for the same session and plane."""
    if mode == "full" or len(starts) <= _LEAST_SAMPLED:
        return starts
    count = max(_LEAST_SAMPLED, math.ceil(len(starts) * _SAMPLED_PART))
    rng = np.random.default_rng(zlib.crc32(seed.encode()))
    return sorted(rng.choice(np.array(starts), size=count, replace=False).tolist())


def _compare_chunk(plane: PlaneFrames, trial: np.ndarray, start: int, chunks: list[np.ndarray]) -> ComparedChunk:
    """Compare frames (t, column, row) of all channels, from `start` on, with the tif's pages, bit by bit."""
    pages = plane.read(start, start + len(chunks[0]))
    turned = np.empty(plane.image_shape[::-1], dtype=pages.dtype)
    found = []
    for channel, values in enumerate(chunks):
        for place, page in enumerate(pages[:, channel]):
            _turn(page, turned)
            frame = np.ascontiguousarray(values[place], dtype=pages.dtype)
            if not np.array_equal(_in_words(frame), _in_words(turned)):
                said = _difference(plane, start + place, channel, trial=trial, expected=turned, found=frame)
                found.append((channel, said))
    return chunks, found


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


def _difference(
    plane: PlaneFrames, number: int, channel: int, *, trial: np.ndarray, expected: np.ndarray, found: np.ndarray
) -> dict[str, str]:
    """The first pixel that differs, and how many more do; where in the source the frame is."""
    wrong = _bits(found) != _bits(expected)
    column, row = (int(one) for one in np.argwhere(wrong)[0])
    file = plane.files[int(plane.file_number[number])]
    name = "" if file is None else file.path.name
    trials = describe_trials(trial[plane.index_position[number : number + 1]])
    return {
        "expected": f"{expected[column, row].item()} at frame {number}, column {column}, row {row}",
        "found": f"{found[column, row].item()}, and {int(wrong.sum()) - 1} more pixels differ",
        "leaf": f"{name}, frame {int(plane.frame_number[number]) + 1} ({plane.channels[channel]}) {trials}".strip(),
    }
