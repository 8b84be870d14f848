"""A tif written page by page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import tifffile

from ssc_to_nwb.data_types.imaging_stacks import restore
from ssc_to_nwb.data_types.imaging_stacks.restore import texts_of_pages, write_tif

SHAPE = (5, 7)


def images(count: int, dtype: np.dtype) -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    return [rng.integers(0, 100, SHAPE).astype(dtype) for _ in range(count)]


@pytest.mark.parametrize("dtype", ["u1", "u2", "i2", "u4", "f4", "f8"])
@pytest.mark.parametrize(
    "texts",
    [[None], ["a"], [None] * 4, ["a"] * 4, ["a", None, None], ["a", "a", "b"], [None, "b", None], ["a", None, "c\r"]],
)
def test_pages_and_texts(tmp_path: Path, dtype: str, texts: list[str | None]) -> None:
    pages = images(len(texts), np.dtype(dtype))
    write_tif(tmp_path / "a.tif", iter(pages), image_shape=SHAPE, dtype=np.dtype(dtype), texts=texts)
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert not file.is_bigtiff
        assert len(file.pages) == len(texts)
        for page, image, text in zip(file.pages, pages, texts, strict=True):
            assert page.dtype == dtype
            np.testing.assert_array_equal(page.asarray(), image)
            assert page.aspage().tags.valueof(270) == (text and text.strip())
            assert {tag.name for tag in page.aspage().tags} >= {"ImageWidth", "StripOffsets"}
            assert "Software" not in page.aspage().tags


def test_a_text_that_describes_all_pages_finds_their_pixels_behind_each_other(tmp_path: Path) -> None:
    """Programs take the text of the first page for the layout of all."""
    pages = images(6, np.dtype("u2"))
    text = "ImageJ=1.11a\nimages=6\nslices=6\n"
    write_tif(tmp_path / "a.tif", iter(pages), image_shape=SHAPE, dtype=np.dtype("u2"), texts=[text] + [None] * 5)
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "a.tif"), np.stack(pages))


def test_pages_are_taken_one_by_one(tmp_path: Path) -> None:
    taken: list[int] = []

    def drawn() -> Iterator[np.ndarray]:
        for number in range(30):
            taken.append(number)
            yield np.full(SHAPE, number, np.uint16)
            written = (tmp_path / "a.tif").stat().st_size
            assert written >= 0

    write_tif(tmp_path / "a.tif", drawn(), image_shape=SHAPE, dtype=np.dtype("u2"), texts=["t"] * 30)
    assert taken == list(range(30))


def test_a_tif_beyond_32_bits_is_a_bigtiff(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restore, "_LARGEST_BYTES", 200)
    for count, large in ((2, False), (3, True)):
        pages = images(count, np.dtype("u2"))
        write_tif(tmp_path / "a.tif", iter(pages), image_shape=SHAPE, dtype=np.dtype("u2"), texts=[None] * count)
        with tifffile.TiffFile(tmp_path / "a.tif") as file:
            assert file.is_bigtiff == large


def file_with(*rows: tuple[str, int, int, int, str]) -> Any:
    """A file whose table of texts has these rows."""
    names = ("plane", "file_number", "first_page", "page_count", "text")
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    table = SimpleNamespace(path="texts", texts=columns.get, column=lambda name: np.array(columns[name]))
    return SimpleNamespace(table=lambda _: table, reader=SimpleNamespace(has=lambda _: True))


def test_rows_of_pages_with_one_text_are_every_page() -> None:
    file = file_with(("a", 1, 3, 1, ""), ("a", 1, 1, 2, "x"), ("a", 2, 1, 1, "z"), ("a", 1, 4, 2, "y"))
    assert texts_of_pages(file) == {("a", 1): ["x", "x", None, "y", "y"], ("a", 2): ["z"]}
    with pytest.raises(ValueError, match="page 4 where page 3"):
        texts_of_pages(file_with(("a", 1, 1, 2, "x"), ("a", 1, 4, 1, "y")))
