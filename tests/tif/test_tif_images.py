"""Images without page tables: read where the description says how many, and their bytes are there; else refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from tif_pages import read_all_pages

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.tif.images import described_images
from ssc_to_nwb.tif.index import TifError, index_tif

PAGES = np.random.default_rng(0).integers(0, 4000, (6, 20, 28)).astype(np.uint16)
IMAGEJ = "ImageJ=1.52p\nimages={}\nslices={}\nloop=false\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "main_001.tif"


def one_table(path: Path, pages: np.ndarray = PAGES, **options: Any) -> Path:
    """One page table, and the bytes of all pages behind it."""
    tifffile.imwrite(path, pages, photometric="minisblack", truncate=True, **options)
    with tifffile.TiffFile(path) as file:
        assert len(file.pages) == 1
    return path


@pytest.mark.parametrize(
    "options",
    [{}, {"imagej": True}, {"imagej": True, "byteorder": ">"}, {"bigtiff": True}],
    ids=["tifffile", "ImageJ", "ImageJ, big-endian", "BigTIFF"],
)
def test_images_behind_one_table_are_all_read(path: Path, options: dict[str, Any]) -> None:
    index = index_tif(one_table(path, **options))
    assert (index.page_count, [run.page_count for run in index.texts]) == (6, [1])
    assert np.array_equal(read_all_pages(index), PAGES)


def test_an_older_form_of_the_description(path: Path) -> None:
    index = index_tif(one_table(path, metadata=None, description="shape=(6, 20, 28)"))
    assert np.array_equal(read_all_pages(index), PAGES)


def cut(path: Path, pages: int) -> Path:
    """The same file with so many images left."""
    index = index_tif(path)
    assert index.page_offsets is not None
    with path.open("r+b") as file:
        file.truncate(int(index.page_offsets[0]) + pages * index.page_bytes)
    return path


@pytest.mark.parametrize(("left", "more"), [(1, 0), (5, 4)])
def test_a_description_of_more_images_than_there_are_is_refused_by_name(path: Path, left: int, more: int) -> None:
    with pytest.raises(TifError, match=kinds.TIF_IMAGES_MISSING.identifier) as caught:
        index_tif(cut(one_table(path), left))
    problem = caught.value.problem
    assert (problem.expected, problem.found) == ("6 images", f"1 page table, and bytes for {more} more")


def test_images_that_nothing_describes_are_refused(path: Path) -> None:
    with pytest.raises(TifError, match=kinds.TIF_IMAGES_MISSING.identifier) as caught:
        index_tif(one_table(path, metadata=None))
    assert caught.value.problem.expected == "6 images"


def test_compressed_images_behind_one_table_are_refused(path: Path) -> None:
    tifffile.imwrite(path, PAGES[0], metadata=None, compression="zlib", description=IMAGEJ.format(6, 6))
    with pytest.raises(TifError, match=kinds.TIF_IMAGES_MISSING.identifier) as caught:
        index_tif(path)
    assert caught.value.problem.found == "1 page table"


def test_page_tables_count_where_images_were_taken_out_of_a_described_stack(path: Path) -> None:
    with tifffile.TiffWriter(path) as writer:
        for page in PAGES[:3]:
            writer.write(page, metadata=None, contiguous=False, description=IMAGEJ.format(100, 100))
    assert (index_tif(path).page_count, sum(run.page_count for run in index_tif(path).texts)) == (3, 3)


def test_bytes_that_are_no_whole_images_are_none(path: Path) -> None:
    tifffile.imwrite(path, PAGES[0], metadata=None)
    with path.open("ab") as file:
        file.write(b"x" * (PAGES[0].nbytes + 1))
    assert index_tif(path).page_count == 1


@pytest.mark.parametrize(
    ("description", "images"),
    [
        (IMAGEJ.format(6, 6), 6),
        ('{"shape": [2, 3, 20, 28]}', 6),
        ('{"shape": [20, 28, 1]}', 1),
        ("shape=(2, 20, 28)", 2),
        ("state.acq.numberOfFrames=50\r", None),
        ("my images=7", None),
        ('{"shape": [7, 11]}', None),
        ('{"shape": "6"}', None),
        ("[1, 2]", None),
        ("{broken", None),
        ("ImageJ=1.52p\nimages=many\n", None),
        (None, None),
    ],
)
def test_numbers_of_images_in_descriptions(description: str | None, images: int | None) -> None:
    assert described_images(description, image_shape=(20, 28)) == images
