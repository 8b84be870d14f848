"""Images of a tif that have no page table: their number is in the description, their bytes follow those of the first.

ImageJ writes stacks of more than 4 GB so, and tifffile where it is asked to. But a description may also say more than
the file holds, where images were taken out later: what counts is whether the bytes are there.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError, error
from ssc_to_nwb.tif.header import PageHeader

_IMAGEJ = re.compile(r"\AImageJ=.*?^images=(?P<images>\d+)\s*$", re.DOTALL | re.MULTILINE)
_OLD_SHAPE = re.compile(r"\Ashape=\((?P<shape>[\d, ]+)\)")
# Bytes behind a smaller image than this are no sign of further ones.
_LEAST_PAGE_BYTES = 512


def _missing(described: int, found: str) -> SscError:
    """The description, or the bytes of the file, speak of more images than can be read."""
    return error(kinds.TIF_IMAGES_MISSING, expected=f"{described} images", found=found)


def images_without_table(pages: Sequence[PageHeader], description: str | None, *, byte_size: int) -> list[int | None]:
    """Where the images begin that follow the pages without a table; mostly none.

    Raises SscError (TIF_IMAGES_MISSING) where images are described, or seem to be there, and can't be read for certain.
    """
    last = pages[-1]
    page_bytes = last.rows * last.columns * last.dtype.itemsize
    end = None if last.offset is None else last.offset + page_bytes
    room = 0 if end is None else max(0, byte_size - end) // page_bytes
    described = described_images(description, image_shape=(last.rows, last.columns))
    if described is None:
        # Without a description nobody can know; images that are followed by just as many bytes as more would take are
        # not taken for the whole.
        behind = 0 if end is None or last.table > end else byte_size - end
        if len(pages) == 1 and page_bytes >= _LEAST_PAGE_BYTES and behind and behind % page_bytes == 0:
            tables = "1 page table, and no description of the bytes behind its image"
            raise _missing(1 + room, tables)
        return []
    missing = described - len(pages)
    if missing <= 0 or (len(pages) > 1 and room < missing):
        # Where images were taken out of a stack its description may have stayed: its page tables are right.
        return []
    if len(pages) > 1 or end is None or room < missing:
        bytes_there = "" if end is None else f", and bytes for {room} more"
        tables = f"{len(pages)} page table{'s' if len(pages) > 1 else ''}"
        raise _missing(described, f"{tables}{bytes_there}")
    return [end + number * page_bytes for number in range(missing)]


def described_images(description: str | None, *, image_shape: tuple[int, int]) -> int | None:
    """How many images a description of ImageJ or tifffile speaks of; None where it speaks of no number."""
    if description is None:
        return None
    found = _IMAGEJ.match(description)
    if found is not None:
        return int(found["images"])
    shape = _described_shape(description)
    one = math.prod(image_shape)
    if not shape or math.prod(shape) % one:
        return None
    return math.prod(shape) // one


def _described_shape(description: str) -> list[int] | None:
    """The shape that tifffile notes: `{"shape": [2, 48, 64]}`, or `shape=(2, 48, 64)` in older versions."""
    old = _OLD_SHAPE.match(description)
    if old is not None:
        return [int(part) for part in old["shape"].split(",") if part.strip()]
    if not description.startswith("{"):
        return None
    try:
        shape = json.loads(description).get("shape")
    except (ValueError, AttributeError):
        return None
    whole = isinstance(shape, list) and all(isinstance(length, int) and length > 0 for length in shape)
    return shape if whole else None
