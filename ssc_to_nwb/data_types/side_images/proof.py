"""Side images: every page of every tif, pixel by pixel."""

from __future__ import annotations

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.naming import CHANNELS
from ssc_to_nwb.proof.comparison import OPHYS, Comparison
from ssc_to_nwb.proof.source_tif import SourceTif, open_source_tif
from ssc_to_nwb.source_files.raw_inventory import SideImageFile

# Pages that are compared at a time where they are not in chunks, so that memory does not grow with their number.
_PAGES = 16


def check_side_images(work: Comparison) -> None:
    """Compare the side images of every plane, but for those left out. Raises SscError where one can't be read."""
    for plane in work.raw.inventory.planes:
        for file in plane.side_images:
            if file.path not in work.files_left_out:
                tif = open_source_tif(file.path)
                place = _place(plane.plane_name, file, tif)
                work.guarded(place, _check, work, place, tif)


def _place(plane: str, file: SideImageFile, tif: SourceTif) -> str:
    kind, channel = file.kind, CHANNELS[file.channel - 1]
    if tif.page_count > 1:
        return f"{OPHYS}/{naming.image_pages(plane, kind, channel)}"
    return f"{OPHYS}/{naming.images(plane)}/{naming.image(kind, channel)}"


def _check(work: Comparison, path: str, tif: SourceTif) -> None:
    if tif.page_count == 1:
        found = work.reader.values(path)
        work.dtype(path, found.dtype, expected=tif.native_dtype)
        work.numbers(path, expected=tif.pages(0, 1)[0], found=found.T, accounts=True)
        return
    work.equal(f"{path}/id", expected=tif.page_count, found=work.view.table(path).rows)
    column = f"{path}/image"
    dataset = work.reader.dataset(column)
    work.dtype(column, dataset.dtype, expected=tif.native_dtype)
    step = int(dataset.chunks[0]) if dataset.chunks else _PAGES
    for start in range(0, tif.page_count, step):
        stop = min(start + step, tif.page_count)
        found = np.asarray(dataset[start:stop])
        if not work.numbers(column, expected=tif.pages(start, stop), found=found.swapaxes(-1, -2)):
            return
    work.reader.accounted.add(column)


CHECKS = {f"{OPHYS}/images": check_side_images}
