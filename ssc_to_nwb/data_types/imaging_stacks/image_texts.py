"""What the acquisition program wrote into the tifs of a plane (ImageDescription), where it is not the same in all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from pynwb import NWBFile

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.columns import column, plain_table, text_column
from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
from ssc_to_nwb.data_types.modules import get_module
from ssc_to_nwb.tif.header import PageText

_DESCRIPTION = (
    "ImageDescription of the imaging stacks of planes whose tifs or pages differ in it: a row for pages that follow "
    "each other with one text, mostly those of a whole tif. Where all pages have the same text, it is in the comments "
    "of the frames."
)


def texts_differ(stack: PlaneStack) -> bool:
    """Whether not all pages of a plane's used tifs have one text."""
    return len({run.text for index in stack.files if index is not None for run in index.texts}) > 1


def add_image_texts(nwbfile: NWBFile, stacks: Iterable[PlaneStack]) -> None:
    """Add the table `image_descriptions` to the module `source`; none where the series' comments hold all texts."""
    rows = [row for stack in stacks if stack.frame_count and texts_differ(stack) for row in _rows(stack)]
    if not rows:
        return
    columns = [
        text_column("plane", "Name of the imaging plane.", [plane for plane, _, _ in rows]),
        column(
            "file_number",
            "The tif: a file_number of the table source_stacks.",
            np.array([number for _, number, _ in rows], dtype=np.int64),
        ),
        column(
            "first_page",
            "First page of the tif that has the text, counted from 1.",
            np.array([run.first_page + 1 for _, _, run in rows], dtype=np.int64),
        ),
        column(
            "page_count",
            "Number of pages that have it. Images behind a page that have no page directory of their own have no text.",
            np.array([run.page_count for _, _, run in rows], dtype=np.int64),
        ),
        text_column("text", "The text; empty where the pages have none.", [run.text or "" for _, _, run in rows]),
    ]
    get_module(nwbfile, naming.SOURCE_MODULE).add(plain_table(naming.IMAGE_DESCRIPTIONS, _DESCRIPTION, columns))


def _rows(stack: PlaneStack) -> Iterator[tuple[str, int, PageText]]:
    for number, index in enumerate(stack.files, start=1):
        if index is not None:
            yield from ((stack.plane_name, number, run) for run in index.texts)
