"""What the acquisition program wrote into the tifs of a plane (ImageDescription), where it is not the same in all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hdmf.common import DynamicTable
from pynwb import NWBFile

from ssc_to_nwb.data_types.from_layout import get_module, make_table
from ssc_to_nwb.data_types.imaging_stacks.layout import IMAGE_TEXTS, texts_differ
from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
from ssc_to_nwb.tif.header import PageText


def add_image_texts(nwbfile: NWBFile, stacks: Iterable[PlaneStack]) -> None:
    """Add the table `image_descriptions` to the module `source`; none where the series' comments hold all texts."""
    rows = [row for stack in stacks if stack.frame_count and texts_differ(stack) for row in _rows(stack)]
    if not rows:
        return
    values = {
        "plane": [plane for plane, _, _ in rows],
        "file_number": [number for _, number, _ in rows],
        "first_page": [run.first_page + 1 for _, _, run in rows],
        "page_count": [run.page_count for _, _, run in rows],
        "text": [run.text or "" for _, _, run in rows],
    }
    table = make_table(IMAGE_TEXTS, values, table_class=DynamicTable)
    get_module(nwbfile, IMAGE_TEXTS.path).add(table)


def _rows(stack: PlaneStack) -> Iterator[tuple[str, int, PageText]]:
    for number, index in enumerate(stack.files, start=1):
        if index is not None:
            yield from ((stack.plane_name, number, run) for run in index.texts)
