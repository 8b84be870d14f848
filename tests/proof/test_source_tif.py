"""Tifs as tifffile accounts for them: the same pages as tifffile's own reading, however they are stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.proof.source_tif import TextRun, open_source_tif

PAGES = np.arange(5 * 48 * 64, dtype=np.uint16).reshape(5, 48, 64)
STORED: dict[str, dict[str, Any]] = {
    "plain": {"metadata": None},
    "big-endian": {"metadata": None, "byteorder": ">"},
    "BigTIFF": {"metadata": None, "bigtiff": True},
    "in strips": {"metadata": None, "rowsperstrip": 5},
    "in tiles": {"metadata": None, "tile": (16, 32)},
    "deflated": {"metadata": None, "compression": "zlib"},
    "one page table": {"truncate": True},
    "of ImageJ": {"imagej": True},
}


@pytest.mark.parametrize("options", STORED.values(), ids=STORED)
def test_pages_are_read(tmp_path: Path, options: dict[str, Any]) -> None:
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, PAGES, photometric="minisblack", **options)
    tif = open_source_tif(path)
    assert (tif.page_count, tif.image_shape, tif.native_dtype) == (5, (48, 64), np.dtype(np.uint16))
    assert (tif.offsets is None) == bool(options.keys() & {"tile", "compression"})
    np.testing.assert_array_equal(tif.pages(0, 5), PAGES)
    np.testing.assert_array_equal(tif.pages(2, 4), PAGES[2:4])


def test_pages_apart_from_each_other_are_read(tmp_path: Path) -> None:
    path = tmp_path / "stack.tif"
    with tifffile.TiffWriter(path) as writer:
        for number, page in enumerate(PAGES):
            writer.write(page, photometric="minisblack", metadata=None, description=f"page {number // 2}")
    tif = open_source_tif(path)
    assert set(np.diff(tif.offsets)) != {PAGES[0].nbytes}
    np.testing.assert_array_equal(tif.pages(1, 5), PAGES[1:])
    assert tif.texts == (
        TextRun(first_page=1, page_count=2, text="page 0"),
        TextRun(first_page=3, page_count=2, text="page 1"),
        TextRun(first_page=5, page_count=1, text="page 2"),
    )


def test_pages_beyond_the_last_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, PAGES, photometric="minisblack", metadata=None)
    with pytest.raises(SscError, match="5 pages"):
        open_source_tif(path).pages(3, 6)


@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_bytes(b"no tif"),
        lambda path: tifffile.imwrite(path, np.zeros((8, 8, 3), np.uint8), photometric="rgb"),
        lambda path: [tifffile.imwrite(path, PAGES[0, : 8 * n, :], append=n > 1, metadata=None) for n in (1, 2)],
    ],
    ids=["no tif", "colours", "pages of two sizes"],
)
def test_other_files_are_an_error(tmp_path: Path, write: Any) -> None:
    path = tmp_path / "stack.tif"
    write(path)
    with pytest.raises(SscError) as raised:
        open_source_tif(path)
    assert raised.value.problem.kind.identifier == "tif-unreadable"
    assert raised.value.problem.file == str(path)
