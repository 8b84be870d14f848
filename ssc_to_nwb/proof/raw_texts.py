"""ImageDescriptions of the imaging stacks, page by page as tifffile reads them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.proof.comparison import SOURCE, Comparison
from ssc_to_nwb.proof.source_frames import PlaneFrames

_TABLE = f"{SOURCE}/{naming.IMAGE_DESCRIPTIONS}"
_NUMBERS = ("file_number", "first_page", "page_count")


def check_texts(work: Comparison, frames: Mapping[str, PlaneFrames]) -> None:
    """Compare the table with the tifs of every plane in which not all texts are the same.

    Texts are compared without the white space around them, which tifffile takes away.
    """
    rows = [row for plane in frames.values() if plane.frame_count for row in _rows_of(plane)]
    if not rows:
        return
    table = work.table(_TABLE)
    work.proof.equal(f"{_TABLE}/plane", expected=[plane for plane, _, _ in rows], found=table.texts("plane"))
    for place, name in enumerate(_NUMBERS):
        expected = np.array([numbers[place] for _, numbers, _ in rows], dtype=np.int64)
        work.proof.numbers(f"{_TABLE}/{name}", expected=expected, found=table.column(name))
    found = [text.strip() for text in table.texts("text")]
    work.proof.equal(f"{_TABLE}/text", expected=[text for _, _, text in rows], found=found)
    work.compared.update(f"{_TABLE}/{name}" for name in ("plane", *_NUMBERS, "text"))


def _rows_of(plane: PlaneFrames) -> list[tuple[str, tuple[int, int, int], str]]:
    """Plane, numbers of file, first page and pages, and text; none where all texts are the same."""
    rows = [
        (plane.plane_name, (number, run.first_page, run.page_count), run.text)
        for number, file in enumerate(plane.files, start=1)
        if file is not None
        for run in file.texts
    ]
    return rows if len({text for _, _, text in rows}) > 1 else []
