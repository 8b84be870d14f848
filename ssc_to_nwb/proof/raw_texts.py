"""ImageDescriptions of the imaging stacks, page by page as tifffile reads them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
from ssc_to_nwb.problems import raw_kinds as kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.proof.comparison import SOURCE, Comparison
from ssc_to_nwb.proof.objects import check_table
from ssc_to_nwb.session.raw_data import RawData

_TABLE = f"{SOURCE}/{naming.IMAGE_DESCRIPTIONS}"
_NUMBERS = ("file_number", "first_page", "page_count")
_TAG = 270


def check_texts(work: Comparison, raw: RawData) -> None:
    """Compare the table with the tifs of every plane in which not all texts are the same.

    Texts are compared without the white space around them, which tifffile takes away.
    """
    rows = [row for stack in raw.stacks.values() if stack.frame_count for row in _rows_of(stack)]
    if not rows:
        return
    columns = ("plane", *_NUMBERS, "text")
    table = check_table(work, _TABLE, columns=columns, dtypes=dict.fromkeys(_NUMBERS, np.int64))
    work.proof.equal(f"{_TABLE}/plane", expected=[plane for plane, _, _ in rows], found=table.texts("plane"))
    for place, name in enumerate(_NUMBERS):
        expected = np.array([numbers[place] for _, numbers, _ in rows], dtype=np.int64)
        work.proof.numbers(f"{_TABLE}/{name}", expected=expected, found=table.column(name))
    found = [text.strip() for text in table.texts("text")]
    work.proof.equal(f"{_TABLE}/text", expected=[text for _, _, text in rows], found=found)


def _rows_of(stack: PlaneStack) -> list[tuple[str, tuple[int, int, int], str]]:
    """Plane, numbers of file, first page and pages, and text; none where all texts are the same."""
    rows = [
        (stack.plane_name, (number, first, count), text)
        for number, index in enumerate(stack.files, start=1)
        if index is not None
        for first, count, text in _runs(index.path)
    ]
    return rows if len({text for _, _, text in rows}) > 1 else []


def _runs(path: Path) -> Iterator[tuple[int, int, str]]:
    from tifffile import TiffFile, TiffFileError

    try:
        with TiffFile(path, is_scanimage=False) as file:
            texts = [_text(page.aspage().tags.valueof(_TAG)) for page in file.pages]
    except (TiffFileError, OSError) as failure:
        raise error(kinds.TIF_UNREADABLE, file=path, detail=failure) from failure
    first = 1
    for text, run in groupby(texts):
        count = len(list(run))
        yield first, count, text
        first += count


def _text(value: object) -> str:
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value or "")
    return text.strip("\0").strip()
