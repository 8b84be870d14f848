"""The tables of a tif: what is read from them, and what is refused."""

from __future__ import annotations

import contextlib
import io
import struct
from typing import Any

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st

from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.tif.header import read_pages


def written(pages: np.ndarray, **options: Any) -> bytes:
    stream = io.BytesIO()
    file_options = {key: options.pop(key) for key in ("bigtiff", "byteorder") if key in options}
    with tifffile.TiffWriter(stream, **file_options) as writer:
        for page in pages:
            writer.write(page, photometric="minisblack", metadata=None, contiguous=False, **options)
    return stream.getvalue()


def read(data: bytes) -> tuple[list[Any], str | None]:
    pages, texts = read_pages(io.BytesIO(data), byte_size=len(data))
    assert sum(run.page_count for run in texts) == len(pages)
    return pages, texts[0].text


PAGES = np.arange(3 * 6 * 8, dtype=np.uint16).reshape(3, 6, 8)


@pytest.mark.parametrize(
    "options",
    [{}, {"bigtiff": True}, {"byteorder": ">"}, {"byteorder": ">", "bigtiff": True}, {"rowsperstrip": 2}],
    ids=["classic", "BigTIFF", "big-endian", "big-endian BigTIFF", "strips"],
)
def test_offset_is_where_the_pixels_are(options: dict[str, Any]) -> None:
    data = written(PAGES, **options)
    pages, _ = read(data)
    assert [(page.rows, page.columns) for page in pages] == [(6, 8)] * 3
    for page, expected in zip(pages, PAGES, strict=True):
        assert page.offset is not None
        assert np.array_equal(pixels(data, page), expected)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint32", "int64", "float32", "float64"])
def test_every_whole_byte_type_is_recognised(dtype: str) -> None:
    pages, _ = read(written(PAGES.astype(dtype)))
    assert pages[0].dtype == np.dtype(dtype)


@pytest.mark.parametrize(
    "options",
    [{"compression": "zlib"}, {"tile": (16, 16)}, {"compression": "zlib", "predictor": True}],
    ids=["compressed", "tiled", "predictor"],
)
def test_pixels_that_need_decoding_have_no_offset(options: dict[str, Any]) -> None:
    pages, _ = read(written(PAGES, **options))
    assert [page.offset for page in pages] == [None] * 3


def test_strips_out_of_order_have_no_offset() -> None:
    data = bytearray(written(PAGES[:1], rowsperstrip=3))
    with tifffile.TiffFile(io.BytesIO(bytes(data))) as tif:
        tag = tif.pages.first.tags["StripOffsets"]
        first, second = tag.value
        position = tag.valueoffset
    data[position : position + 8] = struct.pack("<II", second, first)
    pages, _ = read(bytes(data))
    assert pages[0].offset is None


def test_description_is_that_of_the_first_page() -> None:
    _, text = read(written(PAGES, description="state.configName='x'\rstate.acq.frameRate=7"))
    assert text == "state.configName='x'\rstate.acq.frameRate=7"


def test_description_in_latin_1_is_read() -> None:
    data = written(PAGES, description="600 mm wide").replace(b"600 mm", b"600 \xb5m")
    assert read(data)[1] == "600 µm wide"


def test_no_description() -> None:
    assert read(written(PAGES, software=False))[1] is None


@pytest.mark.parametrize("data", [b"", b"II", b"this is not a tif at all", b"II\x2a\x00"])
def test_what_is_no_tif_is_refused(data: bytes) -> None:
    with pytest.raises(SscError):
        read(data)


def test_unknown_version_is_refused() -> None:
    with pytest.raises(SscError, match="version 44"):
        read(b"II\x2c\x00" + bytes(12))


def test_file_without_pages_is_refused() -> None:
    with pytest.raises(SscError, match="no page"):
        read(b"II\x2a\x00\x00\x00\x00\x00")


def test_loop_in_the_chain_is_refused() -> None:
    data = bytearray(written(PAGES[:1]))
    (first,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, first)
    struct.pack_into("<I", data, first + 2 + 12 * count, first)
    with pytest.raises(SscError, match="returns to an earlier page"):
        read(bytes(data))


def test_colour_is_refused() -> None:
    stream = io.BytesIO()
    tifffile.imwrite(stream, np.zeros((4, 4, 3), np.uint8), photometric="rgb", metadata=None)
    with pytest.raises(SscError, match="page 1: 3 samples"):
        read(stream.getvalue())


def test_the_page_with_the_damage_is_named() -> None:
    data = written(PAGES)
    with pytest.raises(SscError, match="page 3"):
        read(data[:-1])


def pixels(data: bytes, page: Any) -> np.ndarray:
    count = page.rows * page.columns
    return np.frombuffer(data, page.dtype, count=count, offset=page.offset).reshape(page.rows, page.columns)


def image_by_tifffile(data: bytes, number: int) -> np.ndarray | None:
    """A page's image; None where tifffile refuses it, or finds more in it than the file holds."""
    with contextlib.suppress(Exception), tifffile.TiffFile(io.BytesIO(data)) as tif:
        page = tif.pages[number]
        if page.nbytes <= len(data) and len(page.dataoffsets) <= len(data):
            return page.asarray()
    return None


def test_of_a_tag_that_is_there_twice_the_first_counts() -> None:
    data = bytearray(written(PAGES[:1], description="text"))
    with tifffile.TiffFile(io.BytesIO(bytes(data))) as tif:
        second = tif.pages.first.tags["SamplesPerPixel"].offset
        first = tif.pages.first.tags["StripOffsets"]
    struct.pack_into("<HHII", data, second, 273, 4, 1, first.value[0] + 2)
    (page,), _ = read(bytes(data))
    assert page.offset == first.value[0]


@settings(max_examples=60)
@given(st.integers(0, 600))
def test_a_file_cut_anywhere_is_noticed(kept: int) -> None:
    data = written(PAGES)
    if kept < len(data):
        with pytest.raises(SscError):
            read(data[:kept])


@settings(max_examples=200)
@given(st.data())
def test_damaged_tables_are_refused_or_lead_to_pixels_of_the_file(data: st.DataObject) -> None:
    damaged = bytearray(written(PAGES[:2], description="text"))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        pages, _ = read(bytes(damaged))
    except SscError as failure:
        assert str(failure)
        return
    assert pages
    for number, page in enumerate(pages):
        if page.offset is not None:
            image = image_by_tifffile(bytes(damaged), number)
            assert image is None or np.array_equal(pixels(bytes(damaged), page), image)


def test_descriptions_of_pages_come_in_runs_of_equal_ones() -> None:
    stream = io.BytesIO()
    with tifffile.TiffWriter(stream) as writer:
        for text in ("one and the same", "one and the same", None, "another text"):
            writer.write(PAGES[0], metadata=None, contiguous=False, software=False, description=text)
    data = stream.getvalue()
    _, texts = read_pages(io.BytesIO(data), byte_size=len(data))
    assert [(run.first_page, run.page_count, run.text) for run in texts] == [
        (0, 2, "one and the same"), (2, 1, None), (3, 1, "another text"),
    ]  # fmt: skip
