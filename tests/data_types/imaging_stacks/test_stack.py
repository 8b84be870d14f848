"""A plane's stack: frames in the order of the index, whatever files they lie in."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from ssc_to_nwb.data_types.imaging_stacks.opening import index_files, open_plane_stack
from ssc_to_nwb.data_types.imaging_stacks.source import FrameSpan, ListedFrames, PlaneStack
from ssc_to_nwb.data_types.rois.source import FrameIndex
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog, SscError
from ssc_to_nwb.source_files.raw_files import ListedFile

SHAPE = (6, 9)


def write_file(path: Path, first: int, frames: int, **options: Any) -> np.ndarray:
    """Frames (frames, 2, rows, columns) whose pixels show their number; written page by page."""
    pages = np.arange(2 * first, 2 * (first + frames), dtype=np.uint16)[:, None, None] * 100
    pages = pages + np.arange(SHAPE[0] * SHAPE[1], dtype=np.uint16).reshape(SHAPE)
    tifffile.imwrite(path, pages, photometric="minisblack", metadata=None, **options)
    return pages.reshape(frames, 2, *SHAPE)


def opened(paths: list[Path], index: list[tuple[int, int]], **options: Any) -> PlaneStack:
    """The stack over an index of (file, frame) pairs; (-1, -1) where there is no frame."""
    pairs = np.array(index, dtype=np.int64).reshape(-1, 2)
    listed = [ListedFile(listed_path=f"imaging_data/{path.name}", path=path) for path in paths]
    frames = ListedFrames(
        plane_name="fov_01002",
        frame_index=FrameIndex(file_number=pairs[:, 0], frame_number=pairs[:, 1]),
        trial=pairs[:, 0] + 10,
        listed_files=tuple(listed),
    )
    settings: dict[str, Any] = {
        "image_shape": SHAPE,
        "green_first": True,
        "keep_going": False,
        "log": ProblemLog(),
    }
    return open_plane_stack(frames, index_files(frames, keep_going=False), **(settings | options))


@pytest.fixture
def files(tmp_path: Path) -> tuple[list[Path], np.ndarray]:
    """Three files of 3, 2 and 4 frames, and all their frames one after the other."""
    paths = [tmp_path / f"main_{number}.tif" for number in range(3)]
    frames = [write_file(path, first, count) for path, first, count in zip(paths, (0, 3, 5), (3, 2, 4), strict=True)]
    return paths, np.concatenate(frames)


ALL = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2), (2, 3)]


def test_every_stretch_of_frames(files: tuple[list[Path], np.ndarray]) -> None:
    paths, frames = files
    stack = opened(paths, ALL)
    for start in range(10):
        for stop in range(start, 10):
            assert np.array_equal(stack.read_all(start, stop), frames[start:stop])
            for channel in (0, 1):
                assert np.array_equal(stack.read(channel, start, stop), frames[start:stop, channel])


def test_order_is_that_of_the_index(files: tuple[list[Path], np.ndarray]) -> None:
    paths, frames = files
    order = [8, 0, 1, 4, 3, 3, 7]
    stack = opened(paths, [ALL[number] for number in order])
    assert np.array_equal(stack.read_all(0, 7), frames[order])


def test_time_stamps_without_a_frame_are_left_out(files: tuple[list[Path], np.ndarray]) -> None:
    paths, frames = files
    stack = opened(paths, [(-1, -1), (0, 1), (-1, -1), (-1, -1), (2, 3), (-1, -1)])
    assert stack.frame_count == 2
    assert stack.index_position.tolist() == [1, 4]
    assert stack.exists.tolist() == [False, True, False, False, True, False]
    assert np.array_equal(stack.read(1, 0, 2), frames[[1, 8], 1])


def test_no_frame_at_all() -> None:
    stack = opened([], [(-1, -1)] * 4)
    assert (stack.frame_count, stack.byte_size) == (0, 0)
    assert stack.read(0, 0, 0).shape == (0, 0, 0)


def test_spans_break_where_file_or_order_does(files: tuple[list[Path], np.ndarray]) -> None:
    stack = opened(files[0], [(0, 1), (0, 2), (1, 0), (2, 2), (2, 3), (2, 1)])
    spans = [(span.file_number, span.first_frame, span.start, span.count) for span in stack.spans(1, 6)]
    assert spans == [(0, 2, 1, 1), (1, 0, 2, 1), (2, 2, 3, 2), (2, 1, 5, 1)]
    assert list(stack.spans(3, 3)) == []
    assert list(stack.spans(3, 5)) == [FrameSpan(file_number=2, first_frame=2, start=3, count=2)]


def test_frames_that_do_not_exist(files: tuple[list[Path], np.ndarray]) -> None:
    stack = opened(files[0], ALL)
    for start, stop in ((-1, 2), (3, 10), (5, 4)):
        with pytest.raises(IndexError):
            stack.read(0, start, stop)


@pytest.mark.parametrize(
    "options", [{"bigtiff": True}, {"byteorder": ">"}, {"compression": "zlib"}, {"tile": (16, 16)}]
)
def test_other_kinds_of_tif(tmp_path: Path, options: dict[str, Any]) -> None:
    frames = write_file(tmp_path / "a.tif", 0, 4, **options)
    stack = opened([tmp_path / "a.tif"], [(0, frame) for frame in range(4)])
    assert stack.dtype == np.dtype(np.uint16)
    assert np.array_equal(stack.read_all(1, 4), frames[1:])
    assert np.array_equal(stack.read(0, 0, 3), frames[:3, 0])


def test_files_of_either_byte_order_go_together(tmp_path: Path) -> None:
    first = write_file(tmp_path / "a.tif", 0, 2, byteorder=">")
    second = write_file(tmp_path / "b.tif", 2, 2, byteorder="<")
    stack = opened([tmp_path / "a.tif", tmp_path / "b.tif"], [(0, 0), (0, 1), (1, 0), (1, 1)])
    assert np.array_equal(stack.read_all(0, 4), np.concatenate([first, second]))


def test_red_first(files: tuple[list[Path], np.ndarray]) -> None:
    paths, frames = files
    stack = opened(paths, ALL, green_first=False)
    assert np.array_equal(stack.read(0, 2, 6), frames[2:6, 1])
    assert np.array_equal(stack.read_all(2, 6), frames[2:6, ::-1])


def test_reads_into_given_room(files: tuple[list[Path], np.ndarray]) -> None:
    paths, frames = files
    room = np.zeros((6, 2, *SHAPE), np.uint16)
    found = opened(paths, ALL).read_all(2, 6, room)
    assert np.shares_memory(found, room)
    assert np.array_equal(room[:4], frames[2:6])


@pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="not every system takes advice")
def test_announcing_frames_names_their_bytes_and_reads_nothing(
    files: tuple[list[Path], np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, _ = files
    stack = opened(paths, ALL)
    advice: list[tuple[int, int, int, int]] = []

    def advise(descriptor: int, offset: int, length: int, kind: int) -> None:
        assert os.lseek(descriptor, 0, os.SEEK_CUR) == 0
        advice.append((os.fstat(descriptor).st_ino, offset, length, kind))

    monkeypatch.setattr(os, "posix_fadvise", advise)
    stack.announce(1, 6)
    stack.announce(4, 4)
    assert [(file, kind) for file, _, _, kind in advice] == [
        (path.stat().st_ino, os.POSIX_FADV_WILLNEED) for path in paths
    ]
    for path, (_, offset, length, _), first, count in zip(paths, advice, (1, 0, 0), (2, 2, 1), strict=True):
        with tifffile.TiffFile(path) as tif:
            pages = [page.dataoffsets[0] for page in tif.pages[2 * first : 2 * (first + count)]]
        assert (offset, offset + length) == (pages[0], pages[-1] + stack.frame_bytes)


def test_announcing_frames_of_a_file_that_is_gone_is_no_failure(files: tuple[list[Path], np.ndarray]) -> None:
    paths, frames = files
    stack = opened(paths, ALL)
    paths[1].unlink()
    stack.announce(2, 6)
    assert np.array_equal(stack.read_all(5, 9), frames[5:9])


def test_frames_are_read_without_the_systems_help(
    files: tuple[list[Path], np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, frames = files
    monkeypatch.delattr("os.posix_fadvise", raising=False)
    stack = opened(paths, ALL)
    stack.announce(0, 9)
    assert np.array_equal(stack.read_all(0, 9), frames)


def test_a_stack_can_be_pickled(files: tuple[list[Path], np.ndarray]) -> None:
    paths, frames = files
    stack = pickle.loads(pickle.dumps(opened(paths, ALL)))
    assert np.array_equal(stack.read_all(0, 9), frames)


def test_sizes(files: tuple[list[Path], np.ndarray]) -> None:
    stack = opened(files[0], ALL)
    assert stack.frame_bytes == SHAPE[0] * SHAPE[1] * 2
    assert stack.byte_size == 9 * 2 * stack.frame_bytes


def test_a_file_that_vanished_is_named_with_plane_trial_and_frame(files: tuple[list[Path], np.ndarray]) -> None:
    paths, _ = files
    stack = opened(paths, ALL)
    paths[2].unlink()
    assert stack.read(0, 0, 5).shape == (5, *SHAPE)
    with pytest.raises(SscError, match=kinds.RAW_FILE_CHANGED.identifier) as caught:
        stack.read(0, 4, 8)
    problem = caught.value.problem
    assert problem.file == str(paths[2])
    assert problem.field == "plane fov_01002, trial 12, frame 1"


def test_a_file_that_shrank_names_the_frame(files: tuple[list[Path], np.ndarray]) -> None:
    paths, _ = files
    stack = opened(paths, ALL)
    index = stack.used[2]
    offsets = index.page_offsets
    assert offsets is not None
    data = paths[2].read_bytes()
    # Same size, so that only the reading of the page can find out: the page is damaged, not the file's length.
    object.__setattr__(index, "page_offsets", np.where(np.arange(8) == 5, len(data) - 3, offsets))
    with pytest.raises(SscError) as caught:
        stack.read(1, 0, 9)
    assert caught.value.problem.field == "plane fov_01002, trial 12, frame 3 (page 6)"
