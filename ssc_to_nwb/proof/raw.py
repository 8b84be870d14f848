"""Compares what the file holds of the raw files: frames bit by bit, gaps; others by the checks of their data types."""

from __future__ import annotations

import hashlib
import math
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.imaging_stacks.layout import FILE_SKIPPED, frames_path
from ssc_to_nwb.data_types.subvolumes.source import Subvolume
from ssc_to_nwb.data_types.trial_labels.source import describe_trials
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.proof.chunk_reader import add_values, map_chunks, rows_per_chunk
from ssc_to_nwb.proof.comparison import SOURCE, Comparison, VerifyMode, numbers_of
from ssc_to_nwb.proof.source_frames import PlaneFrames, open_plane_frames

# Of the acquisition program's text, the part that is looked for: NWB keeps 60,000 bytes of it.
_TEXT_BYTES = 50_000
_TEXT_THERE = "the acquisition program's text"
_TEXTS = f"{SOURCE}/{naming.IMAGE_DESCRIPTIONS}"
_COLUMNS_OF_TEXTS = ("plane", "file_number", "first_page", "page_count", "text")
# Rows of a frame that are compared at a time: a strip of them stays in the processor's first cache.
_STRIP_ROWS = 32
_SAMPLED_PART = 0.1
_LEAST_SAMPLED = 2

# The values of a chunk of all channels as they are in the file, and the channel and what is said of frames that differ.
ComparedChunk = tuple[list[np.ndarray], list[tuple[int, dict[str, str]]]]


def check_raw(work: Comparison) -> tuple[int, int]:
    """Compare everything that comes from raw files; returns the frames compared and all there are, per channel."""
    work.files_left_out.update(_files_left_out(work))
    work.guarded("/acquisition", _find_frames, work)
    found = [
        (work.frames[plane.name], volume)
        for volume in work.session.subvolumes
        for plane in volume.planes
        if plane.name in work.frames and work.frames[plane.name].frame_count
    ]
    for frames, volume in found:
        work.guarded(frames_path(frames.plane_name, "green"), _check_series, work, frames, volume)
    work.guarded("/intervals/imaging_gaps", _check_gaps, work)
    work.guarded("/processing/source", _check_texts, work, [frames for frames, _ in found])
    for _, checks in registry.having("proof", "CHECKS"):
        for place, check in checks.items():
            work.guarded(place, check, work)
    return _compare_all_frames(work, found)


def _find_frames(work: Comparison) -> None:
    """Where the frames of every plane are."""
    listed = {plane.plane_name: plane.listed_files for plane in work.raw.inventory.planes}
    green_first = work.context.metadata.assumptions.green_page_first
    for volume in work.session.subvolumes:
        for plane in volume.planes:
            # How many channels there are, the pages alone don't say.
            one = len(work.raw.stacks[plane.name].channels) == 1
            work.frames[plane.name] = open_plane_frames(
                plane.name,
                numbers_of(work.source_values[f"{plane.path}.sourceFileFrameIdx"]),
                length=volume.time_ms.size,
                listed_files=listed[plane.name],
                left_out=work.files_left_out,
                channel_pages=(0,) if one else (0, 1) if green_first else (1, 0),
            )


def _check_series(work: Comparison, frames: PlaneFrames, volume: Subvolume) -> None:
    """The time stamps of a plane's frames; the size of an image, and the acquisition program's text, of its series."""
    rows, columns = frames.image_shape
    for channel in frames.channels:
        path = frames_path(frames.plane_name, channel)
        size = f"{path}/dimension"
        work.numbers(size, expected=np.array([columns, rows]), found=work.reader.values(size), accounts=True)
        text = next(file.texts[0].text for file in frames.files if file is not None)
        comments = str(work.reader.attribute(path, "comments"))
        kept = text.encode()[:_TEXT_BYTES].decode(errors="ignore") in comments
        work.equal(path, expected=_TEXT_THERE, found=_TEXT_THERE if kept else comments[:80])
    first = frames_path(frames.plane_name, "green")
    seconds = work.reader.values(f"{first}/timestamps")
    work.times(f"{first}/timestamps", expected_ms=volume.time_ms[frames.index_position], seconds=seconds)


def _compare_all_frames(work: Comparison, found: Sequence[tuple[PlaneFrames, Subvolume]]) -> tuple[int, int]:
    frames_total = sum(len(plane.channels) * plane.frame_count for plane, _ in found)
    bytes_total = sum(len(plane.channels) * plane.frame_count * plane.frame_bytes for plane, _ in found)
    bytes_done = compared = 0

    def compare(plane: PlaneFrames, volume: Subvolume, paths: list[str]) -> None:
        nonlocal compared, bytes_done
        for frames in _compare_frames(work, plane, paths, trial=volume.trial):
            compared += frames
            bytes_done += frames * plane.frame_bytes
            work.progress(bytes_done, bytes_total)

    for plane, volume in found:
        paths = [f"{frames_path(plane.plane_name, channel)}/data" for channel in plane.channels]
        work.guarded(paths[0], compare, plane, volume, paths)
    return compared, frames_total


def _check_gaps(work: Comparison) -> None:
    """Compare the reasons of the table with those of the runs of time stamps that have no frame."""
    reasons = {(name, start): reason for name, plane in work.frames.items() for start, reason in plane.gaps.items()}
    if not reasons:
        return
    path = f"/intervals/{naming.IMAGING_GAPS}"
    table = work.view.table(path)
    # Where and when the gaps are follows from the frame indices, which are compared with the stacks.
    rows = zip(table.texts("plane_name"), table.column("first_time_index").tolist(), strict=True)
    expected = [reasons.get(row, "no gap") for row in rows]
    work.equal(f"{path}/reason", expected=expected, found=table.texts("reason"), accounts=True)


def _files_left_out(work: Comparison) -> dict[Path, str]:
    """Files of planes that are left out, with the reason; none without `--keep-going`. Logs those that are no stacks.

    Which files are damaged is a judgement, the one thing that the proof takes from the conversion's reading.
    """
    if not work.raw.keep_going:
        return {}
    left_out = {}
    for stack in work.raw.stacks.values():
        for number, reason in stack.unused.items():
            path = stack.listed_files[number].path
            if path is not None and reason.startswith(FILE_SKIPPED):
                left_out[path] = reason
    log = ProblemLog()
    for _, read_files in registry.having("source", "read_files"):
        for _ in read_files(work.session, work.raw, log=log):
            pass
    work.sources.log.extend(log.problems)
    return left_out | {Path(problem.file or ""): problem.kind.title for problem in log.problems}


def _check_texts(work: Comparison, planes: Sequence[PlaneFrames]) -> None:
    """Compare the table with the tifs of every plane in which not all texts are the same.

    Texts are compared without the white space around them, which tifffile takes away.
    """
    rows = [row for plane in planes for row in _text_rows(plane)]
    if not rows:
        return
    table = work.view.table(_TEXTS)
    found = {name: table.column(name).tolist() for name in _COLUMNS_OF_TEXTS}
    found["text"] = [text.strip() for text in found["text"]]
    expected = dict(zip(_COLUMNS_OF_TEXTS, zip(*rows, strict=True), strict=True))
    work.columns(_TEXTS, expected=expected, found=found)


def _text_rows(plane: PlaneFrames) -> list[tuple[str, int, int, int, str]]:
    """Plane, numbers of file, first page and pages, and text; none where all texts are the same."""
    rows = [
        (plane.plane_name, number, run.first_page, run.page_count, run.text)
        for number, file in enumerate(plane.files, start=1)
        if file is not None
        for run in file.texts
    ]
    return rows if len({text for *_, text in rows}) > 1 else []


def _compare_frames(work: Comparison, plane: PlaneFrames, paths: Sequence[str], *, trial: np.ndarray) -> Iterator[int]:
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
