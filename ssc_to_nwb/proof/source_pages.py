"""Pages of source tifs as a comparison reads them.

Images that have no page table are read by a way of their own: tifffile says where they lie and how many there are, the
rest is the bytes of the file. How the conversion found them is then no part of its proof.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ssc_to_nwb.data_types.imaging_stacks.source import FrameSpan, PlaneStack
from ssc_to_nwb.problems import raw_kinds as kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.tif.index import TifIndex, TifReader


def read_frames(stack: PlaneStack, start: int, stop: int) -> np.ndarray:
    """Frames start..stop-1 of a stack, (t, channel, rows, columns). Raises SscError as `PlaneStack.read_all` does."""
    if not any(index is not None and _without_tables(index) for index in stack.files):
        return stack.read_all(start, stop)
    return np.concatenate([_read_span(stack, span) for span in stack.spans(start, stop)])


def read_pages(index: TifIndex, start: int, stop: int) -> np.ndarray:
    """Pages start..stop-1 of a tif, (n, rows, columns). Raises SscError of the tif's reader."""
    if _without_tables(index):
        return np.asarray(_mapped(index)[start:stop])
    pages = np.empty((stop - start, *index.image_shape), dtype=index.native_dtype)
    with TifReader(index) as reader:
        reader.read_into(start, pages)
    return pages


def _without_tables(index: TifIndex) -> bool:
    return index.table_count < index.page_count


def _read_span(stack: PlaneStack, span: FrameSpan) -> np.ndarray:
    index = stack.files[span.file_number]
    if index is None or not _without_tables(index):
        return stack.read_all(span.start, span.start + span.count)
    channels = len(stack.channel_pages)
    first = channels * span.first_frame
    pages = np.asarray(_mapped(index)[first : first + channels * span.count])
    frames = pages.reshape(span.count, channels, *index.image_shape)
    return frames[:, list(stack.channel_pages)]


def _mapped(index: TifIndex) -> Any:
    """All images of a tif, (n, rows, columns), where and as many as tifffile says."""
    offset, shape, dtype = _first_series(index.path)
    count = int(np.prod(shape, dtype=np.int64)) // int(np.prod(index.image_shape))
    if offset is None or tuple(shape[-2:]) != index.image_shape or count != index.page_count:
        expected, found = f"{index.page_count} images of {index.image_shape}", f"{shape} at {offset}"
        raise error(kinds.TIF_IMAGES_MISSING, file=index.path, expected=expected, found=found, detail="by tifffile")
    return np.memmap(index.path, dtype=dtype, mode="r", offset=offset, shape=(count, *index.image_shape))


def _first_series(path: Path) -> tuple[int | None, tuple[int, ...], np.dtype]:
    from tifffile import TiffFile, TiffFileError

    try:
        with TiffFile(path, is_scanimage=False) as file:
            series = file.series[0]
            return series.dataoffset, tuple(series.shape), np.dtype(f"{file.byteorder}{series.dtype.char}")
    except (TiffFileError, OSError) as failure:
        raise error(kinds.TIF_UNREADABLE, file=path, detail=failure) from failure
