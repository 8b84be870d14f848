"""Tif files as indices of pages."""

from __future__ import annotations

import pickle
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from tif_pages import read_all_pages

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemKind
from ssc_to_nwb.tif.index import TifError, TifReader, index_tif

PAGES = np.random.default_rng(0).integers(0, 4000, (6, 10, 14)).astype(np.uint16)


def written(path: Path, pages: np.ndarray = PAGES, **options: Any) -> Path:
    file_options = {key: options.pop(key) for key in ("bigtiff", "byteorder") if key in options}
    with tifffile.TiffWriter(path, **file_options) as writer:
        for page in pages:
            writer.write(page, photometric="minisblack", metadata=None, contiguous=False, **options)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "main_001.tif"


def raises(kind: ProblemKind) -> Any:
    return pytest.raises(TifError, match=kind.identifier)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"bigtiff": True},
        {"byteorder": ">"},
        {"rowsperstrip": 3},
        {"tile": (16, 16)},
        {"compression": "zlib"},
        {"compression": "zlib", "predictor": True, "byteorder": ">"},
        {"description": "state.configName='synthetic'\r"},
    ],
    ids=["plain", "BigTIFF", "big-endian", "strips", "tiles", "deflate", "predictor", "ScanImage"],
)
def test_all_pages_are_read_as_tifffile_wrote_them(path: Path, options: dict[str, Any]) -> None:
    index = index_tif(written(path, **options))
    assert (index.page_count, index.image_shape, index.native_dtype) == (6, (10, 14), np.dtype(np.uint16))
    assert np.array_equal(read_all_pages(index), PAGES)


@pytest.mark.parametrize("dtype", [np.int16, np.uint8, np.float32])
def test_other_types_keep_their_values(path: Path, dtype: type) -> None:
    pages = (PAGES.astype(np.int32) - 2000).astype(dtype)
    found = read_all_pages(index_tif(written(path, pages)))
    assert found.dtype == dtype
    assert np.array_equal(found, pages)


def test_scanimage_text_costs_no_page(path: Path) -> None:
    # tifffile takes the pages of such a file for equidistant, which they are not once the text's length changes.
    with tifffile.TiffWriter(path) as writer:
        for number in range(22):
            text = "state.acq.numberOfChannelsSave=2\r" + "x" * (number * 3)
            writer.write(PAGES[number % 6], photometric="minisblack", metadata=None, contiguous=False, description=text)
    index = index_tif(path)
    assert index.page_count == 22
    assert index.description == "state.acq.numberOfChannelsSave=2\r"
    assert np.array_equal(read_all_pages(index), PAGES[np.arange(22) % 6])


@pytest.mark.parametrize("options", [{}, {"compression": "zlib"}], ids=["plain", "deflate"])
@pytest.mark.parametrize(("first", "count", "step"), [(0, 6, 1), (1, 3, 2), (5, 1, 2), (2, 2, 3)])
def test_every_step_th_page(path: Path, options: dict[str, Any], first: int, count: int, step: int) -> None:
    pages = np.empty((count, 10, 14), np.uint16)
    with TifReader(index_tif(written(path, **options))) as reader:
        reader.read_into(first, pages, step=step)
    assert np.array_equal(pages, PAGES[first::step][:count])


def test_pages_that_are_not_there(path: Path) -> None:
    with TifReader(index_tif(written(path))) as reader, pytest.raises(IndexError):
        reader.read_into(5, np.empty((2, 10, 14), np.uint16))


def test_an_index_can_be_pickled(path: Path) -> None:
    index = pickle.loads(pickle.dumps(index_tif(written(path))))
    assert np.array_equal(read_all_pages(index), PAGES)


def test_an_error_can_be_pickled(path: Path) -> None:
    path.write_bytes(b"nothing of the kind")
    with raises(kinds.TIF_UNREADABLE) as caught:
        index_tif(path)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_more_than_four_gigabytes(path: Path) -> None:
    # A sparse file: its second page lies behind the reach of 32-bit offsets.
    far = 5 * 2**30
    pixels = PAGES[0].astype("<u2").tobytes()

    def directory(offset: int, following: int) -> bytes:
        tags = ((256, 14), (257, 10), (258, 16), (259, 1), (273, offset), (277, 1), (278, 10), (279, len(pixels)))
        entries = b"".join(struct.pack("<HHQQ", tag, 16, 1, value) for tag, value in tags)
        return struct.pack("<Q", len(tags)) + entries + struct.pack("<Q", following)

    with path.open("wb") as file:
        file.write(struct.pack("<2sHHHQ", b"II", 43, 8, 0, 16))
        file.write(directory(1024, far))
        file.seek(1024)
        file.write(pixels)
        file.seek(far)
        file.write(directory(far + 1024, 0))
        file.seek(far + 1024)
        file.write(pixels)
    index = index_tif(path)
    assert index.byte_size > far
    assert np.array_equal(read_all_pages(index), PAGES[[0, 0]])


def test_missing_file(path: Path) -> None:
    with raises(kinds.TIF_UNREADABLE):
        index_tif(path)


def test_not_a_tif(path: Path) -> None:
    path.write_text("this is not a tif")
    with raises(kinds.TIF_UNREADABLE):
        index_tif(path)


@pytest.mark.parametrize("options", [{}, {"compression": "zlib"}], ids=["plain", "deflate"])
def test_truncated(path: Path, options: dict[str, Any]) -> None:
    written(path, **options)
    with path.open("rb+") as file:
        file.truncate(path.stat().st_size - 1)
    with raises(kinds.TIF_TRUNCATED) as caught:
        index_tif(path)
    assert "page 6" in str(caught.value)


@pytest.mark.parametrize("other", [PAGES[0][:-1], PAGES[0].astype(np.int16)], ids=["size", "type"])
def test_a_page_that_differs_is_named(path: Path, other: np.ndarray) -> None:
    with tifffile.TiffWriter(path) as writer:
        for page in (PAGES[0], PAGES[1], other):
            writer.write(page, photometric="minisblack", metadata=None, contiguous=False)
    with raises(kinds.TIF_PAGES_DIFFER) as caught:
        index_tif(path)
    assert caught.value.page == 2
    assert caught.value.problem.field == "page 3"


def test_colour_is_refused(path: Path) -> None:
    tifffile.imwrite(path, np.zeros((4, 4, 3), np.uint8), photometric="rgb", metadata=None)
    with raises(kinds.TIF_PIXELS_UNSUPPORTED):
        index_tif(path)


def test_file_that_vanished(path: Path) -> None:
    index = index_tif(written(path))
    path.unlink()
    with raises(kinds.RAW_FILE_CHANGED):
        read_all_pages(index)


@pytest.mark.parametrize("change", [-1, 1])
def test_file_that_changed_its_size(path: Path, change: int) -> None:
    index = index_tif(written(path))
    with path.open("rb+") as file:
        file.truncate(path.stat().st_size + change)
    with raises(kinds.RAW_FILE_CHANGED):
        read_all_pages(index)


def test_file_that_shrinks_while_it_is_read(path: Path) -> None:
    index = index_tif(written(path))
    with TifReader(index) as reader:
        with path.open("rb+") as file:
            file.truncate(int(index.page_offsets[4]) + 10)  # type: ignore[index]
        with raises(kinds.RAW_FILE_CHANGED) as caught:
            reader.read_into(0, np.empty((6, 10, 14), np.uint16))
    assert caught.value.page == 4


def test_damaged_compressed_page_is_named(path: Path) -> None:
    written(path, compression="zlib")
    with tifffile.TiffFile(path) as tif:
        offset = tif.pages[3].dataoffsets[0]
    with path.open("rb+") as file:
        file.seek(offset)
        file.write(b"\xff" * 20)
    with raises(kinds.TIF_UNREADABLE) as caught:
        read_all_pages(index_tif(path))
    assert caught.value.page == 3


def test_compression_without_a_decoder(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(path, compression="zlib")

    def refuse(*_: Any, **__: Any) -> None:
        raise ValueError("<COMPRESSION.LZW: 5> requires the 'imagecodecs' package")

    monkeypatch.setattr(tifffile.TiffPage, "asarray", refuse)
    monkeypatch.setattr(tifffile.TiffFrame, "asarray", refuse)
    with raises(kinds.TIF_NEEDS_DECODER):
        read_all_pages(index_tif(path))
